//! `testing::Responder` against the faults that it can produce: a call has the outcome that it has with a server.

use std::future::pending;
use std::io;
use std::time::Duration;

use backendless::testing::{Responder, Response};
use backendless::{Client, ErrorKind};
use backendless_tests::{API_KEY, APP_ID, TestClock};
use futures_util::stream;

use super::fault::{MAX_ATTEMPTS, MAX_RESPONSE_BYTES};

/// Longer than any call of these tests.
const HANG_TIMEOUT: Duration = Duration::from_secs(20);

struct Fault {
    name: &'static str,
    respond: fn() -> io::Result<Response>,
    kind: ErrorKind,
    /// Whether it is retried: always, if the call is idempotent, or never.
    retries: Retries,
    /// A part of the message.
    text: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Retries {
    Always,
    IfIdempotent,
    Never,
    /// The response is not one, and no attempt is counted.
    NoAttempt,
}

fn json() -> Response {
    Response::new(200).header("content-type", "application/json")
}

fn with_length(length: &str, body: &'static str) -> io::Result<Response> {
    Ok(json().header("content-length", length).body(body))
}

fn in_chunks<const N: usize>(
    response: Response,
    chunks: [io::Result<&'static str>; N],
) -> io::Result<Response> {
    let chunks = chunks.map(|chunk| chunk.map(Into::into));
    Ok(response.chunks(stream::iter(chunks)))
}

const fn fault(
    name: &'static str,
    kind: ErrorKind,
    retries: Retries,
    text: &'static str,
    respond: fn() -> io::Result<Response>,
) -> Fault {
    Fault {
        name,
        respond,
        kind,
        retries,
        text,
    }
}

fn faults() -> Vec<Fault> {
    use ErrorKind::{Api, Connect, ConnectionLost, Decode, InvalidArgument, RateLimited, Timeout};
    use Retries::{Always, IfIdempotent, Never, NoAttempt};
    vec![
        fault(
            "body over the limit",
            Decode,
            Never,
            "max_response_size",
            || Ok(json().body(vec![b' '; MAX_RESPONSE_BYTES + 1])),
        ),
        fault(
            "chunks over the limit",
            Decode,
            Never,
            "max_response_size",
            || {
                let chunk = || Ok(vec![b' '; MAX_RESPONSE_BYTES / 2 + 1].into());
                Ok(json().chunks(stream::iter([chunk(), chunk()])))
            },
        ),
        fault(
            "length too long",
            ConnectionLost,
            IfIdempotent,
            "the connection to api.backendless.com:443 was lost",
            || with_length("2", "5"),
        ),
        fault(
            "length too long, chunks",
            ConnectionLost,
            IfIdempotent,
            "the connection to api.backendless.com:443 was lost",
            || in_chunks(json().header("content-length", "3"), [Ok("5"), Ok("5")]),
        ),
        fault("length too short", Decode, Never, "", || {
            with_length("3", "[5]")
        }),
        fault(
            "length of no body",
            ConnectionLost,
            IfIdempotent,
            "the connection to api.backendless.com:443 was lost",
            || with_length("1", ""),
        ),
        fault(
            "length not a number",
            InvalidArgument,
            NoAttempt,
            "`Content-Length`",
            || with_length("-1", "5"),
        ),
        fault(
            "status 99",
            InvalidArgument,
            NoAttempt,
            "the status 99",
            || Ok(Response::new(99)),
        ),
        fault(
            "status 1000",
            InvalidArgument,
            NoAttempt,
            "the status 1000",
            || Ok(Response::new(1000)),
        ),
        fault(
            "name of a header",
            InvalidArgument,
            NoAttempt,
            "invalid name",
            || Ok(json().header("a b", "1").body("5")),
        ),
        fault(
            "value of a header",
            InvalidArgument,
            NoAttempt,
            "invalid value",
            || Ok(json().header("a", "1\n").body("5")),
        ),
        fault(
            "body not JSON",
            InvalidArgument,
            NoAttempt,
            "not JSON",
            || Ok(Response::json(200, &f64::NAN)),
        ),
        fault("no body", Decode, Never, "", || Ok(json())),
        fault("truncated JSON", Decode, Never, "", || {
            Ok(json().body("\"5"))
        }),
        fault("no UTF-8", Decode, Never, "", || {
            Ok(json().body(&b"\"\xff\""[..]))
        }),
        fault("HTML", Decode, Never, "HTML or XML", || {
            Ok(json().body("<html>"))
        }),
        fault("gzip", Decode, Never, "not decoded", || {
            Ok(json().header("content-encoding", "br").body("5"))
        }),
        fault("redirect", Api, Never, "302", || {
            Ok(Response::new(302).header("location", "/elsewhere"))
        }),
        fault("400", Api, Never, "no such counter", || {
            Ok(Response::error(400, 8002, "no such counter"))
        }),
        fault("503", Api, IfIdempotent, "503", || Ok(Response::new(503))),
        fault("429", RateLimited, Always, "429", || Ok(Response::new(429))),
        fault("refused", Connect, Always, "", || {
            Err(io::ErrorKind::ConnectionRefused.into())
        }),
        fault("reset", ConnectionLost, IfIdempotent, "", || {
            Err(io::ErrorKind::ConnectionReset.into())
        }),
        fault("timed out", Timeout, IfIdempotent, "", || {
            Err(io::ErrorKind::TimedOut.into())
        }),
        fault(
            "reset in the body",
            ConnectionLost,
            IfIdempotent,
            "",
            || {
                in_chunks(
                    json(),
                    [Ok("5"), Err(io::ErrorKind::ConnectionReset.into())],
                )
            },
        ),
        fault(
            "stall in the body",
            Timeout,
            IfIdempotent,
            "was not complete",
            || Ok(json().chunks(stream::pending())),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_a_responder_has_the_outcome_of_a_server() {
    for fault in faults() {
        for is_idempotent in [true, false] {
            let responder = Responder::new(move |_| async move { (fault.respond)() });
            let client = client(&responder);
            let counters = client.counters();
            let error = match is_idempotent {
                true => counters.get("visits").await.map(drop),
                false => counters.increment("visits").await.map(drop),
            };
            let error = error.expect_err(fault.name);
            let attempts = match fault.retries {
                Retries::Always => MAX_ATTEMPTS,
                Retries::IfIdempotent if is_idempotent => MAX_ATTEMPTS,
                Retries::IfIdempotent | Retries::Never => 1,
                Retries::NoAttempt => 0,
            };
            let outcome = (error.kind(), error.attempts());
            let name = format!("{}, {is_idempotent}: {error}", fault.name);
            assert_eq!(outcome, (fault.kind, attempts), "{name}");
            assert!(error.to_string().contains(fault.text), "{name}");
            let received = responder.requests().len();
            assert_eq!(received, attempts.max(1) as usize, "{name}");
        }
    }
}

fn client(responder: &Responder) -> Client {
    let builder = Client::builder(APP_ID, API_KEY).responder(responder);
    let retry = backendless::RetryPolicy::default().max_attempts(MAX_ATTEMPTS);
    let builder = builder.clock(TestClock::default()).retry(retry);
    builder
        .max_response_size(MAX_RESPONSE_BYTES)
        .build()
        .unwrap()
}

/// HTTP/1.1 delivers the bytes up to the length.
#[tokio::test]
async fn bytes_beyond_the_declared_length_are_not_a_part_of_the_body() {
    for respond in [
        || with_length("1", "5]"),
        || in_chunks(json().header("content-length", "1"), [Ok("5"), Ok("5")]),
        || in_chunks(json().header("content-length", "1"), [Ok(""), Ok("55")]),
        || with_length("1", "5"),
    ] as [fn() -> io::Result<Response>; 4]
    {
        let responder = Responder::new(move |_| async move { respond() });
        let visits = client(&responder).counters().get("visits").await;
        assert_eq!(visits.unwrap(), 5);
    }
}

/// The length is that of a body which these responses do not have.
#[tokio::test]
async fn response_without_a_body_may_declare_a_length() {
    use backendless::Method;
    for (method, status) in [(Method::HEAD, 200), (Method::GET, 204)] {
        let responder = Responder::new(move |_| async move {
            let response = Response::new(status).header("content-length", "100");
            Ok(response.body("text that is not sent"))
        });
        let request = client(&responder).request(method, "/hive");
        let response = request.fetch_bytes().with_response().await.unwrap();
        assert_eq!(response.value, "");
        assert_eq!(response.header("content-length"), Some("100"));
    }
}

#[tokio::test]
async fn responder_that_hangs_or_panics_ends_only_its_request() {
    let responder = Responder::new(|request| async move {
        match request.path() {
            "/counters/hangs/get" => pending().await,
            "/counters/panics/get" => panic!("an expected panic"),
            _ => Ok(Response::json(200, &5)),
        }
    });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let client = client.build().unwrap();
    let counters = client.counters();
    let hangs = counters.get("hangs").timeout(Duration::from_millis(20));
    let panics = tokio::spawn(counters.get("panics").send());
    let (hangs, panics) = tokio::join!(hangs.send(), panics);
    assert!(hangs.unwrap_err().is_timeout());
    assert!(panics.unwrap_err().is_panic());
    let visits = tokio::time::timeout(HANG_TIMEOUT, counters.get("visits").send()).await;
    assert_eq!(visits.expect("the call hangs").unwrap(), 5);
}
