//! How the answers of Messaging, Geo, Cache, Counters and Cloud Code are read.

use std::time::Duration;

use backendless::{
    Email, Error, ErrorCode, ErrorKind, GeoPoint, Message, MessageStatus, Record, Timestamp,
};
use backendless_tests::Recorder;
use futures_util::{StreamExt, TryStreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

async fn publish(answer: &str) -> backendless::Result<MessageStatus> {
    let server = Recorder::answering(200, answer).await;
    server.client().messaging().publish("c", "x").await
}

fn refusal(code: i64) -> String {
    json!({"code": code, "message": "no", "errorData": {}}).to_string()
}

#[tokio::test]
async fn a_published_message_is_told_in_every_form() {
    let real = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null,"sendingTime":0}"#;
    let status = publish(real).await.unwrap();
    assert_eq!(status.message_id.as_deref(), Some("M-1"));
    assert_eq!(status.status.as_deref(), Some("scheduled"));
    assert_eq!(status.error_message, None);

    let status = publish(r#"{"messageId":7,"status":2,"errorMessage":"no device"}"#).await;
    let status = status.unwrap();
    assert_eq!(status.message_id.as_deref(), Some("7"));
    assert_eq!(status.status.as_deref(), Some("2"));
    assert_eq!(status.error_message.as_deref(), Some("no device"));

    let status = publish(r#"{"status":"of a later version"}"#).await.unwrap();
    assert_eq!(status.status.as_deref(), Some("of a later version"));
    assert_eq!(publish("{}").await.unwrap(), MessageStatus::default());
    let error = publish("5").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_email_may_answer_a_status_or_nothing() {
    let real = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;
    for answer in [real, "", "null", "true"] {
        let server = Recorder::answering(200, answer).await;
        let email = Email::new("s").to("a@b.c").text("t");
        server.client().messaging().send_email(email).await.unwrap();
    }
}

#[tokio::test]
async fn messaging_refuses_by_code() {
    for (code, kind) in [
        (5010, ErrorKind::NotFound),
        (5007, ErrorKind::Forbidden),
        (5047, ErrorKind::Api),
        (5050, ErrorKind::Api),
    ] {
        let server = Recorder::answering(400, &refusal(code)).await;
        let messaging = server.client().messaging();
        let email = Email::new("s").to("a@b.c").text("t");
        for error in [
            messaging.publish("c", "x").await.unwrap_err(),
            messaging.poll::<Record>("c", "s").await.unwrap_err(),
            messaging.send_email(email).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.code(), Some(ErrorCode::new(code)));
        }
    }
}

async fn messages<M>(answers: &[&str], most: usize) -> backendless::Result<Vec<Message<M>>>
where
    M: DeserializeOwned + Send + 'static,
{
    let server = Recorder::in_turn(answers.iter().map(|s| (*s).to_owned()).collect()).await;
    let stream = server.client().messaging().messages("c", "s");
    let stream = stream.interval(Duration::from_millis(1));
    stream.take(most).try_collect().await
}

#[tokio::test]
async fn messages_are_read_with_nulls_missing_parts_and_more() {
    let answer = r#"{"messages":[
        {"messageId":"M-1","data":{"a":1},"publishedAt":1700000000000,"publisherId":"me",
         "headers":{"BL_APPLICATION_ID":"A","n":1},"new":[]},
        {"messageId":null,"data":null,"publishedAt":null,"publisherId":null,"headers":null},
        {"data":5}],"more":true}"#;
    let read = messages::<Value>(&[answer], 3).await.unwrap();
    assert_eq!(read[0].message_id.as_deref(), Some("M-1"));
    assert_eq!(read[0].data, json!({"a": 1}));
    let time = Timestamp::from_millis(1_700_000_000_000);
    assert_eq!(read[0].published_at, Some(time));
    assert_eq!(read[0].publisher_id.as_deref(), Some("me"));
    assert_eq!(read[0].headers["n"], 1);
    assert_eq!(read[1].data, Value::Null);
    assert!(read[1].headers.is_empty() && read[1].published_at.is_none());
    assert_eq!(read[2].data, 5);
}

#[tokio::test]
async fn an_answer_without_messages_is_no_message() {
    let answers = [
        r#"{"messages":[]}"#,
        r#"{"messages":null}"#,
        "{}",
        "null",
        "",
        r#"{"messages":[{"messageId":"1","data":"one"}]}"#,
        r#"{"messages":[{"messageId":"1","data":"one"},{"messageId":"2","data":"two"}]}"#,
    ];
    let read = messages::<String>(&answers, 2).await.unwrap();
    let data: Vec<_> = read.iter().map(|message| message.data.as_str()).collect();
    assert_eq!(data, ["one", "two"]);
}

