//! Responses of the messaging service.

use std::time::Duration;

use backendless::{Email, ErrorCode, ErrorKind, Message, MessageStatus, Record, Timestamp};
use backendless_tests::Recorder;
use futures_util::{StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::error_body;

async fn publish(response: &str) -> backendless::Result<MessageStatus> {
    let server = Recorder::responding(200, response).await;
    server.client().messaging().publish("c", "x").await
}

#[tokio::test]
async fn status_of_a_published_message_is_read_in_every_form() {
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
async fn send_email_ignores_the_body() {
    let real = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;
    for response in [real, "", "null", "true"] {
        let server = Recorder::responding(200, response).await;
        let email = Email::new("s").to("a@b.c").text("t");
        server.client().messaging().send_email(email).await.unwrap();
    }
}

#[tokio::test]
async fn messaging_error_codes_decide_the_kind() {
    for (code, kind) in [
        (5010, ErrorKind::NotFound),
        (5007, ErrorKind::Forbidden),
        (5047, ErrorKind::Api),
        (5050, ErrorKind::Api),
    ] {
        let server = Recorder::responding(400, &error_body(code)).await;
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

async fn messages<M>(responses: &[&str], max: usize) -> backendless::Result<Vec<Message<M>>>
where
    M: DeserializeOwned + Send + 'static,
{
    let server = Recorder::in_turn(responses.iter().map(|s| (*s).to_owned()).collect()).await;
    let stream = server.client().messaging().messages("c", "s");
    let stream = stream.interval(Duration::from_millis(1));
    stream.take(max).try_collect().await
}

#[tokio::test]
async fn messages_with_nulls_and_unknown_properties_are_read() {
    let response = r#"{"messages":[
        {"messageId":"M-1","data":{"a":1},"publishedAt":1700000000000,"publisherId":"me",
         "headers":{"BL_APPLICATION_ID":"A","n":1},"new":[]},
        {"messageId":null,"data":null,"publishedAt":null,"publisherId":null,"headers":null},
        {"data":5}],"more":true}"#;
    let read = messages::<Value>(&[response], 3).await.unwrap();
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
async fn response_without_messages_yields_no_message() {
    let responses = [
        r#"{"messages":[]}"#,
        r#"{"messages":null}"#,
        "{}",
        "null",
        "",
        r#"{"messages":[{"messageId":"1","data":"one"}]}"#,
        r#"{"messages":[{"messageId":"1","data":"one"},{"messageId":"2","data":"two"}]}"#,
    ];
    let read = messages::<String>(&responses, 2).await.unwrap();
    let data: Vec<_> = read.iter().map(|message| message.data.as_str()).collect();
    assert_eq!(data, ["one", "two"]);
}

#[tokio::test]
async fn polling_continues_after_an_error_and_keeps_valid_messages() {
    let responses = [
        r#"{"messages":[{"data":1},{"data":"SECRET"},{"data":2}]}"#,
        "<html>",
        r#"{"messages":[{"data":3}]}"#,
    ];
    let server = Recorder::in_turn(responses.map(str::to_owned).to_vec()).await;
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
async fn invalid_channel_is_the_first_item_of_the_stream() {
    let server = Recorder::responding(200, "{}").await;
    let messaging = server.client().messaging();
    let mut stream = messaging.messages::<u8>("", "s");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(server.requests().len(), 0);
}

async fn poll<M: DeserializeOwned + Send + 'static>(
    response: &str,
) -> backendless::Result<Vec<Message<M>>> {
    let server = Recorder::responding(200, response).await;
    server.client().messaging().poll("c", "s").await
}

#[tokio::test]
async fn poll_returns_the_messages_with_their_payloads() {
    let response = r#"{"messages":[
        {"messageId":"M-1","data":{"text":"one"},"publishedAt":5,"publisherId":null,"headers":{"a":"b"}},
        {"messageId":7,"data":{"text":"two"}}]}"#;
    let messages = poll::<Record>(response).await.unwrap();
    assert_eq!(messages[0].message_id.as_deref(), Some("M-1"));
    assert_eq!(messages[0].data["text"], "one");
    assert_eq!(messages[0].published_at, Some(Timestamp::from_millis(5)));
    assert_eq!(messages[0].headers["a"], "b");
    assert_eq!(messages[1].message_id.as_deref(), Some("7"));
    for none in [
        "",
        "null",
        "{}",
        r#"{"messages":null}"#,
        r#"{"messages":[]}"#,
    ] {
        assert_eq!(poll::<Value>(none).await.unwrap(), [], "{none}");
    }
    let error = poll::<u8>(r#"{"messages":[{"data":1},{"data":"SECRET"}]}"#);
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.contains(
            "message 2 of 2 does not match Message<u8>: at data: expected u8, found string"
        ),
        "{text}"
    );
    assert_eq!(
        poll::<Value>("5").await.unwrap_err().kind(),
        ErrorKind::Decode
    );
}
