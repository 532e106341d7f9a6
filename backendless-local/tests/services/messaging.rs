//! The Messaging service: channels and the outbox of e-mails.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

impl TestServer {
    fn message(&self, channel: &str, body: &Value) -> TestRequest {
        self.post(&format!("/messaging/{channel}"), body)
    }

    async fn publish(&self, channel: &str, data: impl Into<Value>) {
        let body = json!({ "message": data.into() });
        self.message(channel, &body).ok().await;
    }

    /// Polls a subscription and returns the messages.
    async fn poll(&self, channel: &str, subscription: &str) -> Vec<Value> {
        let path = format!("/messaging/{channel}/{subscription}");
        let mut response = self.get(&path).ok().await;
        assert_eq!(response.as_object().unwrap().len(), 1, "{response}");
        serde_json::from_value(response["messages"].take()).unwrap()
    }

    /// Polls a subscription and returns the data of the messages.
    async fn poll_data(&self, channel: &str, subscription: &str) -> Vec<Value> {
        let messages = self.poll(channel, subscription).await;
        messages
            .into_iter()
            .map(|mut message| message["data"].take())
            .collect()
    }

    fn advance_seconds(&self, seconds: u64) {
        self.server.advance_clock(Duration::from_secs(seconds));
    }

    fn email(&self, body: &Value) -> TestRequest {
        self.post("/messaging/email", body)
    }
}

/// Returns a time in the future in milliseconds, by the clock of the machine.
fn in_seconds(seconds: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap() + seconds * 1000
}

#[tokio::test]
async fn message_is_delivered_once_per_subscription() {
    let app = TestServer::start().await;
    for number in 1..=3 {
        app.publish("news", number).await;
    }
    assert_eq!(app.poll_data("news", "first").await, [1, 2, 3]);
    assert_eq!(app.poll_data("news", "first").await, [0; 0]);
    app.publish("news", 4).await;
    assert_eq!(app.poll_data("news", "first").await, [4]);
    assert_eq!(app.poll_data("news", "second").await, [1, 2, 3, 4]);
    assert_eq!(app.poll_data("news", "second").await, [0; 0]);
}

#[tokio::test]
async fn channels_have_separate_messages() {
    let app = TestServer::start().await;
    app.publish("news", 1).await;
    app.publish("my%20channel", 2).await;
    // Equal names in different channels are different subscriptions.
    assert_eq!(app.poll_data("my%20channel", "s").await, [2]);
    assert_eq!(app.poll_data("news", "s").await, [1]);
    assert_eq!(app.poll_data("other", "s").await, [0; 0]);
}

#[tokio::test]
async fn subscribe_returns_a_new_name_each_time() {
    let app = TestServer::start().await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let response = app.post("/messaging/news/subscribe", &json!({})).ok().await;
        names.push(response["subscriptionId"].as_str().unwrap().to_owned());
    }
    assert_ne!(names[0], names[1]);
    app.publish("news", 1).await;
    for name in &names {
        assert_eq!(app.poll_data("news", name).await, [1]);
    }
}

#[tokio::test]
async fn message_keeps_its_publisher_and_headers() {
    let app = TestServer::start().await;
    let before = in_seconds(0);
    let body = json!({
        "message": {"a": [1, null, "猫"]}, "publisherId": "me",
        "headers": {"android-ticker-text": "t"},
    });
    let status = app.message("news", &body).ok().await;
    let id = &status["messageId"];
    assert!(!id.as_str().unwrap().is_empty());
    let expected = json!({"messageId": id, "status": "scheduled", "errorMessage": null});
    assert_eq!(status, expected);

    let messages = app.poll("news", "s").await;
    let published = messages[0]["publishedAt"].as_u64().unwrap();
    assert!((before..=in_seconds(0)).contains(&published), "{published}");
    let expected = json!({
        "messageId": id, "data": {"a": [1, null, "猫"]}, "publishedAt": published,
        "publisherId": "me", "headers": {"android-ticker-text": "t"},
    });
    assert_eq!(messages, [expected]);
}

#[tokio::test]
async fn message_can_be_any_json_and_null_options_are_ignored() {
    let app = TestServer::start().await;
    let messages = [
        json!("hi"),
        json!(3),
        json!(false),
        json!([]),
        json!({}),
        Value::Null,
    ];
    for message in &messages {
        let body = json!({
            "message": message, "headers": null, "publishAt": null, "pushPolicy": null,
            "publisherId": null,
        });
        app.message("news", &body).ok().await;
    }
    assert_eq!(app.poll_data("news", "s").await, messages);
}

#[tokio::test]
async fn message_expires_after_a_minute() {
    let app = TestServer::start().await;
    app.publish("news", 1).await;
    app.advance_seconds(30);
    assert_eq!(app.poll_data("news", "in time").await, [1]);
    app.advance_seconds(30);
    assert_eq!(app.poll_data("news", "too late").await, [0; 0]);
    // A later message does not restore it.
    app.publish("news", 2).await;
    assert_eq!(app.poll_data("news", "too late").await, [2]);
}

#[tokio::test]
async fn scheduled_message_is_delivered_from_its_time_on() {
    let app = TestServer::start().await;
    let publish_at = in_seconds(3600);
    let later = json!({"message": "later", "publishAt": publish_at});
    app.message("news", &later).ok().await;
    app.publish("news", "now").await;
    assert_eq!(app.poll_data("news", "s").await, ["now"]);
    app.advance_seconds(1800);
    assert_eq!(app.poll_data("news", "s").await, ["now"; 0]);
    // Other messages are delivered in the meantime.
    app.publish("news", "meanwhile").await;
    assert_eq!(app.poll_data("news", "s").await, ["meanwhile"]);

    app.advance_seconds(1800);
    let messages = app.poll("news", "s").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["data"], "later");
    assert_eq!(messages[0]["publishedAt"], publish_at);
    // Its minute starts at its publication.
    app.advance_seconds(60);
    assert_eq!(app.poll_data("news", "too late").await, ["later"; 0]);
}

