//! `Debug` of every public type, with canaries wherever a value of it can hold one.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use backendless::filter::{Value, field};
use backendless::{
    Client, Email, FileInfo, Record, Registration, Timestamp, Units, Upload, UserToken,
};
use backendless_tests::catalogue::{self, Context};
use futures_util::stream;

use crate::canaries::{
    API_KEY, APP_ID, LOGIN, PASSWORD, PROXY_PASSWORD, TOKEN, VALUE, assert_none, find, values,
};
use crate::capture::Capture;
use crate::site::{Way, builder, host, success};

/// Types that hold a row or a message of the caller's, who prints it by printing them. The service
/// puts no secret of the application into them.
const OF_CALLERS: [&str; 4] = ["GeoPoint", "Message", "MessageStatus", "Object"];

/// Types whose values say nothing of any call, and the mock server, which has no secrets but its
/// own.
const CONSTANT: [&str; 10] = [
    "ErrorCode",
    "ErrorKind",
    "Idempotency",
    "MockServer",
    "Operation",
    "PathParameter",
    "Profile",
    "PushPolicy",
    "RetryPolicy",
    "Units",
];

/// Whose texts `refusals`, `failures` and the others look through.
const ELSEWHERE: [&str; 1] = ["Error"];

/// The names and texts of a value of each type.
struct Printed(Vec<(&'static str, String)>);

impl Printed {
    /// Every request of the catalogue.
    fn add_requests(&mut self, client: &Client) {
        let context = Context::new(client, &values());
        for entry in catalogue::entries() {
            for (_, call) in entry.calls() {
                let request = call.describe(&entry.context(&context));
                self.0.push((request.type_name, request.debug));
            }
        }
    }

    fn add<T: Debug>(&mut self, name: &'static str, value: &T) {
        self.0.push((name, format!("{value:?}\n{value:#?}")));
    }
}

#[tokio::test]
async fn no_public_type_prints_a_secret_or_a_row() {
    let capture = Capture::start().await;
    let host = host(Way::Http1, success);
    let proxy = format!("http://u:{PROXY_PASSWORD}@localhost");
    let builder = builder(host.url());
    let mut printed = Printed(Vec::new());
    let with_proxy = crate::site::builder(host.url()).proxy(proxy);
    printed.add("ClientBuilder", &with_proxy);
    let client = builder.build().unwrap();
    printed.add("Client", &client);
    printed.add_requests(&client);
    data(&client, &mut printed);
    users(&client, &mut printed).await;
    files(&client, host.url(), &mut printed).await;
    messaging(&client, &mut printed);
    others(&client, &mut printed);
    for (name, text) in &printed.0 {
        assert_none(name, text);
    }
    let names = printed.0.iter().map(|(name, _)| *name);
    let named: BTreeSet<String> = names
        .chain(OF_CALLERS)
        .chain(CONSTANT)
        .chain(ELSEWHERE)
        .map(str::to_owned)
        .collect();
    assert_eq!(named, public_types());
    rows_are_the_callers_to_print(&client).await;
    capture.assert_clean("printing");
}

fn data(client: &Client, printed: &mut Printed) {
    let rows = client.data::<Record>("T");
    printed.add("Table", &rows);
    let filter = field("name").eq(VALUE);
    printed.add("Filter", &filter);
    printed.add("Value", &Value::from(VALUE));
    printed.add("Field", &field("name"));
    printed.add("Find", &rows.find().filter(filter.clone()));
    printed.add("Count", &rows.count().filter(format!("name = '{VALUE}'")));
    printed.add("ObjectStream", &rows.find().filter(filter).stream());
    printed.add("Timestamp", &Timestamp::now());
}

async fn users(client: &Client, printed: &mut Printed) {
    let users = client.users();
    let registration = Registration::new(PASSWORD);
    let registration = registration.email(LOGIN).name(VALUE).property("a", VALUE);
    printed.add("Users", &users);
    printed.add("Registration", &registration);
    let session = users.login(LOGIN, PASSWORD).await.unwrap();
    assert_eq!(session.token().expose_secret(), TOKEN);
    assert_eq!(session.user().properties["note"], VALUE);
    printed.add("Session", &session);
    printed.add("User", session.user());
    printed.add("UserToken", session.token());
    printed.add("UserToken", &UserToken::from(TOKEN));
    printed.add("Client", session.client());
}

async fn files(client: &Client, url: &str, printed: &mut Printed) {
    let files = client.files();
    let info = FileInfo::from_url(format!("{url}/{APP_ID}/{API_KEY}/files/{VALUE}"));
    let pieces = stream::iter([Ok::<_, std::io::Error>(VALUE)]);
    printed.add("Files", &files);
    printed.add("FileInfo", &info);
    printed.add("Upload", &Upload::bytes(VALUE));
    printed.add("Upload", &Upload::stream(pieces, Some(20)));
    printed.add("Upload", &Upload::file(VALUE));
    printed.add("Request", &files.download(&info));
    printed.add("Download", &files.download(&info).await.unwrap());
}

fn messaging(client: &Client, printed: &mut Printed) {
    let messaging = client.messaging();
    let email = Email::new(VALUE).to(LOGIN).text(VALUE).html(VALUE);
    let publish = messaging.publish("news", VALUE).header("x", VALUE);
    printed.add("Messaging", &messaging);
    printed.add("Publish", &publish.push_singlecast([VALUE]));
    printed.add("Email", &email);
    printed.add(
        "MessageStream",
        &messaging.messages::<Record>("news", VALUE),
    );
}

fn others(client: &Client, printed: &mut Printed) {
    printed.add("Geo", &client.geo());
    let near = client.geo().find().near(1.0, 2.0, 3.0, Units::Miles);
    printed.add("FindGeoPoints", &near);
    printed.add("Cache", &client.cache());
    printed.add("Counters", &client.counters());
    let cloud_code = client.cloud_code();
    printed.add("CloudCode", &cloud_code);
    let invoke = cloud_code.invoke::<_, u8>("S", "m", VALUE);
    printed.add("Invocation", &invoke.header("x", VALUE));
}

/// The row of a login is printed with the rows' values, and never with the token.
async fn rows_are_the_callers_to_print(client: &Client) {
    let session = client.users().login(LOGIN, PASSWORD).await.unwrap();
    let row = client.data::<Record>("T").get("B2").await.unwrap();
    assert_eq!(
        find(&format!("{:?}", session.user().properties)),
        Some("CANARYVALUE")
    );
    assert!(find(&format!("{row:?}")).is_some());
}

/// The names of all public structs and enums of the crate, but those that are generated.
fn public_types() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backendless/src");
    let mut folders = vec![source];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("generated") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                types.extend(types_of(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    types
}

fn types_of(source: &str) -> Vec<String> {
    let lines = source.lines();
    let names = lines.filter_map(|line| {
        let kinds = ["pub struct ", "pub enum "];
        let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
        rest.split(|c: char| !c.is_alphanumeric()).next()
    });
    names.map(str::to_owned).collect()
}
