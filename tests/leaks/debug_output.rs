//! `Debug` of every public type, with canaries wherever a value can contain one.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use backendless::filter::{Value, field};
use backendless::transaction::{Isolation, RowId, RowSelection, with};
use backendless::{
    Client, Device, Email, FileInfo, FileLocation, Grantee, LogLevel, LogMessage, Method, Record,
    Registration, Rows, TemplateEmail, Timestamp, Units, Upload, UserToken, raw, update,
};
use backendless_tests::Response;
use backendless_tests::catalogue::{self, Context};
use futures_util::{StreamExt, stream};

use crate::canaries::{
    API_KEY, APP_ID, LOGIN, PASSWORD, PROXY_PASSWORD, TOKEN, VALUE, assert_none, find, values,
};
use crate::capture::Capture;
use crate::fixture::{Transport, builder, start_server, success};

/// Types that contain a row or a message of the caller, or expected values, and print it. They contain no secrets.
const PRINT_CALLER_DATA: [&str; 12] = [
    "AnyRequestWhen",
    "ApplicationInfo",
    "FileEntry",
    "GeoPoint",
    "Group",
    "GroupPage",
    "LoggerInfo",
    "Message",
    "MessageStatus",
    "Mock",
    "Object",
    "Property",
];

/// Types whose values contain no data of a call, and the mock server.
const WITHOUT_DATA: [&str; 23] = [
    "AnyRequestThen",
    "CheckProblem",
    "ErrorCode",
    "ErrorCodes",
    "ErrorKind",
    "ExecutionType",
    "FilePermission",
    "Idempotency",
    "Isolation",
    "LogLevel",
    "MockServer",
    "Operation",
    "Origin",
    "PathParameter",
    "Permission",
    "Profile",
    "PushPolicy",
    "RetryPolicy",
    "SessionUse",
    "Units",
    "Usage",
    "UserProperty",
    "UserStatus",
];

/// Types that the other modules check.
const CHECKED_ELSEWHERE: [&str; 2] = ["Error", "Responder"];

