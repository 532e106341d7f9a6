//! Arbitrary response bodies, decoded as every type that the client decodes.

use backendless::{
    Client, Error, ErrorKind, GeoPoint, Message, MessageStatus, Object, Record, RetryPolicy,
    Timestamp, Upload,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{API_KEY, APP_ID, Sink};

/// One status of each kind that the client distinguishes.
const STATUSES: [u16; 16] = [
    200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 413, 418, 429, 500, 501, 505,
];

/// A caller's type with fields of many types.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "it is only decoded")]
#[serde(rename_all = "camelCase")]
struct Person {
    #[serde(default)]
    name: String,
    age: Option<u8>,
    weight: Option<f64>,
    object_id: Option<String>,
    created: Option<Timestamp>,
    #[serde(default)]
    tags: Vec<Tag>,
    city: Option<Box<Person>>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "it is only decoded")]
enum Tag {
    Plain,
    Weighed(f32),
    Named { name: String },
}

/// A server and its client.
pub struct Responses {
    runtime: Runtime,
    sink: Sink,
    client: Client,
}

impl Responses {
    /// Starts a server.
    pub fn new() -> Self {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().expect("a runtime");
        let sink = runtime.block_on(Sink::start());
        let client = Client::builder(APP_ID, API_KEY)
            .api_url(sink.url())
            .retry(RetryPolicy::none())
            .build()
            .expect("the settings are valid");
        Self {
            runtime,
            sink,
            client,
        }
    }

    /// Checks an input. By its first byte, one of eight inputs is sent over HTTP with a status, and the
    /// others are decoded directly as JSON.
    ///
    /// # Panics
    ///
    /// If a body is decoded to a wrong value, or an error contains what it must not.
    pub fn check(&self, data: &[u8]) {
        let Some((choice, body)) = data.split_first() else {
            return;
        };
        if choice % 8 == 0 {
            let status = STATUSES[usize::from(choice / 8) % STATUSES.len()];
            self.over_the_wire(status, body);
        } else {
            check_rows(body);
            let _ = serde_json::from_slice::<Object<Person>>(body);
            let _ = serde_json::from_slice::<Vec<Object<Object<Person>>>>(body);
            let _ = serde_json::from_slice::<Object<Option<Tag>>>(body);
            let _ = serde_json::from_slice::<Object<()>>(body);
            let _ = serde_json::from_slice::<GeoPoint>(body);
            let _ = serde_json::from_slice::<MessageStatus>(body);
            let _ = serde_json::from_slice::<Message<Person>>(body);
            let _ = serde_json::from_slice::<Timestamp>(body);
        }
    }

    fn over_the_wire(&self, status: u16, body: &[u8]) {
        // A 204 has no body; it would be read as the start of the next response.
        let body = if status == 204 { b"" } else { body };
        self.sink.set_response(status, body);
        let (client, runtime) = (&self.client, &self.runtime);
        let table = client.data::<Person>("Person");
        let check = |error: Option<Error>| check_error(status, body, error);
        check(runtime.block_on(table.get("x").send()).err());
        check(runtime.block_on(table.find().send()).err());
        check(runtime.block_on(table.delete("x").send()).err());
        check(
            runtime
                .block_on(client.users().login("a", "b").send())
                .err(),
        );
        let upload = client.files().upload("a", Upload::bytes("")).send();
        check(runtime.block_on(upload).err());
        check(
            runtime
                .block_on(client.geo().save(&GeoPoint::new(0.0, 0.0)).send())
                .err(),
        );
        let echo = client.cloud_code().invoke_no_args::<Value>("s", "m");
        let echo = runtime.block_on(echo.send());
        if (200..300).contains(&status) {
            // An empty body is decoded as `null`.
            let plain = match body.trim_ascii() {
                b"" => Some(Value::Null),
                _ => read(body),
            };
            assert_eq!(echo.as_ref().ok(), plain.as_ref());
        }
        check(echo.err());
        self.sink.take();
    }
}

impl Default for Responses {
    fn default() -> Self {
        Self::new()
    }
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

/// Asserts that a row is decoded as serde decodes a map, and that it has the system properties of this map.
fn check_rows(body: &[u8]) {
    let Some(row) = read::<Object<Record>>(body) else {
        return;
    };
    let plain: Record = read(body).expect("a row is an object");
    let mut rest = plain.clone();
    let text = |value: Option<Value>| match value {
        Some(Value::String(text)) => Some(text),
        Some(Value::Number(number)) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    let time = |value: Option<Value>| value.and_then(|value| serde_json::from_value(value).ok());
    assert_eq!(Some(&row.object_id), text(rest.remove("objectId")).as_ref());
    assert_eq!(row.owner_id, text(rest.remove("ownerId")));
    assert_eq!(row.class, text(rest.remove("___class")));
    assert_eq!(row.created, time(rest.remove("created")));
    assert_eq!(row.updated, time(rest.remove("updated")));
    assert_eq!(row.into_inner(), plain);
}

/// Asserts that an error has a bounded length, the status and code of the response, and no secret.
fn check_error(status: u16, body: &[u8], error: Option<Error>) {
    let is_success = (200..300).contains(&status);
    let Some(error) = error else {
        assert!(is_success, "{status} is decoded as a success");
        return;
    };
    let text = format!("{error} {error:?} {error:#?}");
    assert!(!text.contains(API_KEY) && !text.contains(APP_ID), "{text}");
    assert!(error.to_string().len() < 10_000, "{text}");
    assert_eq!(error.status(), Some(status), "{text}");
    if is_success {
        assert_eq!(error.kind(), ErrorKind::Decode, "{text}");
        return;
    }
    let envelope = read::<Value>(body).unwrap_or_default();
    let code = match &envelope["code"] {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // A code that may be a secret is withheld: the codes of the service have at most five digits.
    let is_withheld =
        error.code().is_none() && code.is_some_and(|code| code.unsigned_abs() > 99_999);
    if !is_withheld {
        assert_eq!(error.code().map(|code| code.get()), code, "{text}");
    }
}
