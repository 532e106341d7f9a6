//! Messages, which wait for each subscription, and e-mails, which wait in the outbox.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Call, Local};

impl Local {
    fn message(&self, channel: &str, body: &Value) -> Call {
        self.post(&format!("/messaging/{channel}"), body)
    }

    async fn publish(&self, channel: &str, data: impl Into<Value>) {
        let body = json!({ "message": data.into() });
        self.message(channel, &body).ok().await;
    }

    /// What waits for a subscription.
    async fn poll(&self, channel: &str, subscription: &str) -> Vec<Value> {
        let path = format!("/messaging/{channel}/{subscription}");
        let mut answer = self.get(&path).ok().await;
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        serde_json::from_value(answer["messages"].take()).unwrap()
    }

    /// What waits for a subscription: the messages alone.
    async fn polled(&self, channel: &str, subscription: &str) -> Vec<Value> {
        let messages = self.poll(channel, subscription).await;
        messages
            .into_iter()
            .map(|mut message| message["data"].take())
            .collect()
    }

    fn pass(&self, seconds: u64) {
        self.server.advance_clock(Duration::from_secs(seconds));
    }

    fn email(&self, body: &Value) -> Call {
        self.post("/messaging/email", body)
    }
}

/// A time from now on, in milliseconds. It is the clock of the server before it was advanced.
fn in_seconds(seconds: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap() + seconds * 1000
}

#[tokio::test]
async fn a_message_is_handed_out_once_to_each_subscription() {
    let local = Local::start().await;
    for number in 1..=3 {
        local.publish("news", number).await;
    }
    assert_eq!(local.polled("news", "first").await, [1, 2, 3]);
    assert_eq!(local.polled("news", "first").await, [0; 0]);
    local.publish("news", 4).await;
    assert_eq!(local.polled("news", "first").await, [4]);
    assert_eq!(local.polled("news", "second").await, [1, 2, 3, 4]);
    assert_eq!(local.polled("news", "second").await, [0; 0]);
}

#[tokio::test]
async fn a_channel_has_its_own_messages() {
    let local = Local::start().await;
    local.publish("news", 1).await;
    local.publish("my%20channel", 2).await;
    // The same subscription in another channel is another one.
    assert_eq!(local.polled("my%20channel", "s").await, [2]);
    assert_eq!(local.polled("news", "s").await, [1]);
    assert_eq!(local.polled("other", "s").await, [0; 0]);
}

#[tokio::test]
async fn subscribing_gives_a_new_name_each_time() {
    let local = Local::start().await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let answer = local
            .post("/messaging/news/subscribe", &json!({}))
            .ok()
            .await;
        names.push(answer["subscriptionId"].as_str().unwrap().to_owned());
    }
    assert_ne!(names[0], names[1]);
    local.publish("news", 1).await;
    for name in &names {
        assert_eq!(local.polled("news", name).await, [1]);
    }
}

#[tokio::test]
async fn a_message_keeps_its_publisher_and_its_headers() {
    let local = Local::start().await;
    let before = in_seconds(0);
    let body = json!({
        "message": {"a": [1, null, "猫"]}, "publisherId": "me",
        "headers": {"android-ticker-text": "t"},
    });
    let status = local.message("news", &body).ok().await;
    let id = &status["messageId"];
    assert!(!id.as_str().unwrap().is_empty());
    let expected = json!({"messageId": id, "status": "scheduled", "errorMessage": null});
    assert_eq!(status, expected);

    let messages = local.poll("news", "s").await;
    let published = messages[0]["publishedAt"].as_u64().unwrap();
    assert!((before..=in_seconds(0)).contains(&published), "{published}");
    let expected = json!({
        "messageId": id, "data": {"a": [1, null, "猫"]}, "publishedAt": published,
        "publisherId": "me", "headers": {"android-ticker-text": "t"},
    });
    assert_eq!(messages, [expected]);
}

#[tokio::test]
async fn a_message_may_be_any_json_and_what_is_null_is_not_given() {
    let local = Local::start().await;
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
        local.message("news", &body).ok().await;
    }
    assert_eq!(local.polled("news", "s").await, messages);
}

#[tokio::test]
async fn a_message_is_kept_for_a_minute() {
    let local = Local::start().await;
    local.publish("news", 1).await;
    local.pass(30);
    assert_eq!(local.polled("news", "in time").await, [1]);
    local.pass(30);
    assert_eq!(local.polled("news", "too late").await, [0; 0]);
    // A later message does not bring it back.
    local.publish("news", 2).await;
    assert_eq!(local.polled("news", "too late").await, [2]);
}

