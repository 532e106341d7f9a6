//! Requests of the messaging service, byte by byte.

use std::time::{Duration, UNIX_EPOCH};

use backendless::{Email, PushPolicy, Record, Timestamp};
use backendless_tests::Recorder;
use serde_json::{Value, json};

use crate::support::{assert_json, assert_no_body, assert_request_line, recorded_request};

const STATUS: &str = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;

#[tokio::test]
async fn publish_sends_only_the_message_by_default() {
    let server = Recorder::responding(200, STATUS).await;
    let messaging = server.client().messaging();
    messaging.publish("my channel/x", "hi").await.unwrap();
    let messages = json!([{"a": [1, null]}, 5, null, []]);
    for message in messages.as_array().unwrap() {
        messaging.publish("default", message).await.unwrap();
    }
    let requests = server.requests();
    assert_request_line(&requests[0], "POST", "/messaging/my%20channel%2Fx");
    assert_json(&requests[0], r#"{"message":"hi"}"#);
    let bodies: Vec<_> = requests[1..].iter().map(|r| r.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"message":{"a":[1,null]}}"#,
            r#"{"message":5}"#,
            r#"{"message":null}"#,
            r#"{"message":[]}"#
        ]
    );
}

#[tokio::test]
async fn publish_sends_every_option() {
    let server = Recorder::responding(200, STATUS).await;
    server
        .client()
        .messaging()
        .publish("default", &json!({"a": 1}))
        .message_header("android-ticker-text", "t")
        .message_header("ios-badge", "1")
        .publish_at(Timestamp::from_millis(1_700_000_000_000))
        .push_policy(PushPolicy::Also)
        .push_broadcast(3)
        .push_singlecast(["DEV-1"])
        .push_singlecast(["DEV-2".to_owned()])
        .await
        .unwrap();
    let request = server.request();
    assert_request_line(&request, "POST", "/messaging/default");
    assert_json(
        &request,
        r#"{"message":{"a":1},"headers":{"android-ticker-text":"t","ios-badge":"1"},"publishAt":1700000000000,"pushPolicy":"ALSO","pushBroadcast":3,"pushSinglecast":["DEV-1","DEV-2"]}"#,
    );
}

#[tokio::test]
async fn publish_sends_each_push_policy_and_whole_milliseconds() {
    let server = Recorder::responding(200, STATUS).await;
    let messaging = server.client().messaging();
    for (policy, name) in [
        (PushPolicy::Only, "ONLY"),
        (PushPolicy::Also, "ALSO"),
        (PushPolicy::None, "NONE"),
    ] {
        messaging
            .publish("c", "")
            .push_policy(policy)
            .await
            .unwrap();
        let body = &server.requests().pop().unwrap().body;
        assert_eq!(*body, format!(r#"{{"message":"","pushPolicy":"{name}"}}"#));
    }
    let time = UNIX_EPOCH + Duration::from_micros(1_500);
    messaging.publish("c", "").publish_at(time).await.unwrap();
    let body = &server.requests().pop().unwrap().body;
    assert_eq!(body, r#"{"message":"","publishAt":1}"#);
}

#[tokio::test]
async fn poll_encodes_channel_and_subscription() {
    let request = recorded_request(r#"{"messages":[]}"#, |client| {
        client.messaging().poll::<Record>("my channel", "S/1")
    });
    let request = request.await;
    assert_request_line(&request, "GET", "/messaging/my%20channel/S%2F1");
    assert_no_body(&request);
}

#[tokio::test]
async fn send_email_sends_only_the_bodies_that_are_set() {
    for (email, body) in [
        (
            Email::new("Subj").to("x@y.z").text("T").html("<b>H</b>"),
            json!({"bodyparts": {"htmlmessage": "<b>H</b>", "textmessage": "T"},
                "subject": "Subj", "to": ["x@y.z"]}),
        ),
        (
            Email::new("").to("a@b.c").to("x@y.z").text(""),
            json!({"bodyparts": {"textmessage": ""}, "subject": "", "to": ["a@b.c", "x@y.z"]}),
        ),
        (
            Email::new("S").to("a@b.c").html("H"),
            json!({"bodyparts": {"htmlmessage": "H"}, "subject": "S", "to": ["a@b.c"]}),
        ),
    ] {
        let request = recorded_request(STATUS, |client| client.messaging().send_email(email)).await;
        assert_request_line(&request, "POST", "/messaging/email");
        assert_eq!(request.header("content-type"), Some("application/json"));
        let sent: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(sent, body);
    }
}
