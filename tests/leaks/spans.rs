//! What a call tells of itself: a span by OpenTelemetry's names, and an event for each time that
//! it is tried again; with an account whose login, password and sessions are canaries.

use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::{Client, ErrorKind, Record, RetryPolicy};
use backendless_tests::{Answer, Host, TestClock};
use serde_json::json;

use crate::canaries::{self, LOGIN, PASSWORD, TOKEN, VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::site::{AUTHORITY, WAYS, Way, builder, host, make_every_call, path_of, success};

/// The lines that tell of a span's end, with all that was noted of it.
fn spans(log: &str) -> Vec<&str> {
    let closed = |line: &&str| line.contains("backendless.call{") && line.contains(": close ");
    let lines = log.lines().filter(closed);
    lines
        .filter(|line| line.contains(" backendless: close "))
        .collect()
}

/// The lines of the crate's own events.
fn retries(log: &str) -> Vec<&str> {
    let lines = log.lines();
    lines
        .filter(|line| line.contains(" backendless: the call is made again"))
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
async fn a_call_is_one_span() {
    let capture = Capture::start().await;
    for way in WAYS {
        let host = host(way, success);
        let client = builder(host.url()).build().unwrap();
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
async fn a_call_that_is_refused_tells_why_in_its_span() {
    let capture = Capture::start().await;
    let refusal = json!({"code": 1000, "message": format!("no {VALUE}")}).to_string();
    let server = host(Way::Http1, move |_| Answer::json(404, refusal.clone()));
    let client = builder(server.url()).build().unwrap();
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert!(
        error.message().contains(VALUE),
        "a message is the service's"
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
    assert_none("a refusal", &log);
}

/// The service repeats a row in each refusal; no event does.
#[tokio::test]
async fn a_call_that_is_made_again_is_one_span_with_an_event_for_each_time() {
    let capture = Capture::start().await;
    let refusal = json!({"code": 999, "message": format!("{TOKEN} {VALUE}")}).to_string();
    let calls = AtomicUsize::new(0);
    let server = host(Way::Http1, move |request| {
        match calls.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::json(429, refusal.clone()).header("retry-after", "7"),
            1 => Answer::json(503, VALUE),
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
async fn a_call_without_a_connection_tells_so_in_its_span_and_events() {
    let capture = Capture::start().await;
    let plain = host(Way::Http1, success);
    let url = plain.url().replace("http://", "https://");
    let client = builder(&url).build().unwrap();
    client.counters().get("visits").await.unwrap_err();
    let log = capture.take();
    assert_fields(
        spans(&log)[0],
        &["error.type=Connect", "server.address=\"127.0.0.1\""],
    );
    assert_eq!(retries(&log).len(), 0, "TLS that fails is not tried again");

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

/// A server whose sessions end after each call, as often as it is told.
fn forgetful(way: Way, ends: usize) -> Host {
    let ended = AtomicUsize::new(0);
    host(way, move |request| {
        let is_login = path_of(request) == "users/login";
        if !is_login && ended.fetch_add(1, Ordering::SeqCst) < ends {
            let message = format!("no session {TOKEN}");
            return Answer::json(401, json!({"code": 3064, "message": message}).to_string());
        }
        success(request)
    })
}

fn of_account(url: &str) -> Client {
    Client::builder(canaries::APP_ID, canaries::API_KEY)
        .api_url(url)
        .credentials(LOGIN, PASSWORD)
        .root_certificate(AUTHORITY.pem())
        .clock(TestClock::default())
        .build()
        .unwrap()
}

#[tokio::test]
async fn an_account_that_logs_in_and_again_tells_no_secret() {
    let capture = Capture::start().await;
    for way in WAYS {
        let server = forgetful(way, 1);
        let client = of_account(server.url());
        assert_none("a client", &format!("{client:?} {client:#?}"));
        client.data::<Record>("T").get("B2").await.unwrap();
        let requests = server.requests();
        let logins = requests.iter().filter(|r| path_of(r) == "users/login");
        assert_eq!(logins.count(), 2);
        let log = capture.take();
        assert!(spans(&log).len() >= 3, "{log}");
        assert_none(&format!("{way:?}"), &log);
        make_every_call("an account", &capture, &client, server.url()).await;
    }
}

#[tokio::test]
async fn an_account_that_cannot_log_in_tells_no_secret() {
    let capture = Capture::start().await;
    for (status, code) in [(401, 3003), (429, 999), (503, 0), (302, 0), (200, 0)] {
        let server = host(Way::Http1, move |request| {
            let message = match path_of(request) {
                "users/login" => format!("no {PASSWORD:?} {PASSWORD}"),
                _ => String::new(),
            };
            Answer::json(
                status,
                json!({"code": code, "message": message}).to_string(),
            )
        });
        let client = of_account(server.url());
        let error = client.data::<Record>("T").get("B2").await.unwrap_err();
        assert_none("a login", &text_of(&error));
        capture.assert_clean("a login");
    }
    let server = forgetful(Way::Http1, usize::MAX);
    let client = of_account(server.url());
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_none("a session", &text_of(&error));
    capture.assert_clean("a session");
}
