//! The cache: any JSON value, for a time that the test's clock makes pass.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Call, Local};

/// The longest time, in milliseconds, and the largest value, in bytes of JSON.
const LONGEST: u64 = 7_200_000;
const LARGEST: usize = 10_240;

impl Local {
    fn cache(&self, key: &str, value: &Value) -> Call {
        Call(self.put(&format!("/cache/{key}")).0.json(value))
    }

    /// What is read of a key, and whether the key is there.
    async fn cached(&self, key: &str) -> (Value, Value) {
        let value = self.get(&format!("/cache/{key}")).ok().await;
        (value, self.get(&format!("/cache/{key}/check")).ok().await)
    }

    fn after(&self, millis: u64) {
        self.server.advance_clock(Duration::from_millis(millis));
    }
}

#[tokio::test]
async fn any_json_value_comes_back_as_it_was() {
    let local = Local::start().await;
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
        local.cache("k", &value).done().await;
        assert_eq!(local.cached("k").await, (value, json!(true)));
    }
}

#[tokio::test]
async fn a_miss_reads_as_null_and_a_null_that_was_put_is_there() {
    let local = Local::start().await;
    assert_eq!(local.cached("k").await, (Value::Null, json!(false)));
    local.cache("k", &Value::Null).done().await;
    assert_eq!(local.cached("k").await, (Value::Null, json!(true)));
}

#[tokio::test]
async fn a_value_is_replaced_with_its_time_and_deleted() {
    let local = Local::start().await;
    local.cache("k?timeout=1000", &json!(1)).done().await;
    local.cache("k?timeout=7000000", &json!(2)).done().await;
    local.after(1000);
    assert_eq!(local.cached("k").await, (json!(2), json!(true)));
    local.cache("other", &json!(3)).done().await;

    local.delete("/cache/k").done().await;
    assert_eq!(local.cached("k").await, (Value::Null, json!(false)));
    // What is gone may be deleted once more; nothing else went with it.
    local.delete("/cache/k").done().await;
    assert_eq!(local.cached("other").await, (json!(3), json!(true)));
}

#[tokio::test]
async fn a_value_is_gone_when_its_time_is_over_and_not_before() {
    let local = Local::start().await;
    // An hour is left when it is read, and the test does not take that long.
    local.cache("k?timeout=7000000", &json!(1)).done().await;
    local.after(3_400_000);
    assert_eq!(local.cached("k").await, (json!(1), json!(true)));
    // Reading does not prolong it.
    local.after(3_600_000);
    assert_eq!(local.cached("k").await, (Value::Null, json!(false)));
    // It can be put again.
    local.cache("k", &json!(2)).done().await;
    assert_eq!(local.cached("k").await, (json!(2), json!(true)));
}

#[tokio::test]
async fn the_timeout_is_in_milliseconds_and_two_hours_by_default() {
    let local = Local::start().await;
    local.cache("second?timeout=1000", &json!(1)).done().await;
    local.cache("default", &json!(2)).done().await;
    local.after(1000);
    assert_eq!(local.cached("second").await, (Value::Null, json!(false)));
    local.after(3_600_000);
    assert_eq!(local.cached("default").await, (json!(2), json!(true)));
    local.after(3_600_000);
    assert_eq!(local.cached("default").await, (Value::Null, json!(false)));
}

#[tokio::test]
async fn a_timeout_has_bounds() {
    let local = Local::start().await;
    let above = (LONGEST + 1).to_string();
    for timeout in ["0", "-1", &above, "9223372036854775808", "x", "1.5", ""] {
        let call = local.cache(&format!("k?timeout={timeout}"), &json!(1));
        assert_eq!(call.refused().await, (400, 1028), "{timeout}");
    }
    assert_eq!(local.cached("k").await, (Value::Null, json!(false)));
    local.cache("a?timeout=1", &json!(1)).done().await;
    local
        .cache(&format!("k?timeout={LONGEST}"), &json!(1))
        .done()
        .await;
    assert_eq!(local.cached("k").await, (json!(1), json!(true)));
}

#[tokio::test]
async fn a_value_that_is_too_large_is_refused_and_what_was_there_stays() {
    let local = Local::start().await;
    // Two of the bytes are the quotes.
    let largest = json!("x".repeat(LARGEST - 2));
    local.cache("k", &largest).done().await;
    let refused = local
        .cache("k", &json!("x".repeat(LARGEST - 1)))
        .refused()
        .await;
    assert_eq!(refused, (400, 1026));
    assert_eq!(local.cached("k").await, (largest, json!(true)));
    // Bytes are counted, not letters.
    let letters = local.cache("k", &json!("猫".repeat(LARGEST / 3)));
    assert_eq!(letters.refused().await, (400, 1026));
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let local = Local::start().await;
    for body in ["", "text", "{", "1 2", "{\"a\":}"] {
        let call = Call(local.put("/cache/k").0.body(body));
        assert_eq!(call.refused().await, (400, 8002), "{body}");
    }
    assert_eq!(local.cached("k").await, (Value::Null, json!(false)));
}

#[tokio::test]
async fn a_key_may_have_any_sign() {
    let local = Local::start().await;
    let keys = ["my%20key", "a%2Fb", "a", "%E7%8C%AB", "check", "A"];
    for key in keys {
        local.cache(key, &json!(key)).done().await;
    }
    for key in keys {
        assert_eq!(local.cached(key).await, (json!(key), json!(true)));
    }
}
