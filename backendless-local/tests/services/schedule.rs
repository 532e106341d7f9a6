//! Subscriptions, the status of messages, and messages that are published later or repeatedly.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::TestServer;

impl TestServer {
    async fn published(&self, body: &Value) -> String {
        let status = self.post("/messaging/news", body).ok().await;
        status["messageId"].as_str().unwrap().to_owned()
    }

    async fn subscribed(&self, body: &Value) -> String {
        let subscribed = self.post("/messaging/news/subscribe", body).ok().await;
        subscribed["subscriptionId"].as_str().unwrap().to_owned()
    }

    async fn polled(&self, subscription: &str) -> Vec<Value> {
        let polled = self
            .get(&format!("/messaging/news/{subscription}"))
            .ok()
            .await;
        let messages = polled["messages"].as_array().unwrap().iter();
        messages.map(|message| message["data"].clone()).collect()
    }

    async fn status(&self, id: &str) -> String {
        let status = self.get(&format!("/messaging/{id}")).ok().await;
        assert_eq!(
            (&status["messageId"], &status["errorMessage"]),
            (&json!(id), &Value::Null)
        );
        status["status"].as_str().unwrap().to_owned()
    }
}

fn in_an_hour() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from((now + Duration::from_secs(3600)).as_millis()).unwrap()
}

#[tokio::test]
async fn subscription_receives_later_messages_of_its_subtopic() {
    let app = TestServer::start().await;
    app.published(&json!({"message": 1, "subtopic": "sport.golf"}))
        .await;
    let all = app.subscribed(&json!({})).await;
    let sport = app.subscribed(&json!({"subtopic": "sport.*"})).await;
    let golf = app.subscribed(&json!({"subtopic": "sport.golf"})).await;
    app.published(&json!({"message": 2, "subtopic": "sport.golf"}))
        .await;
    app.published(&json!({"message": 3, "subtopic": "sport.chess"}))
        .await;
    app.published(&json!({"message": 4})).await;
    assert_eq!(app.polled(&all).await, [2, 3, 4]);
    assert_eq!(app.polled(&sport).await, [2, 3]);
    assert_eq!(app.polled(&golf).await, [2]);
    assert_eq!(app.polled(&golf).await, [Value::Null; 0]);
}

#[tokio::test]
async fn scheduled_message_is_published_by_the_clock_unless_it_is_cancelled() {
    let app = TestServer::start().await;
    let later = json!({"message": "later", "publishAt": in_an_hour()});
    let (kept, cancelled) = (app.published(&later).await, app.published(&later).await);
    assert_eq!(app.status(&kept).await, "scheduled");
    for _ in 0..2 {
        let status = app.delete(&format!("/messaging/{cancelled}")).ok().await;
        assert_eq!(status["status"], "cancelled");
    }
    app.server.advance_clock(Duration::from_secs(3601));
    assert_eq!(app.status(&kept).await, "published");
    assert_eq!(app.status(&cancelled).await, "cancelled");
    assert_eq!(app.polled("s").await, ["later"]);
    let published = app.delete(&format!("/messaging/{kept}"));
    assert_eq!(published.rejected().await, (400, 5040));
    assert_eq!(app.delete("/messaging/M-1").rejected().await, (400, 5040));
    assert_eq!(app.status("M-1").await, "unknown");
}

#[tokio::test]
async fn message_is_repeated_until_it_is_cancelled() {
    let app = TestServer::start().await;
    let id = app
        .published(&json!({"message": "hi", "repeatEvery": 20}))
        .await;
    assert_eq!(app.polled("s").await, ["hi"]);
    app.server.advance_clock(Duration::from_secs(21));
    assert_eq!(app.polled("s").await, ["hi"]);
    // Only those of the last minute can be polled.
    app.server.advance_clock(Duration::from_secs(3600));
    assert_eq!(app.polled("s").await, ["hi", "hi", "hi"]);
    app.delete(&format!("/messaging/{id}")).ok().await;
    app.server.advance_clock(Duration::from_secs(60));
    assert_eq!(app.polled("s").await, [""; 0]);
}

#[tokio::test]
async fn repetition_ends_at_its_time() {
    let app = TestServer::start().await;
    let until = in_an_hour() - 3_600_000 + 45_000;
    app.published(&json!({"message": "hi", "repeatEvery": 20, "repeatExpiresAt": until}))
        .await;
    app.server.advance_clock(Duration::from_secs(59));
    assert_eq!(app.polled("s").await, ["hi", "hi", "hi"]);
    app.server.advance_clock(Duration::from_secs(59));
    assert_eq!(app.polled("s").await, [""; 0]);
}

#[tokio::test]
async fn deleted_channel_has_no_messages_and_subscriptions() {
    let app = TestServer::start().await;
    assert_eq!(
        app.delete("/messaging/channels/news").rejected().await,
        (404, 5010)
    );
    app.published(&json!({"message": "hi", "repeatEvery": 1}))
        .await;
    assert_eq!(app.delete("/messaging/channels/news").ok().await, true);
    app.server.advance_clock(Duration::from_secs(5));
    assert_eq!(app.polled("s").await, [""; 0]);
    assert_eq!(
        app.delete("/messaging/channels/news").rejected().await,
        (404, 5010)
    );
}
