//! The cache: its requests, its responses, rejected arguments, and complete exchanges with the local
//! server.

use std::time::{Duration, SystemTime};

use backendless::{Error, ErrorCode, ErrorKind, Profile, Timestamp};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{
    BAD_SEGMENTS, assert_json, assert_no_body, assert_rejected, assert_request_line, error_body,
    local_client, recorded_request, value_without_json_form,
};

#[tokio::test]
async fn put_sends_any_json() {
    #[derive(Serialize)]
    struct Cart {
        items: [u8; 2],
    }
    async fn put<V: Serialize + Sync + ?Sized>(value: &V) -> String {
        let server = Recorder::responding(200, "null").await;
        server
            .client()
            .cache()
            .put("my key/ü", value)
            .await
            .unwrap();
        let request = server.request();
        assert_request_line(&request, "PUT", "/cache/my%20key%2F%C3%BC");
        assert_eq!(request.header("content-type"), Some("application/json"));
        request.body
    }
    assert_eq!(put(&Cart { items: [1, 2] }).await, r#"{"items":[1,2]}"#);
    assert_eq!(put("text").await, r#""text""#);
    assert_eq!(put(&3).await, "3");
    assert_eq!(put(&false).await, "false");
    assert_eq!(put(&None::<u8>).await, "null");
    assert_eq!(put(&["a"][..]).await, r#"["a"]"#);
}

#[tokio::test]
async fn ttl_is_sent_in_milliseconds() {
    let server = Recorder::responding(200, "").await;
    let cache = server.client().cache();
    for (ttl, millis) in [
        (Duration::from_secs(60), "60000"),
        (Duration::from_millis(1), "1"),
        (Duration::from_micros(1_999), "1"),
        (
            Duration::from_millis(i64::MAX as u64),
            "9223372036854775807",
        ),
    ] {
        cache.put("k", &1).ttl(ttl).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_request_line(&request, "PUT", &format!("/cache/k?timeout={millis}"));
        assert_json(&request, "1");
    }
}

#[tokio::test]
async fn get_contains_and_delete_encode_the_key() {
    let request = recorded_request("1", |client| client.cache().get::<u8>("my key")).await;
    assert_request_line(&request, "GET", "/cache/my%20key");
    assert_no_body(&request);
    let request = recorded_request("true", |client| client.cache().contains("my key")).await;
    assert_request_line(&request, "GET", "/cache/my%20key/check");
    assert_no_body(&request);
    let request = recorded_request("null", |client| client.cache().delete("my key")).await;
    assert_request_line(&request, "DELETE", "/cache/my%20key");
    assert_no_body(&request);
}

#[tokio::test]
async fn get_returns_any_json_and_none_for_a_miss() {
    async fn get<T: DeserializeOwned + Send + 'static>(
        status: u16,
        response: &str,
    ) -> backendless::Result<Option<T>> {
        let server = Recorder::responding(status, response).await;
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
        (404, error_body(1000)),
        (400, error_body(16001)),
    ] {
        let value = get::<Value>(status, &miss).await.unwrap();
        assert_eq!(value, None, "{status} {miss}");
    }

    let error = get::<u8>(200, r#""SECRET""#).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    for (status, code) in [(400, 1026), (401, 3064), (404, 2002)] {
        let error = get::<u8>(status, &error_body(code)).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
    }
    let error = get::<u8>(502, "<html>").await.unwrap_err();
    assert!(error.is_retryable());
}

#[tokio::test]
async fn contains_requires_a_boolean() {
    for (response, expected) in [("true", Some(true)), ("false", Some(false)), ("null", None)] {
        let server = Recorder::responding(200, response).await;
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
async fn invalid_key_value_or_ttl_is_rejected() {
    let server = Recorder::responding(200, "null").await;
    let cache = server.client().cache();
    for bad in BAD_SEGMENTS {
        let rejected = |error: Error, operation| assert_rejected(&error, operation, "key ");
        rejected(cache.put(bad, &1).await.unwrap_err(), "cachePut");
        rejected(cache.get::<u8>(bad).await.unwrap_err(), "cacheGet");
        rejected(cache.delete(bad).await.unwrap_err(), "cacheDelete");
        rejected(cache.contains(bad).await.unwrap_err(), "cacheContains");
    }
    for bad in [Duration::ZERO, Duration::from_nanos(999_999), Duration::MAX] {
        let error = cache.put("k", &1).ttl(bad).await.unwrap_err();
        assert_rejected(&error, "cachePut", "ttl ");
    }
    let error = cache
        .put("k", &value_without_json_form())
        .await
        .unwrap_err();
    assert_rejected(&error, "cachePut", "the value cannot be serialized: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn cached_value_expires_after_its_ttl() {
    let server = Server::start().await.unwrap();
    let cache = local_client(&server).cache();
    let minute = Duration::from_secs(60);
    cache.put("short", &1).ttl(minute).await.unwrap();
    cache.put("long", &2).await.unwrap();
    assert_eq!(cache.get("short").await.unwrap(), Some(1));
    server.advance_clock(minute);
    assert_eq!(cache.get::<u8>("short").await.unwrap(), None);
    assert!(!cache.contains("short").await.unwrap());
    assert_eq!(cache.get("long").await.unwrap(), Some(2));
    server.advance_clock(120 * minute);
    assert!(!cache.contains("long").await.unwrap());

    let error = cache.put("k", &1).ttl(121 * minute).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(1028)));
}

#[tokio::test]
async fn value_of_any_shape_is_stored_replaced_and_deleted() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Cart {
        items: Vec<u8>,
        note: Option<String>,
    }
    let server = Server::start().await.unwrap();
    let cache = local_client(&server).cache();
    let server_with_services = Cart {
        items: vec![1, 2],
        note: None,
    };
    cache.put("my key/ü", &server_with_services).await.unwrap();
    assert_eq!(
        cache.get("my key/ü").await.unwrap(),
        Some(server_with_services)
    );
    let error = cache.get::<u8>("my key/ü").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    for value in [
        json!(3),
        json!("text"),
        json!(0.1),
        json!(false),
        json!([null]),
        json!({}),
    ] {
        cache.put("my key/ü", &value).await.unwrap();
        assert_eq!(cache.get::<Value>("my key/ü").await.unwrap(), Some(value));
    }
    // A cached null exists and is read as `None`.
    cache.put("my key/ü", &Value::Null).await.unwrap();
    assert_eq!(cache.get::<Value>("my key/ü").await.unwrap(), None);
    assert!(cache.contains("my key/ü").await.unwrap());
    for _ in 0..2 {
        cache.delete("my key/ü").await.unwrap();
        assert!(!cache.contains("my key/ü").await.unwrap());
    }
}

#[tokio::test]
async fn expirations_are_sent_as_the_official_sdk_sends_them() {
    let server = Recorder::responding(200, "").await;
    for profile in [Profile::Document, Profile::Live] {
        let cache = server.builder().profile(profile).build().unwrap().cache();
        for (time, seconds) in [
            (Duration::from_nanos(1), "1"),
            (Duration::from_secs(120), "120"),
            (Duration::from_millis(120_001), "121"),
        ] {
            cache.expire_in("my key", time).await.unwrap();
            let request = server.requests().pop().unwrap();
            let target = format!("/cache/my%20key/expireIn?timeout={seconds}");
            assert_request_line(&request, "PUT", &target);
            assert_json(&request, "{}");
        }
    }
    let cache = server.client().cache();
    let time = Timestamp::from_millis(1_700_000_000_000);
    cache.expire_at("k", time).await.unwrap();
    let request = server.requests().pop().unwrap();
    assert_request_line(&request, "PUT", "/cache/k/expireAt?timestamp=1700000000000");
    assert_json(&request, "{}");

    let sent = server.requests().len();
    let error = cache.expire_in("k", Duration::ZERO).await.unwrap_err();
    assert_rejected(&error, "cacheExpireIn", "time is zero");
    assert_eq!(server.requests().len(), sent);
}

#[tokio::test]
async fn values_expire_when_they_are_set_to() {
    let server = Server::start().await.unwrap();
    let cache = local_client(&server).cache();
    let minute = Duration::from_secs(60);
    cache.put("in", &1).await.unwrap();
    cache.put("at", &2).await.unwrap();
    cache.expire_in("in", minute).await.unwrap();
    let time = Timestamp::from(SystemTime::now() + 2 * minute);
    cache.expire_at("at", time).await.unwrap();

    server.advance_clock(minute);
    assert_eq!(cache.get::<u8>("in").await.unwrap(), None);
    assert_eq!(cache.get::<u8>("at").await.unwrap(), Some(2));
    server.advance_clock(2 * minute);
    assert_eq!(cache.get::<u8>("at").await.unwrap(), None);

    cache.put("k", &3).await.unwrap();
    for (error, code) in [
        (cache.expire_in("at", minute).await.unwrap_err(), 16001),
        (cache.expire_at("k", time).await.unwrap_err(), 16002),
        (cache.expire_in("k", 121 * minute).await.unwrap_err(), 16003),
        (
            cache
                .expire_at("k", Timestamp::from_millis(i64::MAX))
                .await
                .unwrap_err(),
            16003,
        ),
    ] {
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert_eq!(error.is_not_found(), code == 16001, "{error}");
    }
    assert_eq!(cache.get::<u8>("k").await.unwrap(), Some(3));
}
