//! Every method of the public API that makes a call, each made once.

use std::time::Duration;

use backendless::filter::field;
use backendless::{
    Client, Email, Error, GeoPoint, PushPolicy, Record, Registration, Timestamp, Units, Upload,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

/// How the calls of a tour went: the name of the method, and what came of it.
pub type Outcomes = Vec<(&'static str, Result<(), Error>)>;

/// What a tour sends.
pub struct Luggage {
    /// What a user logs in with: an e-mail address.
    pub login: String,
    /// The password of that user.
    pub password: String,
    /// The token of the user who logs out, if nobody could log in.
    pub token: String,
    /// What stands in rows, files, messages, e-mails, places, the cache and arguments.
    pub value: String,
}

impl Default for Luggage {
    /// With a login that is new.
    fn default() -> Self {
        Self {
            login: format!("tour-{}@example.com", Timestamp::now().as_millis()),
            password: "pa55".to_owned(),
            token: "TOKEN".to_owned(),
            value: "O'Hara".to_owned(),
        }
    }
}

/// Calls everything, with the answers of one call in the next where the server gives any. It goes
/// on after an error, so that a server which answers nonsense sees every request all the same.
pub async fn every_call(client: &Client) -> Outcomes {
    every_call_with(client, &Luggage::default()).await
}

/// Calls everything, as [`every_call`], and sends `luggage`.
pub async fn every_call_with(client: &Client, luggage: &Luggage) -> Outcomes {
    let Luggage { value, .. } = luggage;
    let mut outcomes = Vec::new();
    data(client, value, &mut outcomes).await;
    users(client, luggage, &mut outcomes).await;
    files(client, value, &mut outcomes).await;
    messaging(client, value, &mut outcomes).await;
    geo(client, value, &mut outcomes).await;
    cache(client, value, &mut outcomes).await;
    counters(client, &mut outcomes).await;
    cloud_code(client, value, &mut outcomes).await;
    outcomes
}

/// Makes a call and notes how it went; its value, if it has one.
async fn note<T>(
    outcomes: &mut Outcomes,
    name: &'static str,
    call: impl Future<Output = Result<T, Error>>,
) -> Option<T> {
    match call.await {
        Ok(value) => {
            outcomes.push((name, Ok(())));
            Some(value)
        }
        Err(error) => {
            outcomes.push((name, Err(error)));
            None
        }
    }
}

async fn data(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let table = client.data::<Record>("Tour");
    let row = json!({"name": value, "age": 20, "city": null, "tags": ["a"], "score": 1.5});
    let made = note(outcomes, "create", table.create(&row).send()).await;
    let id = made.map_or("B2".to_owned(), |made| made.object_id);
    note(outcomes, "get", table.get(&id).send()).await;
    note(
        outcomes,
        "update",
        table.update(&id, &json!({"age": 21, "city": value})).send(),
    )
    .await;
    note(outcomes, "find", table.find().send()).await;
    let find = table
        .find()
        .filter(field("name").eq(value).or(field("age").gt(3)))
        .sort_by("age desc")
        .page_size(50)
        .offset(0)
        .properties(["name", "age"])
        .load_relations(["tags"]);
    note(outcomes, "find with options", find.send()).await;
    let rows = table
        .find()
        .properties(["Count(objectId) as count"])
        .group_by(["city"]);
    note(outcomes, "rows", rows.rows::<Record>().send()).await;
    note(outcomes, "first", table.find().first().send()).await;
    let mut stream = table.find().stream();
    note(outcomes, "stream", async {
        stream.next().await.transpose()
    })
    .await;
    note(outcomes, "count", table.count().filter("age > 3").send()).await;
    note(outcomes, "delete", table.delete(&id).send()).await;
}

async fn users(client: &Client, luggage: &Luggage, outcomes: &mut Outcomes) {
    let users = client.users();
    let Luggage {
        login, password, ..
    } = luggage;
    let ann = Registration::new(password)
        .email(login)
        .name(&luggage.value)
        .property("age", 30);
    note(outcomes, "register", users.register(ann).send()).await;
    let session = note(outcomes, "login", users.login(login, password).send()).await;
    let logout = match &session {
        Some(session) => session.logout(),
        None => client
            .with_user_token(luggage.token.as_str())
            .users()
            .logout(),
    };
    note(outcomes, "logout", logout.send()).await;
    note(
        outcomes,
        "restore_password",
        users.restore_password(login).send(),
    )
    .await;
}

async fn files(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let files = client.files();
    let path = "tour/ünï ço#de?.txt";
    note(
        outcomes,
        "upload",
        files.upload(path, Upload::bytes(value.to_owned())).send(),
    )
    .await;
    let again = files.upload(path, Upload::bytes("two")).overwrite(true);
    note(outcomes, "upload again", again.send()).await;
    note(outcomes, "delete", files.delete(path).send()).await;
}

async fn messaging(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let messaging = client.messaging();
    let message = json!({"text": value});
    let publish = messaging
        .publish("tour", &message)
        .header("topic", value)
        .publish_at(Timestamp::now())
        .push_policy(PushPolicy::Also)
        .push_broadcast(3)
        .push_singlecast(["DEVICE-1"]);
    note(outcomes, "publish", publish.send()).await;
    note(
        outcomes,
        "publish a text",
        messaging.publish("tour", value).send(),
    )
    .await;
    note(
        outcomes,
        "poll",
        messaging.poll::<Value>("tour", "S1").send(),
    )
    .await;
    let mut messages = messaging
        .messages::<Value>("tour", "S2")
        .interval(Duration::ZERO);
    note(outcomes, "messages", async {
        messages.next().await.transpose()
    })
    .await;
    let email = Email::new("Hello")
        .to("ann@example.com")
        .text(value)
        .html(format!("<p>{value}</p>"));
    note(outcomes, "send_email", messaging.send_email(email).send()).await;
}

async fn geo(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let geo = client.geo();
    let point = GeoPoint::new(59.9127, 10.7461)
        .category("cafes")
        .metadata("rating", 5)
        .metadata("owner", value);
    note(outcomes, "save", geo.save(&point).send()).await;
    note(
        outcomes,
        "find",
        geo.find().categories(["cafes", "bars"]).send(),
    )
    .await;
    for units in [
        Units::Meters,
        Units::Kilometers,
        Units::Miles,
        Units::Yards,
        Units::Feet,
    ] {
        let near = geo
            .find()
            .categories(["cafes"])
            .near(59.91, 10.75, 5.0, units);
        note(outcomes, "near", near.send()).await;
    }
}

async fn cache(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let cache = client.cache();
    let value = json!({"a": value});
    let put = cache.put("tour key", &value).ttl(Duration::from_secs(60));
    note(outcomes, "put", put.send()).await;
    note(outcomes, "get", cache.get::<Value>("tour key").send()).await;
    note(outcomes, "contains", cache.contains("tour key").send()).await;
    note(outcomes, "delete", cache.delete("tour key").send()).await;
}

async fn counters(client: &Client, outcomes: &mut Outcomes) {
    let counters = client.counters();
    note(outcomes, "increment", counters.increment("tour").send()).await;
    note(
        outcomes,
        "increment_by",
        counters.increment_by("tour", -3).send(),
    )
    .await;
    note(outcomes, "get", counters.get("tour").send()).await;
    note(outcomes, "reset", counters.reset("tour").send()).await;
}

async fn cloud_code(client: &Client, value: &str, outcomes: &mut Outcomes) {
    let cloud_code = client.cloud_code();
    let cart = json!({"items": [1, value]});
    let invoke = cloud_code
        .invoke::<_, Value>("echo", "echo", &cart)
        .header("x-trace", "1");
    note(outcomes, "invoke", invoke.send()).await;
    let bare = cloud_code.invoke_no_args::<Value>("echo", "echo");
    note(outcomes, "invoke_no_args", bare.send()).await;
}