#[tokio::test]
async fn polling_goes_on_behind_an_error_and_the_messages_beside_it_are_kept() {
    let answers = [
        r#"{"messages":[{"data":1},{"data":"SECRET"},{"data":2}]}"#,
        "<html>",
        r#"{"messages":[{"data":3}]}"#,
    ];
    let server = Recorder::in_turn(answers.map(str::to_owned).to_vec()).await;
    let stream = server.client().messaging().messages::<u8>("c", "s");
    let stream = stream.interval(Duration::from_millis(1));
    let items: Vec<_> = stream.take(5).collect().await;
    let data: Vec<_> = items
        .iter()
        .map(|item| item.as_ref().ok().map(|message| message.data))
        .collect();
    assert_eq!(data, [Some(1), None, Some(2), None, Some(3)]);
    for error in items.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("pollMessages")
        );
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
}

#[tokio::test]
async fn a_bad_channel_is_an_item_of_the_stream() {
    let server = Recorder::answering(200, "{}").await;
    let messaging = server.client().messaging();
    let mut stream = messaging.messages::<u8>("", "s");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(server.requests().len(), 0);
}

async fn save(answer: &str) -> backendless::Result<GeoPoint> {
    let server = Recorder::answering(200, answer).await;
    let point = GeoPoint::new(0.0, 0.0);
    server.client().geo().save(&point).await
}

#[tokio::test]
async fn a_saved_point_is_read_wrapped_and_bare_with_nulls_and_more() {
    let wrapped = r#"{"geopoint":{"___class":"GeoPoint","categories":["c"],"latitude":1,
        "longitude":2.5,"metadata":{"rating":5},"objectId":"G-1","distance":0.0}}"#;
    let point = save(wrapped).await.unwrap();
    assert_eq!((point.latitude, point.longitude), (1.0, 2.5));
    assert_eq!(point.object_id.as_deref(), Some("G-1"));
    assert_eq!(point.categories, ["c"]);
    assert_eq!(point.metadata["rating"], 5);

    let bare = r#"{"objectId":null,"latitude":-1.5,"longitude":2,"categories":null,
        "metadata":null,"distance":null,"totalPoints":3}"#;
    let point = save(bare).await.unwrap();
    assert_eq!((point.latitude, point.object_id), (-1.5, None));
    assert!(point.categories.is_empty() && point.metadata.is_empty());
}

