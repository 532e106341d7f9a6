//! Values, rows, messages and responses in uncommon forms, of which the other modules test the common ones.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backendless::filter::field;
use backendless::{Error, ErrorKind, Object, Record, Timestamp, Upload};
use backendless_local::Server;
use backendless_tests::{Behaviour, Recorder, ScriptedServer};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use crate::support::local_client;

#[derive(Serialize)]
enum Shape {
    Circle(f32),
    Line(f64, f64),
    Square { side: Option<f64> },
    Nested(Box<Shape>),
}

/// A map with this key.
struct Key(f64);

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(&self.0, &1)?;
        map.end()
    }
}

#[tokio::test]
async fn number_without_a_json_form_is_rejected_in_every_shape() {
    let server = Recorder::responding(200, "{}").await;
    let cache = server.client().cache();
    let nan = f64::NAN;
    macro_rules! assert_rejected {
        ($($value:expr => $place:literal,)*) => {
            $(let error = cache.put("k", &$value).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let expected = concat!("the value cannot be serialized: ", $place);
            assert!(error.message().starts_with(expected), "{error}");)*
        };
    }
    assert_rejected! {
        Some(Some(nan)) => "NaN cannot",
        (1, (2, nan)) => "at [1][1]: NaN",
        HashMap::from([("a.b c", [nan])]) => "at a.b c[0]: NaN",
        Shape::Circle(f32::INFINITY) => "at Circle: infinity",
        Shape::Line(1.0, nan) => "at Line[1]: NaN",
        Shape::Nested(Box::new(Shape::Square { side: Some(nan) })) => "at Nested.Square.side: NaN",
        Key(nan) => "NaN cannot",
        [Key(f64::NEG_INFINITY)] => "at [0]: infinity",
    }
    assert_eq!(server.requests().len(), 0);
    for (sent, value) in [
        (
            "340282366920938463463374607431768211455",
            cache.put("k", &u128::MAX),
        ),
        (
            "-170141183460469231731687303715884105728",
            cache.put("k", &i128::MIN),
        ),
        (r#"{"1.5":1}"#, cache.put("k", &Key(1.5))),
    ] {
        value.await.unwrap();
        let body = server.requests().last().map(|request| request.body.clone());
        assert_eq!(body.as_deref(), Some(sent));
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Borrowed<'a> {
    #[serde(rename = "objectId")]
    id: &'a str,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Pet {
    #[serde(alias = "nick", default)]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "___class")]
enum Member {
    Person {
        friend: Option<Box<Object<Member>>>,
        #[serde(flatten)]
        more: BTreeMap<String, Value>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Outer {
    #[serde(flatten)]
    row: Object<Pet>,
    age: u8,
}

#[test]
fn rows_are_read_inside_of_other_types() {
    let text = r#"{"objectId":"B2","name":"Bob","created":1}"#;
    let row: Object<Borrowed<'_>> = serde_json::from_str(text).unwrap();
    assert_eq!(
        (row.id, &row.name, row.object_id.as_str()),
        ("B2", &"Bob".into(), "B2")
    );

    let text = r#"{"___class":"Person","objectId":"A","ownerId":"O",
        "friend":{"objectId":"B","___class":"Dog"}}"#;
    let row: Object<Member> = serde_json::from_str(text).unwrap();
    assert_eq!(row.class.as_deref(), Some("Person"));
    let Member::Person { friend, more } = row.into_inner() else {
        panic!("the tag is Person");
    };
    assert_eq!(
        more,
        BTreeMap::from([
            ("objectId".into(), "A".into()),
            ("ownerId".into(), "O".into())
        ])
    );
    let friend = friend.unwrap();
    assert_eq!(
        (friend.object_id.as_str(), friend.class.as_deref()),
        ("B", Some("Dog"))
    );
    assert!(matches!(**friend, Member::Other));

    let text = r#"{"age":3,"objectId":"A","nick":"Rex","created":7}"#;
    let outer: Outer = serde_json::from_str(text).unwrap();
    assert_eq!(
        (
            outer.age,
            outer.row.name.as_str(),
            outer.row.object_id.as_str()
        ),
        (3, "Rex", "A")
    );
    let twice: Object<Object<Pet>> = serde_json::from_str(text).unwrap();
    assert_eq!(
        (twice.object_id.as_str(), twice.name.as_str()),
        ("A", "Rex")
    );
    assert_eq!(twice.created, Some(Timestamp::from_millis(7)));
    assert_eq!(
        serde_json::from_str::<Option<Object<Pet>>>("null").unwrap(),
        None
    );
}

#[tokio::test]
async fn wildcards_and_quotes_of_a_text_are_found_literally() {
    let names = [
        "50%", "50x", "a_b", "axb", "c\\d", "c\\\\d", "e!f", "e!%f", "O'Ha%", "", "%", "_", "\\",
        "!", "'", "''%", "line\n%", "tab\t_", "😀_x", "!!", "a%%b", "\\%", "%'!_\\",
    ];
    let server = Server::start().await.unwrap();
    let table = local_client(&server).data::<Record>("Word");
    for name in names {
        table.create(&json!({ "name": name })).await.unwrap();
    }
    for text in [
        "50%", "a_b", "c\\", "\\", "!", "'", "%", "_", "''%", "\n%", "\t_", "😀_", "!%", "%%",
        "\\%", "%'!_\\", "",
    ] {
        let count =
            |is_found: &dyn Fn(&str) -> bool| names.iter().filter(|name| is_found(name)).count();
        for (filter, expected) in [
            (
                field("name").starts_with(text),
                count(&|name| name.starts_with(text)),
            ),
            (
                field("name").ends_with(text),
                count(&|name| name.ends_with(text)),
            ),
            (
                field("name").contains(text),
                count(&|name| name.contains(text)),
            ),
            (
                !field("name").contains(text),
                count(&|name| !name.contains(text)),
            ),
            (field("name").eq(text), count(&|name| name == text)),
        ] {
            let clause = filter.to_clause().unwrap().to_owned();
            let found: Vec<_> = table
                .find()
                .filter(filter)
                .stream()
                .try_collect()
                .await
                .unwrap();
            assert_eq!(found.len(), expected, "{clause}");
        }
    }
}

async fn invoke<R: DeserializeOwned + Send + 'static>(
    media_type: &str,
    body: &[u8],
) -> backendless::Result<R> {
    let response = Behaviour::response(200, &[("content-type", media_type)], body);
    let server = ScriptedServer::always(response).await;
    server.client().cloud_code().invoke("S", "m", &1).await
}

#[tokio::test]
async fn result_that_cannot_be_read_names_its_content_type() {
    let latin = "text/plain; charset=iso-8859-1";
    let error = invoke::<String>(latin, b"caf\xe9").await.unwrap_err();
    assert_eq!(
        error.message(),
        "the content type of the response declares text, but the body is not valid UTF-8 at \
         line 1, column 4"
    );
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = invoke::<u8>("text/html", b"<html>").await.unwrap_err();
    assert!(
        error
            .message()
            .ends_with("; its content type declares text"),
        "{error}"
    );
    // The content type is right, so that it is not the reason.
    let error = invoke::<u8>("application/json", b"x").await.unwrap_err();
    assert!(!error.message().contains("content type"), "{error}");
    for media_type in ["image/png", "application/octet-stream"] {
        for body in [&b"\x89PNG"[..], b"GIF89a"] {
            let error = invoke::<u8>(media_type, body).await.unwrap_err();
            let hint = "; its content type declares neither JSON nor text";
            assert!(error.message().ends_with(hint), "{error}");
        }
        // The value is JSON, so that the content type is not the reason.
        let error = invoke::<u8>(media_type, b"[]").await.unwrap_err();
        assert!(!error.message().contains("content type"), "{error}");
    }
    assert_eq!(
        invoke::<String>("text/plain", b"\"x\"").await.unwrap(),
        "\"x\""
    );
    for body in [&b"<html>"[..], b"", b"\xff\0", b"\"x\"", b"{"] {
        for media_type in ["text/html", "application/json", "application/octet-stream"] {
            invoke::<()>(media_type, body).await.unwrap();
        }
    }
}

/// The data of an error, as text.
fn data(error: &Error) -> String {
    error.data().map(Value::to_string).unwrap_or_default()
}

#[tokio::test]
async fn no_message_is_lost_in_a_response_of_another_form() {
    let long = "y".repeat(20_000);
    let message = json!({"messageId": "1", "data": long});
    for (response, received) in [
        (
            json!({"messages": [{"data": 5}, message, null]}),
            json!([{"data": 5}, message, null]),
        ),
        (json!([message]), json!([message])),
        (json!({ "messages": message }), json!([message])),
        (json!({"messages": "text"}), json!(["text"])),
        (json!("text"), json!(["text"])),
    ] {
        let server = Recorder::responding(200, &response.to_string()).await;
        let messaging = server.client().messaging();
        let error = messaging.poll::<u8>("c", "s").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(data(&error), received.to_string());

        let items = messaging.messages::<u8>("c", "s").interval(Duration::ZERO);
        let items: Vec<_> = items
            .take(received.as_array().unwrap().len())
            .collect()
            .await;
        for (item, received) in items.into_iter().zip(received.as_array().unwrap()) {
            match item {
                Ok(message) => assert_eq!(json!({"data": message.data}), *received),
                Err(error) => assert_eq!(data(&error), received.to_string()),
            }
        }
    }
    let server = Recorder::responding(200, &json!([message]).to_string()).await;
    let received = server
        .client()
        .messaging()
        .poll::<String>("c", "s")
        .await
        .unwrap();
    assert_eq!(received[0].data, long);
}

#[tokio::test]
async fn progress_of_an_upload_of_at_most_one_byte_is_reported() {
    let server = Recorder::responding(200, r#"{"fileURL":"http://x/a"}"#).await;
    let files = server.client().files();
    let chunks = |chunks: &[&'static str]| {
        stream::iter(
            chunks
                .iter()
                .map(|text| Ok::<_, io::Error>(*text))
                .collect::<Vec<_>>(),
        )
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    for (upload, expected) in [
        (Upload::bytes(""), (0, Some(0))),
        (Upload::bytes("x"), (1, Some(1))),
        (Upload::stream(chunks(&[]), Some(0)), (0, Some(0))),
        (Upload::stream(chunks(&[]), None), (0, None)),
        (Upload::stream(chunks(&["", "", "x"]), None), (1, None)),
        (Upload::file(file.path()), (0, Some(0))),
    ] {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let report = Arc::clone(&reports);
        let upload = files
            .upload("a.txt", upload)
            .on_progress(move |sent, total| {
                report
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((sent, total));
            });
        upload.await.unwrap();
        let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(reports.last(), Some(&expected));
    }
}

#[tokio::test]
async fn remedy_follows_a_message_with_or_without_a_period() {
    for message in ["no such app", "no such app."] {
        let body = json!({"code": 2002, "message": message}).to_string();
        let server = Recorder::responding(400, &body).await;
        let error = server.client().counters().get("c").await.unwrap_err();
        let expected = "getCounter: 400, code 2002: no such app; check the application id, the REST API key and the API \
                        URL (1 attempt; not retried: 400 is final)";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.message(), message);
    }
}
