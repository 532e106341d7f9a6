//! The messaging service from end to end, against the local server.

use std::time::{Duration, SystemTime};

use backendless::{Email, ErrorCode, ErrorKind, MessageStream, Messaging, PushPolicy, Timestamp};
use backendless_local::Server;
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::local_client;

const HOUR: Duration = Duration::from_secs(3600);

async fn messaging() -> (Server, Messaging) {
    let server = Server::start().await.unwrap();
    let messaging = local_client(&server).messaging();
    (server, messaging)
}

/// Polls once, and returns the payloads.
async fn poll_texts(messaging: &Messaging, channel: &str, subscription: &str) -> Vec<String> {
    let messages = messaging.poll(channel, subscription).await.unwrap();
    messages.into_iter().map(|message| message.data).collect()
}

fn stream_of(messaging: &Messaging, subscription: &str) -> MessageStream<String> {
    let stream = messaging.messages("news", subscription);
    stream.interval(Duration::from_millis(1))
}

async fn read_texts(stream: MessageStream<String>, count: usize) -> Vec<String> {
    let messages = stream.take(count).map_ok(|message| message.data);
    messages.try_collect().await.unwrap()
}

#[tokio::test]
async fn message_reaches_each_subscription_once() {
    let (_server, messaging) = messaging().await;
    for message in ["one", "two"] {
        messaging.publish("news", message).await.unwrap();
    }
    messaging.publish("other channel", "x").await.unwrap();
    for subscription in ["ann", "bob"] {
        let messages = poll_texts(&messaging, "news", subscription).await;
        assert_eq!(messages, ["one", "two"]);
        assert!(
            poll_texts(&messaging, "news", subscription)
                .await
                .is_empty()
        );
    }
    assert_eq!(poll_texts(&messaging, "other channel", "ann").await, ["x"]);
    messaging.publish("news", "three").await.unwrap();
    assert_eq!(poll_texts(&messaging, "news", "ann").await, ["three"]);
}

#[tokio::test]
async fn message_arrives_as_it_was_published() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct News {
        title: String,
        read: Option<u32>,
    }
    let (_server, messaging) = messaging().await;
    let news = News {
        title: "Søn & co".to_owned(),
        read: None,
    };
    let before = Timestamp::now();
    let status = messaging
        .publish("news", &news)
        .message_header("topic", "shop")
        .await
        .unwrap();
    assert_eq!(status.status.as_deref(), Some("scheduled"));
    assert_eq!(status.error_message, None);
    let mut messages = messaging.messages::<News>("news", "ann");
    let message = messages.next().await.unwrap().unwrap();
    assert_eq!(message.data, news);
    assert_eq!(message.message_id, status.message_id);
    assert_eq!(message.headers["topic"], "shop");
    assert!(message.published_at >= Some(before));
}

#[tokio::test]
async fn stream_waits_for_messages_and_yields_each_once() {
    let (_server, messaging) = messaging().await;
    let reader = tokio::spawn(read_texts(stream_of(&messaging, "ann"), 20));
    for number in 0..20 {
        messaging
            .publish("news", &format!("no. {number}"))
            .await
            .unwrap();
    }
    let expected: Vec<_> = (0..20).map(|number| format!("no. {number}")).collect();
    assert_eq!(reader.await.unwrap(), expected);
    assert!(poll_texts(&messaging, "news", "ann").await.is_empty());
    assert_eq!(read_texts(stream_of(&messaging, "bob"), 20).await, expected);
}

#[tokio::test]
async fn scheduled_message_is_delivered_at_its_time() {
    let (server, messaging) = messaging().await;
    messaging
        .publish("news", "later")
        .publish_at(SystemTime::now() + HOUR)
        .await
        .unwrap();
    messaging.publish("news", "now").await.unwrap();
    assert_eq!(poll_texts(&messaging, "news", "ann").await, ["now"]);
    assert!(poll_texts(&messaging, "news", "ann").await.is_empty());
    server.advance_clock(HOUR);
    assert_eq!(poll_texts(&messaging, "news", "ann").await, ["later"]);
    assert!(poll_texts(&messaging, "news", "ann").await.is_empty());
}

#[tokio::test]
async fn push_only_message_is_in_no_channel() {
    let (_server, messaging) = messaging().await;
    for (policy, message) in [
        (PushPolicy::Only, "only"),
        (PushPolicy::Also, "also"),
        (PushPolicy::None, "none"),
    ] {
        let publish = messaging.publish("news", message).push_policy(policy);
        let status = publish.push_singlecast(["DEV-1"]).await.unwrap();
        assert!(status.message_id.is_some());
    }
    assert_eq!(
        poll_texts(&messaging, "news", "ann").await,
        ["also", "none"]
    );
}

#[tokio::test]
async fn emails_are_in_the_outbox_unchanged() {
    let (server, messaging) = messaging().await;
    let read_texts = Email::new("Welcome")
        .to("ann@example.com")
        .to("bob@example.com")
        .text("Good to have you.")
        .html("<p>Good to have you.</p>");
    messaging.send_email(read_texts).await.unwrap();
    let second = Email::new("").to("ann@example.com").text("");
    messaging.send_email(second).await.unwrap();
    assert_eq!(
        server.outbox().await.unwrap(),
        [
            json!({
                "subject": "Welcome",
                "to": ["ann@example.com", "bob@example.com"],
                "bodyparts": {
                    "textmessage": "Good to have you.",
                    "htmlmessage": "<p>Good to have you.</p>",
                },
            }),
            json!({
                "subject": "",
                "to": ["ann@example.com"],
                "bodyparts": {"textmessage": ""},
            }),
        ]
    );
}

#[tokio::test]
async fn email_without_a_valid_recipient_is_rejected() {
    let (server, messaging) = messaging().await;
    let email = Email::new("s").to("nobody").text("t");
    let error = messaging.send_email(email).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(5047)));
    let email = Email::new("s").text("t");
    let error = messaging.send_email(email).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(server.outbox().await.unwrap().is_empty());
}