#[tokio::test]
async fn a_saved_point_that_is_none_is_a_decode_error() {
    for answer in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"geopoint":null}"#,
        r#"{"geopoint":{"latitude":"SECRET","longitude":1}}"#,
    ] {
        let error = save(answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{answer}");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
}

#[tokio::test]
async fn points_that_are_found_are_read_with_their_distance_and_clusters_too() {
    let answer = r#"[{"objectId":"G-1","latitude":1,"longitude":2,"categories":["c"],
        "distance":0.25},{"objectId":"G-2","latitude":1,"longitude":2,"totalPoints":9}]"#;
    let server = Recorder::answering(200, answer).await;
    let points = server.client().geo().find().await.unwrap();
    assert_eq!(points[0].distance, Some(0.25));
    assert_eq!(points[1].object_id.as_deref(), Some("G-2"));
    assert_eq!(points[1].distance, None);
    for none in ["[]", "null", ""] {
        let server = Recorder::answering(200, none).await;
        assert_eq!(server.client().geo().find().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_cached_value_is_any_json() {
    async fn get<T: DeserializeOwned + Send + 'static>(
        status: u16,
        answer: &str,
    ) -> backendless::Result<Option<T>> {
        let server = Recorder::answering(status, answer).await;
        server.client().cache().get("k").await
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Cart {
        items: Vec<u8>,
    }
    let cart = Cart { items: vec![1, 2] };
    assert_eq!(
        get(200, r#"{"items":[1,2],"x":0}"#).await.unwrap(),
        Some(cart)
    );
    assert_eq!(get(200, "3").await.unwrap(), Some(3));
    assert_eq!(get(200, " -0.5 ").await.unwrap(), Some(-0.5));
    assert_eq!(get(200, r#""t""#).await.unwrap(), Some("t".to_owned()));
    assert_eq!(get(200, "false").await.unwrap(), Some(false));
    assert_eq!(get(200, "[null]").await.unwrap(), Some([None::<u8>]));

    for (status, miss) in [
        (200, "null".to_owned()),
        (200, String::new()),
        (404, String::new()),
        (404, refusal(1000)),
        (400, refusal(16001)),
    ] {
        let value = get::<Value>(status, &miss).await.unwrap();
        assert_eq!(value, None, "{status} {miss}");
    }

    let error = get::<u8>(200, r#""SECRET""#).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    for (status, code) in [(400, 1026), (401, 3064), (404, 2002)] {
        let error = get::<u8>(status, &refusal(code)).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
    }
    let error = get::<u8>(502, "<html>").await.unwrap_err();
    assert!(error.is_retryable());
}

#[tokio::test]
async fn the_cache_says_whether_it_has_a_value_and_nothing_else() {
    for (answer, expected) in [("true", Some(true)), ("false", Some(false)), ("null", None)] {
        let server = Recorder::answering(200, answer).await;
        let cache = server.client().cache();
        let has = cache.contains("k").await;
        match expected {
            Some(expected) => assert_eq!(has.unwrap(), expected),
            None => assert_eq!(has.unwrap_err().kind(), ErrorKind::Decode),
        }
        cache.put("k", &1).await.unwrap();
        cache.delete("k").await.unwrap();
    }
}

#[tokio::test]
async fn a_counter_is_a_number_whatever_its_media_type() {
    for (answer, number) in [
        ("5", 5),
        ("5\n", 5),
        ("-10", -10),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        for headers in [&[("content-type", "text/plain")][..], &[]] {
            let server = Recorder::with_headers(200, headers, answer).await;
            let counters = server.client().counters();
            assert_eq!(counters.increment("c").await.unwrap(), number);
            assert_eq!(counters.increment_by("c", 2).await.unwrap(), number);
            assert_eq!(counters.get("c").await.unwrap(), number);
            counters.reset("c").await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_counter_that_is_no_number_is_a_decode_error() {
    for answer in ["", "null", "{}", "9223372036854775808", "1.5", "x"] {
        let server = Recorder::answering(200, answer).await;
        let counters = server.client().counters();
        for error in [
            counters.increment("c").await.unwrap_err(),
            counters.increment_by("c", 2).await.unwrap_err(),
            counters.get("c").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{answer}");
        }
        counters.reset("c").await.unwrap();
    }
}

async fn invoke<R: DeserializeOwned + Send + 'static>(
    status: u16,
    answer: &str,
) -> backendless::Result<R> {
    let server = Recorder::answering(status, answer).await;
    let cloud_code = server.client().cloud_code();
    cloud_code.invoke("Svc", "method", &()).await
}

#[tokio::test]
async fn cloud_code_answers_any_json_and_nothing() {
    assert_eq!(invoke::<i64>(200, "42").await.unwrap(), 42);
    assert_eq!(invoke::<f64>(200, "0.1").await.unwrap(), 0.1);
    assert!(invoke::<bool>(201, "true").await.unwrap());
    assert_eq!(invoke::<String>(200, r#""x""#).await.unwrap(), "x");
    assert_eq!(invoke::<Vec<u8>>(200, "[1,2]").await.unwrap(), [1, 2]);
    assert_eq!(
        invoke::<Value>(200, r#"{"code":1,"message":"x"}"#)
            .await
            .unwrap(),
        json!({"code": 1, "message": "x"})
    );
    for nothing in ["", "null", " \n"] {
        invoke::<()>(200, nothing).await.unwrap();
        assert_eq!(invoke::<Option<u8>>(204, nothing).await.unwrap(), None);
        assert_eq!(invoke::<Value>(200, nothing).await.unwrap(), Value::Null);
        let error = invoke::<u8>(200, nothing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    let error = invoke::<u8>(200, r#""SECRET""#).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
}

#[tokio::test]
async fn cloud_code_refuses_by_code() {
    for (code, kind) in [
        (14000, ErrorKind::Api),
        (14001, ErrorKind::NotFound),
        (14002, ErrorKind::NotFound),
        (14005, ErrorKind::Api),
        (15000, ErrorKind::Api),
        (4_242_424_242, ErrorKind::Api),
    ] {
        for status in [400, 500] {
            let error: Error = invoke::<()>(status, &refusal(code)).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.code(), Some(ErrorCode::new(code)));
            assert_eq!(error.status(), Some(status));
            assert!(!error.is_retryable(), "{error}");
        }
    }
    let error = invoke::<()>(503, "").await.unwrap_err();
    assert!(error.to_string().contains("is not idempotent"), "{error}");
}
