//! Requests that the limit delays beyond their deadline.

use std::time::Duration;

use backendless::{Client, ErrorKind, RetryPolicy, Upload};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};

const SECOND: Duration = Duration::from_secs(1);

/// A client that may send `limit` requests per minute, and whose waits take no time.
fn client(server: &ScriptedServer, limit: u32) -> (Client, TestClock) {
    let clock = TestClock::default();
    let builder = server.client_builder().requests_per_minute(limit);
    (builder.clock(clock.clone()).build().unwrap(), clock)
}

#[tokio::test]
async fn request_that_would_wait_beyond_its_timeout_fails_at_once_and_is_not_sent() {
    let server = ScriptedServer::always(Behaviour::json(200, "1")).await;
    let (client, clock) = client(&server, 2);
    for _ in 0..2 {
        client.counters().get("visits").await.unwrap();
    }
    let request = client.counters().get("visits").timeout(20 * SECOND);
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!((error.status(), error.attempts()), (None, 0));
    assert!(error.is_retryable());
    let wait = error.retry_after().unwrap();
    assert!((50 * SECOND..=60 * SECOND).contains(&wait), "{wait:?}");
    let text = error.to_string();
    let (start, end) = text.split_once(&format!("{wait:.1?}")).unwrap();
    assert_eq!(
        start,
        "getCounter: `requests_per_minute(2)` delays the request by "
    );
    assert!(
        end.starts_with(", which exceeds the remaining time of "),
        "{text}"
    );
    assert!(
        end.ends_with(
            ": send fewer requests, or increase this limit or the timeout (nothing was sent)"
        ),
        "{text}"
    );
    assert_eq!(server.requests().len(), 2);
    assert!(clock.sleeps().is_empty());
}

#[tokio::test]
async fn retry_that_would_wait_beyond_the_timeout_returns_the_error_of_the_attempt_before() {
    let server = ScriptedServer::always(Behaviour::response(503, &[], "")).await;
    let (client, _clock) = client(&server, 1);
    let policy = RetryPolicy::default().base_delay(Duration::ZERO);
    let request = client.counters().get("visits").retry(policy);
    let error = request.timeout(20 * SECOND).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.attempts()),
        (ErrorKind::Api, Some(503), 1)
    );
    assert!(error.is_retryable());
    let text = error.to_string();
    let reason = "(1 attempt; not retried: `requests_per_minute(1)` delays the next attempt by ";
    assert!(text.contains(reason), "{text}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn each_attempt_waits_within_the_default_timeout() {
    let script = [503, 200].map(|status| Behaviour::json(status, "1"));
    let server = ScriptedServer::start(script).await;
    let (client, clock) = client(&server, 1);
    client.counters().get("visits").await.unwrap();
    let waits = clock.sleeps();
    let long = |wait: &&Duration| (50 * SECOND..=60 * SECOND).contains(*wait);
    assert_eq!(waits.iter().filter(long).count(), 1, "{waits:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn upload_without_a_timeout_waits_as_long_as_necessary() {
    let response = Behaviour::json(200, r#"{"fileURL":"http://127.0.0.1/a.txt"}"#);
    let server = ScriptedServer::always(response).await;
    let (client, clock) = client(&server, 1);
    for _ in 0..3 {
        let upload = client.files().upload("a.txt", Upload::bytes("one"));
        upload.await.unwrap();
    }
    let waited: Duration = clock.sleeps().iter().sum();
    assert!(
        (119 * SECOND..=120 * SECOND).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test]
async fn request_without_a_connection_does_not_count() {
    let server = ScriptedServer::refusing_connections();
    let (client, clock) = client(&server, 1);
    let policy = RetryPolicy::default().base_delay(Duration::ZERO);
    let error = client.counters().get("visits").retry(policy).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    let usage = client.usage().unwrap();
    assert_eq!((usage.current_minute(), usage.busiest_minute()), (0, 0));
    assert_eq!(clock.sleeps(), [Duration::ZERO; 2], "the retries only");
}

#[tokio::test]
async fn login_that_would_wait_beyond_the_timeout_fails_and_is_not_sent() {
    let login = Behaviour::json(200, r#"{"user-token":"T1"}"#);
    let server = ScriptedServer::start([login, Behaviour::json(200, "1")]).await;
    let client = server.client_builder().requests_per_minute(1);
    let client = client
        .credentials("robot", "pa55")
        .timeout(20 * SECOND)
        .clock(TestClock::default());
    let error = client.build().unwrap().counters().get("visits").await;
    // The login was the only request that the limit allows.
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 0)
    );
    assert_eq!(server.requests().len(), 1);
}