#[tokio::test]
async fn a_message_waits_until_the_time_it_is_to_be_published() {
    let local = Local::start().await;
    let publish_at = in_seconds(3600);
    let later = json!({"message": "later", "publishAt": publish_at});
    local.message("news", &later).ok().await;
    local.publish("news", "now").await;
    assert_eq!(local.polled("news", "s").await, ["now"]);
    local.pass(1800);
    assert_eq!(local.polled("news", "s").await, ["now"; 0]);
    // Other messages come and go meanwhile.
    local.publish("news", "meanwhile").await;
    assert_eq!(local.polled("news", "s").await, ["meanwhile"]);

    local.pass(1800);
    let messages = local.poll("news", "s").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["data"], "later");
    assert_eq!(messages[0]["publishedAt"], publish_at);
    // Its minute begins when it is published.
    local.pass(60);
    assert_eq!(local.polled("news", "too late").await, ["later"; 0]);
}

#[tokio::test]
async fn messages_come_in_the_order_they_are_published_in() {
    let local = Local::start().await;
    for (name, seconds) in [("third", 3600), ("first", 3598), ("second", 3599)] {
        let body = json!({"message": name, "publishAt": in_seconds(seconds)});
        local.message("news", &body).ok().await;
    }
    local.pass(3600);
    let polled = local.polled("news", "s").await;
    assert_eq!(polled, ["first", "second", "third"]);
}

#[tokio::test]
async fn a_time_that_is_past_is_now() {
    let local = Local::start().await;
    let before = in_seconds(0);
    for time in [0, -1, i64::MIN] {
        let body = json!({"message": time, "publishAt": time});
        local.message("news", &body).ok().await;
    }
    let messages = local.poll("news", "s").await;
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert!(
            message["publishedAt"].as_u64().unwrap() >= before,
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_message_for_devices_alone_is_in_no_channel() {
    let local = Local::start().await;
    for policy in ["ONLY", "ALSO", "NONE"] {
        let body = json!({
            "message": policy, "pushPolicy": policy, "pushBroadcast": 1, "pushSinglecast": ["d"],
        });
        let status = local.message("news", &body).ok().await;
        assert_eq!(status["status"], "scheduled");
    }
    assert_eq!(local.polled("news", "s").await, ["ALSO", "NONE"]);
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let local = Local::start().await;
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
        let refused = local.message("news", &body).refused().await;
        assert_eq!(refused, (400, code), "{body}");
    }
    assert_eq!(local.polled("news", "s").await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_polls_at_once_share_what_waits() {
    let local = Local::start().await;
    for number in 0..64 {
        local.publish("news", number).await;
    }
    let polls = (0..16).map(|_| {
        let call = local.get("/messaging/news/s");
        tokio::spawn(async move { call.ok().await })
    });
    let mut seen = Vec::new();
    for poll in polls.collect::<Vec<_>>() {
        let answer = poll.await.unwrap();
        for message in answer["messages"].as_array().unwrap() {
            seen.push(message["data"].as_i64().unwrap());
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..64).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_email_goes_to_the_outbox_as_it_came() {
    let local = Local::start().await;
    let both = json!({
        "subject": "Subj", "to": ["x@y.z", "имя@почта.рф"], "attachment": ["/docs/a.txt"],
        "bodyparts": {"textmessage": "T", "htmlmessage": "<b>H</b>"},
    });
    let text = json!({"subject": "", "to": ["x@host"], "bodyparts": {"textmessage": "T"}});
    let html = json!({
        "subject": "Subj", "to": ["x@y.z"],
        "bodyparts": {"textmessage": null, "htmlmessage": "<b>H</b>"},
    });
    assert_eq!(local.server.outbox().await.unwrap(), [Value::Null; 0]);
    for email in [&both, &text, &html] {
        let status = local.email(email).ok().await;
        assert_eq!(status["status"], "scheduled");
        assert!(status["messageId"].is_string(), "{status}");
    }
    assert_eq!(local.server.outbox().await.unwrap(), [both, text, html]);
    // It went into no channel that is called `email`.
    assert_eq!(local.polled("email", "s").await, [0; 0]);
}

#[tokio::test]
async fn an_email_that_cannot_be_sent_is_refused() {
    let local = Local::start().await;
    let with = |name: &str, value: Value| {
        let mut email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
        email[name] = value;
        email
    };
    for (email, code) in [
        (with("to", json!(["x@y.z", "nobody"])), 5047),
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
        assert_eq!(local.email(&email).refused().await, (400, code), "{email}");
    }
    let no_bodyparts = json!({"subject": "S", "to": ["x@y.z"]});
    assert_eq!(local.email(&no_bodyparts).refused().await, (400, 5049));
    let no_recipient = json!({"subject": "S", "bodyparts": {"textmessage": "T"}});
    assert_eq!(local.email(&no_recipient).refused().await, (400, 5048));
    assert_eq!(local.server.outbox().await.unwrap(), [Value::Null; 0]);
}
