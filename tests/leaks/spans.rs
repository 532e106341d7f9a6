//! The span of a call, with OpenTelemetry's names, and an event for each retry.

use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::{Record, RetryPolicy};
use backendless_tests::Response;
use serde_json::json;

use crate::canaries::{TOKEN, VALUE, assert_none};
use crate::capture::Capture;
use crate::fixture::{CONNECTIONS, Transport, builder, builder_of, start_server, success};

/// The lines at the end of a span, with all its fields.
pub(crate) fn spans(log: &str) -> Vec<&str> {
    let closed = |line: &&str| line.contains("backendless.call{") && line.contains(": close ");
    let lines = log.lines().filter(closed);
    lines
        .filter(|line| line.contains(" backendless: close "))
        .collect()
}

/// The lines of retry events.
fn retries(log: &str) -> Vec<&str> {
    let lines = log.lines();
    lines
        .filter(|line| line.contains(" backendless: retrying the request"))
        .collect()
}

#[track_caller]
fn assert_fields(line: &str, fields: &[&str]) {
    for field in fields {
        let is_there = |end: char| line.contains(&format!("{field}{end}"));
        assert!([' ', '}'].into_iter().any(is_there), "{field}: {line}");
    }
}

#[tokio::test]
async fn call_is_one_span() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let server = start_server(transport, success);
        let client = builder_of(address, server.url()).build().unwrap();
        client.data::<Record>("T").get("B2").await.unwrap();
        let log = capture.take();
        let [span] = spans(&log)[..] else {
            panic!("{log}");
        };
        assert_fields(
            span,
            &[
                "otel.name=\"getObjectById\"",
                "otel.kind=\"client\"",
                "backendless.operation=\"getObjectById\"",
                "http.request.method=\"GET\"",
                "http.response.status_code=200",
                "url.template=\"/data/{table-name}/{object-id}\"",
                "server.address=\"127.0.0.1\"",
            ],
        );
        for absent in ["error.type", "backendless.code", "resend_count"] {
            assert!(!span.contains(absent), "{span}");
        }
        assert_eq!(retries(&log).len(), 0);
        assert_none("a span", &log);
    }
}

#[tokio::test]
async fn failed_call_has_its_error_in_the_span() {
    let capture = Capture::start().await;
    let body = json!({"code": 1000, "message": format!("no {VALUE}")}).to_string();
    let server = start_server(Transport::Http1, move |_| Response::json(404, body.clone()));
    let client = builder(server.url()).build().unwrap();
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert!(
        error.message().contains(VALUE),
        "the error keeps the message of the service"
    );
    let log = capture.take();
    let [span] = spans(&log)[..] else {
        panic!("{log}");
    };
    assert_fields(
        span,
        &[
            "http.response.status_code=404",
            "backendless.code=1000",
            "error.type=NotFound",
            "otel.status_code=\"ERROR\"",
        ],
    );
    assert_none("an error", &log);
}

/// The error of the service repeats a row; the event does not.
#[tokio::test]
async fn retried_call_is_one_span_with_an_event_for_each_retry() {
    let capture = Capture::start().await;
    let body = json!({"code": 999, "message": format!("{TOKEN} {VALUE}")}).to_string();
    let calls = AtomicUsize::new(0);
    let server = start_server(Transport::Http1, move |request| {
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => Response::json(429, body.clone()).header("retry-after", "7"),
            1 => Response::json(503, VALUE),
            _ => success(request),
        }
    });
    let client = builder(server.url())
        .retry(RetryPolicy::default().max_attempts(3))
        .build()
        .unwrap();
    client.counters().get("visits").await.unwrap();
    let log = capture.take();
    let [span] = spans(&log)[..] else {
        panic!("{log}");
    };
    assert_fields(
        span,
        &[
            "http.request.resend_count=2",
            "http.response.status_code=200",
        ],
    );
    let [first, second] = retries(&log)[..] else {
        panic!("{log}");
    };
    assert_fields(first, &["error.type=RateLimited", "backendless.code=999"]);
    assert_fields(second, &["error.type=Api", "http.response.status_code=503"]);
    assert_none("events", &log);
}

#[tokio::test]
async fn failed_connection_is_in_the_span_and_events() {
    let capture = Capture::start().await;
    let plain = start_server(Transport::Http1, success);
    let url = plain.url().replace("http://", "https://");
    let client = builder(&url).build().unwrap();
    client.counters().get("visits").await.unwrap_err();
    let log = capture.take();
    assert_fields(
        spans(&log)[0],
        &["error.type=Connect", "server.address=\"127.0.0.1\""],
    );
    assert_eq!(retries(&log).len(), 0, "a TLS failure is not retried");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let client = builder(&url).build().unwrap();
    let error = client.counters().increment("visits").await.unwrap_err();
    let log = capture.take();
    assert_eq!(retries(&log).len() + 1, error.attempts() as usize);
    for retry in retries(&log) {
        assert_fields(retry, &["error.type=Connect"]);
    }
    assert_eq!(spans(&log).len(), 1);
    assert_none("connect", &log);
}

#[tokio::test]
async fn wait_for_the_rate_limit_is_an_event_of_the_span() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let client = builder(server.url()).requests_per_minute(1);
    let client = client.build().unwrap();
    for _ in 0..2 {
        client.data::<Record>("T").get("B2").await.unwrap();
    }
    let wait = |line: &&str| line.contains(" backendless: waiting for the rate limit");
    let log = capture.take();
    let [event] = log.lines().filter(wait).collect::<Vec<_>>()[..] else {
        panic!("{log}");
    };
    assert!(event.contains("DEBUG"), "{event}");
    assert!(event.contains("backendless.call{"), "{event}");
    assert_fields(
        &format!("{event} "),
        &["backendless.operation=\"getObjectById\""],
    );
    let (_, wait) = event.split_once("wait_ms=").unwrap();
    let wait = wait.split_whitespace().next().unwrap().parse::<u64>();
    assert!((50_000..=60_000).contains(&wait.unwrap()), "{event}");
    assert_none("an event", &log);
}