#[tokio::test]
async fn messages_are_delivered_in_order_of_publication() {
    let app = TestServer::start().await;
    for (name, seconds) in [("third", 3600), ("first", 3598), ("second", 3599)] {
        let body = json!({"message": name, "publishAt": in_seconds(seconds)});
        app.message("news", &body).ok().await;
    }
    app.advance_seconds(3600);
    let polled = app.poll_data("news", "s").await;
    assert_eq!(polled, ["first", "second", "third"]);
}

#[tokio::test]
async fn publication_time_in_the_past_becomes_now() {
    let app = TestServer::start().await;
    let before = in_seconds(0);
    for time in [0, -1, i64::MIN] {
        let body = json!({"message": time, "publishAt": time});
        app.message("news", &body).ok().await;
    }
    let messages = app.poll("news", "s").await;
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert!(
            message["publishedAt"].as_u64().unwrap() >= before,
            "{message}"
        );
    }
}

#[tokio::test]
async fn push_only_message_is_not_added_to_the_channel() {
    let app = TestServer::start().await;
    for policy in ["ONLY", "ALSO", "NONE"] {
        let body = json!({
            "message": policy, "pushPolicy": policy, "pushBroadcast": 1, "pushSinglecast": ["d"],
        });
        let status = app.message("news", &body).ok().await;
        assert_eq!(status["status"], "scheduled");
    }
    assert_eq!(app.poll_data("news", "s").await, ["ALSO", "NONE"]);
}

#[tokio::test]
async fn invalid_message_is_rejected() {
    let app = TestServer::start().await;
    for (body, code) in [
        (json!({}), 8007),
        (json!([]), 8002),
        (json!("hi"), 8002),
        (json!({"message": 1, "headers": []}), 8000),
        (json!({"message": 1, "pushPolicy": "only"}), 8000),
        (json!({"message": 1, "pushPolicy": 1}), 8000),
        (json!({"message": 1, "publishAt": "now"}), 5030),
        (json!({"message": 1, "publishAt": 1.5}), 5030),
    ] {
        let rejected = app.message("news", &body).rejected().await;
        assert_eq!(rejected, (400, code), "{body}");
    }
    assert_eq!(app.poll_data("news", "s").await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_polls_deliver_each_message_once() {
    let app = TestServer::start().await;
    for number in 0..64 {
        app.publish("news", number).await;
    }
    let polls = (0..16).map(|_| {
        let call = app.get("/messaging/news/s");
        tokio::spawn(async move { call.ok().await })
    });
    let mut seen = Vec::new();
    for poll in polls.collect::<Vec<_>>() {
        let response = poll.await.unwrap();
        for message in response["messages"].as_array().unwrap() {
            seen.push(message["data"].as_i64().unwrap());
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..64).collect::<Vec<_>>());
}

#[tokio::test]
async fn email_is_added_to_the_outbox_unchanged() {
    let app = TestServer::start().await;
    let both = json!({
        "subject": "Subj", "to": ["x@y.z", "имя@почта.рф"], "attachment": ["/docs/a.txt"],
        "bodyparts": {"textmessage": "T", "htmlmessage": "<b>H</b>"},
    });
    let text = json!({"subject": "", "to": ["x@host"], "bodyparts": {"textmessage": "T"}});
    let html = json!({
        "subject": "Subj", "to": ["x@y.z"],
        "bodyparts": {"textmessage": null, "htmlmessage": "<b>H</b>"},
    });
    assert_eq!(app.server.outbox().await.unwrap(), [Value::Null; 0]);
    for email in [&both, &text, &html] {
        let status = app.email(email).ok().await;
        assert_eq!(status["status"], "scheduled");
        assert!(status["messageId"].is_string(), "{status}");
    }
    assert_eq!(app.server.outbox().await.unwrap(), [both, text, html]);
    // It is not a message of a channel named `email`.
    let poll = app.get("/messaging/email/s").rejected().await;
    assert_eq!(poll, (404, 2001));
}

#[tokio::test]
async fn invalid_email_is_rejected() {
    let app = TestServer::start().await;
    let with = |name: &str, value: Value| {
        let mut email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
        email[name] = value;
        email
    };
    for (email, code) in [
        (with("to", json!(["x@y.z", "no-address"])), 5047),
        (with("to", json!(["@y.z"])), 5047),
        (with("to", json!(["x@"])), 5047),
        (with("to", json!(["x@y@z"])), 5047),
        (with("to", json!(["a b@c.d"])), 5047),
        (with("to", json!([""])), 5047),
        (with("to", json!([1])), 5047),
        (with("to", json!([])), 5048),
        (with("to", json!(null)), 5048),
        (with("bodyparts", json!({})), 5049),
        (with("bodyparts", json!({"textmessage": null})), 5049),
        (with("bodyparts", json!({"text": "T"})), 5049),
        (with("bodyparts", json!(null)), 5049),
        (with("subject", json!(null)), 8007),
    ] {
        assert_eq!(app.email(&email).rejected().await, (400, code), "{email}");
    }
    let no_bodyparts = json!({"subject": "S", "to": ["x@y.z"]});
    assert_eq!(app.email(&no_bodyparts).rejected().await, (400, 5049));
    let no_recipient = json!({"subject": "S", "bodyparts": {"textmessage": "T"}});
    assert_eq!(app.email(&no_recipient).rejected().await, (400, 5048));
    assert_eq!(app.server.outbox().await.unwrap(), [Value::Null; 0]);
}
