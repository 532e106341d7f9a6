//! The Cache service. Time passes by advancing the server's clock.

use std::time::Duration;

use backendless_local::{Dialect, Server};
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

/// Maximum time to live in milliseconds and maximum size of a value in bytes of JSON.
const MAX_TIMEOUT: u64 = 7_200_000;
const MAX_VALUE_BYTES: usize = 10_240;

/// A server whose times to live are in milliseconds, short ones too.
async fn start() -> TestServer {
    TestServer::of(Server::builder().dialect(Dialect::Document)).await
}

impl TestServer {
    pub(crate) fn cache(&self, key: &str, value: &Value) -> TestRequest {
        TestRequest(self.put(&format!("/cache/{key}")).0.json(value))
    }

    /// Returns the value of a key and whether the key exists.
    pub(crate) async fn cached(&self, key: &str) -> (Value, Value) {
        let value = self.get(&format!("/cache/{key}")).ok().await;
        (value, self.get(&format!("/cache/{key}/check")).ok().await)
    }

    pub(crate) fn advance_millis(&self, millis: u64) {
        self.server.advance_clock(Duration::from_millis(millis));
    }
}

#[tokio::test]
async fn any_json_value_is_returned_unchanged() {
    let app = start().await;
    for value in [
        json!({"a": {"b": [1, null, "x"]}}),
        json!([]),
        json!("text"),
        json!(""),
        json!(3),
        json!(-0.1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
        json!(false),
        json!("猫 \u{0} \" \\"),
    ] {
        app.cache("k", &value).ok_empty().await;
        assert_eq!(app.cached("k").await, (value, json!(true)));
    }
}

#[tokio::test]
async fn miss_returns_null_and_a_stored_null_exists() {
    let app = start().await;
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    app.cache("k", &Value::Null).ok_empty().await;
    assert_eq!(app.cached("k").await, (Value::Null, json!(true)));
}

#[tokio::test]
async fn put_replaces_value_and_timeout_and_delete_removes_both() {
    let app = start().await;
    app.cache("k?timeout=1000", &json!(1)).ok_empty().await;
    app.cache("k?timeout=7000000", &json!(2)).ok_empty().await;
    app.advance_millis(1000);
    assert_eq!(app.cached("k").await, (json!(2), json!(true)));
    app.cache("other", &json!(3)).ok_empty().await;

    app.delete("/cache/k").ok_empty().await;
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    // Deleting a missing key succeeds; other keys remain.
    app.delete("/cache/k").ok_empty().await;
    assert_eq!(app.cached("other").await, (json!(3), json!(true)));
}

#[tokio::test]
async fn value_expires_after_its_timeout() {
    let app = start().await;
    // One hour remains at the first read; the test is faster than that.
    app.cache("k?timeout=7000000", &json!(1)).ok_empty().await;
    app.advance_millis(3_400_000);
    assert_eq!(app.cached("k").await, (json!(1), json!(true)));
    // Reading does not extend the time to live.
    app.advance_millis(3_600_000);
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    // The key can be used again.
    app.cache("k", &json!(2)).ok_empty().await;
    assert_eq!(app.cached("k").await, (json!(2), json!(true)));
}

#[tokio::test]
async fn timeout_is_in_milliseconds_and_defaults_to_two_hours() {
    let app = start().await;
    app.cache("second?timeout=1000", &json!(1)).ok_empty().await;
    app.cache("default", &json!(2)).ok_empty().await;
    app.advance_millis(1000);
    assert_eq!(app.cached("second").await, (Value::Null, json!(false)));
    app.advance_millis(3_600_000);
    assert_eq!(app.cached("default").await, (json!(2), json!(true)));
    app.advance_millis(3_600_000);
    assert_eq!(app.cached("default").await, (Value::Null, json!(false)));
}

#[tokio::test]
async fn timeout_out_of_bounds_is_rejected() {
    let app = start().await;
    let above = (MAX_TIMEOUT + 1).to_string();
    for timeout in ["0", "-1", &above, "9223372036854775808", "x", "1.5", ""] {
        let call = app.cache(&format!("k?timeout={timeout}"), &json!(1));
        assert_eq!(call.rejected().await, (400, 1028), "{timeout}");
    }
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
    app.cache("a?timeout=1", &json!(1)).ok_empty().await;
    app.cache(&format!("k?timeout={MAX_TIMEOUT}"), &json!(1))
        .ok_empty()
        .await;
    assert_eq!(app.cached("k").await, (json!(1), json!(true)));
}

#[tokio::test]
async fn oversized_value_is_rejected_and_the_old_value_remains() {
    let app = start().await;
    // Two bytes are the quotes.
    let largest = json!("x".repeat(MAX_VALUE_BYTES - 2));
    app.cache("k", &largest).ok_empty().await;
    let rejected = app
        .cache("k", &json!("x".repeat(MAX_VALUE_BYTES - 1)))
        .rejected()
        .await;
    assert_eq!(rejected, (400, 1026));
    assert_eq!(app.cached("k").await, (largest, json!(true)));
    // The limit counts bytes, not characters.
    let letters = app.cache("k", &json!("猫".repeat(MAX_VALUE_BYTES / 3)));
    assert_eq!(letters.rejected().await, (400, 1026));
}

#[tokio::test]
async fn body_that_is_not_json_is_rejected() {
    let app = start().await;
    for body in ["", "text", "{", "1 2", "{\"a\":}"] {
        let call = TestRequest(app.put("/cache/k").0.body(body));
        assert_eq!(call.rejected().await, (400, 8002), "{body}");
    }
    assert_eq!(app.cached("k").await, (Value::Null, json!(false)));
}

#[tokio::test]
async fn key_can_contain_any_character() {
    let app = start().await;
    let keys = ["my%20key", "a%2Fb", "a", "%E7%8C%AB", "check", "A"];
    for key in keys {
        app.cache(key, &json!(key)).ok_empty().await;
    }
    for key in keys {
        assert_eq!(app.cached(key).await, (json!(key), json!(true)));
    }
}