/// The type names and `Debug` texts of values.
struct DebugTexts(Vec<(&'static str, String)>);

impl DebugTexts {
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
async fn debug_of_public_types_has_no_secret_and_no_row() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let proxy = format!("http://u:{PROXY_PASSWORD}@localhost");
    let builder = builder(server.url());
    let mut texts = DebugTexts(Vec::new());
    let with_proxy = crate::fixture::builder(server.url()).proxy(proxy);
    texts.add("ClientBuilder", &with_proxy);
    let client = builder.build().unwrap();
    texts.add("Client", &client);
    texts.add_requests(&client);
    data(&client, &mut texts);
    transactions(&client, &mut texts).await;
    bulk(&client, &mut texts).await;
    users(&client, &mut texts).await;
    files(&client, server.url(), &mut texts).await;
    messaging(&client, &mut texts).await;
    others(&client, &mut texts);
    any_requests(&client, &mut texts).await;
    for (name, text) in &texts.0 {
        assert_none(name, text);
        assert!(!text.trim().is_empty(), "{name} prints nothing");
        let has_empty_field = text.contains(": ,") || text.contains(": }");
        assert!(!has_empty_field, "{name} has a field that prints nothing");
    }
    let names = texts.0.iter().map(|(name, _)| *name);
    let named: BTreeSet<String> = names
        .chain(PRINT_CALLER_DATA)
        .chain(WITHOUT_DATA)
        .chain(CHECKED_ELSEWHERE)
        .map(str::to_owned)
        .collect();
    assert_eq!(named, public_types());
    assert_rows_print_their_values(&client).await;
    capture.assert_clean("printing");
}

fn data(client: &Client, texts: &mut DebugTexts) {
    let rows = client.data::<Record>("T");
    texts.add("Table", &rows);
    let filter = field("name").eq(VALUE);
    texts.add("Filter", &filter);
    texts.add("Value", &Value::from(VALUE));
    texts.add("Field", &field("name"));
    texts.add("FindParameters", &rows.find().filter(filter.clone()));
    texts.add(
        "CountParameters",
        &rows.count().filter(format!("name = '{VALUE}'")),
    );
    let relation = rows.relation::<Record>(VALUE, "friends");
    texts.add("Relation", &relation);
    texts.add("RelateWhereParameters", &relation.add_where(filter.clone()));
    texts.add("ObjectStream", &rows.find().filter(filter).stream());
    texts.add("Grantee", &Grantee::role(VALUE));
    texts.add("Grantee", &Grantee::user(VALUE));
    texts.add("Timestamp", &Timestamp::now());
    let row = serde_json::json!({"note": VALUE});
    texts.add("Rows", &Rows::from([row.clone()]));
    texts.add("StoredRowsStream", &rows.create_many([row]).stream());
    texts.add(
        "GetParameters",
        &rows.get(VALUE).file_reference_prefix(VALUE),
    );
    let groups = rows.find_grouped(["a"]).in_group("a", VALUE);
    texts.add("GroupFindParameters", &groups.filter(field("a").eq(VALUE)));
    texts.add("Expression", &update::expression(VALUE));
    texts.add("JsonUpdate", &update::json().set(VALUE, VALUE));
}

async fn transactions(client: &Client, texts: &mut DebugTexts) {
    let rows = client.data::<Record>("T");
    let mut transaction = client.transaction().isolation(Isolation::Serializable);
    let row = serde_json::json!({"note": VALUE});
    let created = transaction.create(&rows, &row);
    transaction.delete(&rows, VALUE);
    texts.add("Transaction", &transaction);
    texts.add("OperationRef", &created);
    texts.add("Reference", &created.id());
    texts.add("RowId", &RowId::from(VALUE));
    texts.add("RowSelection", &RowSelection::from([VALUE]));
    texts.add("RowSelection", &RowSelection::from(field("name").eq(VALUE)));
    texts.add("With", &with(&row, "order", created.id()));
    let results = transaction.commit().await.unwrap();
    assert_eq!(results.get(&created).unwrap()["note"], VALUE);
    texts.add("Results", &results);
}

/// Results of bulk writes. The server responds with the value instead of an id.
async fn bulk(client: &Client, texts: &mut DebugTexts) {
    let rows = client.data::<Record>("T");
    let row = serde_json::json!({"note": VALUE});
    let stored = rows.create_many([row.clone()]).stream().next().await;
    texts.add("StoredRows", &stored.unwrap().unwrap());
    let invalid = serde_json::json!(VALUE);
    let error = rows.create_many([row, invalid]).chunk_size(1).await;
    let error = error.unwrap_err();
    texts.add("WriteManyError", &error);
    texts.add("RowStatus", &error.status(0));
    assert_none("the text of a WriteManyError", &error.to_string());
}

async fn users(client: &Client, texts: &mut DebugTexts) {
    let users = client.users();
    let registration = Registration::new(PASSWORD);
    let registration = registration.email(LOGIN).name(VALUE).property("a", VALUE);
    texts.add("Users", &users);
    texts.add("Registration", &registration);
    let session = users.login(LOGIN, PASSWORD).await.unwrap();
    assert_eq!(session.token().expose_secret(), TOKEN);
    assert_eq!(session.user().properties["note"], VALUE);
    texts.add("Session", &session);
    texts.add("ResumedSession", &users.resume(TOKEN).await.unwrap());
    texts.add("User", session.user());
    texts.add("UserToken", session.token());
    texts.add("UserToken", &UserToken::from(TOKEN));
    texts.add("Client", session.client());
    let guests = users.find_by_role(VALUE).filter(field("name").eq(VALUE));
    texts.add("FindByRoleParameters", &guests.sort_by(VALUE));
    let login = users.login_with_oauth("google", TOKEN);
    texts.add(
        "SocialLoginParameters",
        &login.token_secret(PASSWORD).map_field(VALUE, VALUE),
    );
    let address = users
        .authorization_url("google")
        .redirect_after_login(VALUE);
    texts.add(
        "AuthorizationUrlParameters",
        &address.map_field(VALUE, VALUE),
    );
}

async fn files(client: &Client, url: &str, texts: &mut DebugTexts) {
    let files = client.files();
    let info = FileInfo::from_url(format!("{url}/{APP_ID}/{API_KEY}/files/{VALUE}"));
    let pieces = stream::iter([Ok::<_, std::io::Error>(VALUE)]);
    texts.add("Files", &files);
    texts.add("FileInfo", &info);
    texts.add("Upload", &Upload::bytes(VALUE));
    texts.add("Upload", &Upload::stream(pieces, Some(20)));
    texts.add("Upload", &Upload::file(VALUE));
    texts.add("Request", &files.download(&info));
    texts.add("DownloadFileParameters", &files.download(&info));
    texts.add(
        "Multipart",
        &raw::Multipart::new(VALUE, Upload::bytes(VALUE)),
    );
    texts.add("Prepared", &raw::delete_file(VALUE).unwrap());
    texts.add("FileLocation", &FileLocation::from(&info));
    texts.add("FileLocation", &FileLocation::from(VALUE));
    texts.add("CountFilesParameters", &files.count("docs").pattern(VALUE));
    texts.add("FileStream", &files.list("docs").pattern(VALUE).stream());
    texts.add("Download", &files.download(&info).await.unwrap());
}

async fn messaging(client: &Client, texts: &mut DebugTexts) {
    let messaging = client.messaging();
    let email = Email::new(VALUE).to(LOGIN).text(VALUE).html(VALUE);
    let subscription = messaging.subscribe("news").await.unwrap();
    texts.add("Subscription", &subscription);
    texts.add("Device", &Device::ios(VALUE, VALUE).channel(VALUE));
    let template = TemplateEmail::new("t").to(LOGIN).value("a", VALUE);
    texts.add("TemplateEmail", &template);
    texts.add("Logging", &client.logging());
    let builder = client.logging().layer();
    texts.add("LogLayerBuilder", &builder);
    let (layer, task) = builder.build();
    texts.add("LogLayer", &layer);
    texts.add("LogTask", &task);
    let message = LogMessage::new("a", LogLevel::Info, VALUE);
    texts.add("LogMessage", &message.exception(VALUE));
    let publish = messaging.publish("news", VALUE).message_header("x", VALUE);
    texts.add("Messaging", &messaging);
    texts.add("PublishParameters", &publish.push_singlecast([VALUE]));
    texts.add("Email", &email);
    texts.add(
        "MessageStream",
        &messaging.messages::<Record>("news", VALUE),
    );
}

fn others(client: &Client, texts: &mut DebugTexts) {
    texts.add("Geo", &client.geo());
    let near = client.geo().find().near(1.0, 2.0, 3.0, Units::Miles);
    texts.add("FindGeoPointsParameters", &near);
    texts.add("Cache", &client.cache());
    texts.add("Counters", &client.counters());
    texts.add("Events", &client.events());
    let cloud_code = client.cloud_code();
    texts.add("CloudCode", &cloud_code);
    let invoke = cloud_code.invoke::<_, u8>("S", "m", VALUE);
    texts.add("InvocationParameters", &invoke.header("x", VALUE));
}

/// Requests to any path, and what callers add to requests. The server responds with a secret in a header.
async fn any_requests(client: &Client, texts: &mut DebugTexts) {
    let path = format!("/hive/{TOKEN}");
    let request = client
        .request(Method::POST, path)
        .segment(VALUE)
        .json(VALUE);
    let request = request.query(VALUE, VALUE).header("x-my", VALUE);
    texts.add("AnyRequestParameters", &request);
    let rows = client.data::<Record>("T");
    let get = rows.get(VALUE).header("x-my", VALUE).query("a", VALUE);
    texts.add("WithResponseParameters", &get.with_response());
    let server = start_server(Transport::Http1, |_| {
        Response::json(200, "5").header("set-cookie", TOKEN.replace('"', ""))
    });
    let client = builder(server.url()).build().unwrap();
    let response = client.counters().get("visits").with_response();
    let response = response.await.unwrap();
    assert!(response.header("set-cookie").is_some());
    texts.add("Response", &response);
}

/// Asserts that a row prints its values, and that the row of a login does not print the token.
async fn assert_rows_print_their_values(client: &Client) {
    let session = client.users().login(LOGIN, PASSWORD).await.unwrap();
    let row = client.data::<Record>("T").get("B2").await.unwrap();
    assert_eq!(
        find(&format!("{:?}", session.user().properties)),
        Some("CANARYVALUE")
    );
    assert!(find(&format!("{row:?}")).is_some());
}

/// The names of all public structs and enums of the crate, without generated ones.
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
