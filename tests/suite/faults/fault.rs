//! The faults, and the expected outcome of a call for each.

use std::time::Duration;

use backendless::{CheckProblem, ErrorKind};
use backendless_tests::Behaviour;
use backendless_tests::catalogue::ResponseBody;

use super::calls::{Call, DOWNLOAD};

/// The maximum number of attempts of a client of the matrix.
pub(super) const MAX_ATTEMPTS: u32 = 3;

/// The maximum response size of a client of the matrix.
pub(super) const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// A fault of a server, and its properties.
pub(super) struct Fault {
    pub(super) name: &'static str,
    /// `None` for a port without a server.
    pub(super) behaviour: Option<Behaviour>,
    kinds: &'static [ErrorKind],
    effect: Effect,
    /// The least demanding kind of body that this fault makes undecodable.
    fails: ResponseBody,
    /// Whether a client detects it only by a timeout.
    pub(super) is_slow: bool,
    /// The problem that a check of the settings reports.
    pub(super) problem: CheckProblem,
}

/// What a client knows about a request after a fault.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Effect {
    /// It was not sent.
    NotSent,
    /// No server read it, but a part of it may have been sent.
    Unread,
    /// The service rejected it without executing it.
    Rejected,
    /// It arrived, and may have been executed.
    Unknown,
    /// It has a response, and a retry would have the same one.
    Final,
}

/// The expected outcome of a call.
#[derive(Debug)]
pub(super) struct Expected {
    /// The error has one of these kinds. Empty: the call succeeds.
    pub(super) kinds: &'static [ErrorKind],
    pub(super) min_attempts: u32,
    pub(super) max_attempts: u32,
    /// Whether the server receives the request of each attempt, or of none.
    pub(super) arrives: bool,
}

/// Calls that differ from the others: the fault, the call, and its expected outcome.
pub(super) const EXCEPTIONS: [(&str, &str, Expected); 19] = [
    // The caller already has a part of the file, so only the caller can start again.
    (
        "close in body",
        DOWNLOAD,
        once(&[ErrorKind::ConnectionLost]),
    ),
    (
        "length too long",
        DOWNLOAD,
        once(&[ErrorKind::ConnectionLost]),
    ),
    (
        "chunked garbage",
        DOWNLOAD,
        once(&[ErrorKind::ConnectionLost]),
    ),
    ("stall in body", DOWNLOAD, once(&[ErrorKind::Timeout])),
    // A download has no total timeout while data arrives.
    ("body a byte at a time", DOWNLOAD, once(&[])),
    // An address is a text.
    ("wrong type", "getAuthorizationUrl", once(&[])),
    // The code may come from the application's code, which has already run.
    (
        "400 with code 9070",
        "invokeCloudCodeService",
        once(&[ErrorKind::Api]),
    ),
    (
        "400 with code 9070",
        "getFromCloudCodeService",
        once(&[ErrorKind::Api]),
    ),
    (
        "400 with code 9070",
        "putToCloudCodeService",
        once(&[ErrorKind::Api]),
    ),
    (
        "400 with code 9070",
        "deleteFromCloudCodeService",
        once(&[ErrorKind::Api]),
    ),
    (
        "400 with code 9070",
        "dispatchEvent",
        once(&[ErrorKind::Api]),
    ),
    // The name of a table is a string, and so is the body.
    ("wrong type", "getTableName", once(&[])),
    // The path of a file is a text, and so is any body.
    ("wrong type", "appendBinary", once(&[])),
    ("wrong type", "appendFromUrl", once(&[])),
    ("wrong type", "appendText", once(&[])),
    ("wrong type", "copyFile", once(&[])),
    ("wrong type", "moveFile", once(&[])),
    ("wrong type", "renameFile", once(&[])),
    ("wrong type", "saveFile", once(&[])),
];

const fn once(kinds: &'static [ErrorKind]) -> Expected {
    Expected {
        kinds,
        min_attempts: 1,
        max_attempts: 1,
        arrives: true,
    }
}

impl Fault {
    fn new(
        name: &'static str,
        kinds: &'static [ErrorKind],
        effect: Effect,
        problem: CheckProblem,
        behaviour: impl Into<Option<Behaviour>>,
    ) -> Self {
        Self {
            name,
            behaviour: behaviour.into(),
            kinds,
            effect,
            fails: ResponseBody::Any,
            is_slow: false,
            problem,
        }
    }

    /// A connection that breaks.
    fn broken(name: &'static str, behaviour: Behaviour) -> Self {
        Self::new(
            name,
            &[ErrorKind::ConnectionLost],
            Effect::Unknown,
            CheckProblem::Unreachable,
            behaviour,
        )
    }

    /// A server that takes too long.
    fn slow(name: &'static str, behaviour: Behaviour) -> Self {
        let kinds = &[ErrorKind::Timeout];
        let problem = CheckProblem::Unreachable;
        Self {
            is_slow: true,
            ..Self::new(name, kinds, Effect::Unknown, problem, behaviour)
        }
    }

    /// An error of a gateway.
    fn gateway(name: &'static str, behaviour: Behaviour) -> Self {
        let problem = CheckProblem::Unavailable;
        Self::new(name, &[ErrorKind::Api], Effect::Unknown, problem, behaviour)
    }

    /// A rate limit.
    fn limited(name: &'static str, behaviour: Behaviour) -> Self {
        let kinds = &[ErrorKind::RateLimited];
        let problem = CheckProblem::RateLimited;
        Self::new(name, kinds, Effect::Rejected, problem, behaviour)
    }

    /// A success whose body cannot be decoded by calls that require `fails` or more.
    fn undecodable(name: &'static str, fails: ResponseBody, behaviour: Behaviour) -> Self {
        let problem = CheckProblem::NotBackendless;
        Self {
            fails,
            ..Self::new(
                name,
                &[ErrorKind::Decode],
                Effect::Final,
                problem,
                behaviour,
            )
        }
    }

    /// The same fault, of which a check reports `problem`.
    fn reported_as(self, problem: CheckProblem) -> Self {
        Self { problem, ..self }
    }

    /// The expected outcome of `call`.
    pub(super) fn expected(&self, call: &Call) -> Expected {
        let exception = EXCEPTIONS.into_iter();
        let mut exception =
            exception.filter(|(fault, id, _)| (*fault, *id) == (self.name, call.id));
        if let Some((_, _, expected)) = exception.next() {
            return expected;
        }
        if call.response_body < self.fails {
            return once(&[]);
        }
        let (min_attempts, max_attempts) = match self.effect {
            Effect::NotSent | Effect::Rejected => (MAX_ATTEMPTS, MAX_ATTEMPTS),
            Effect::Unknown | Effect::Unread if call.idempotent => (MAX_ATTEMPTS, MAX_ATTEMPTS),
            // The operating system decides whether a byte was sent; the kind of the error shows it.
            Effect::Unread => (1, MAX_ATTEMPTS),
            Effect::Unknown | Effect::Final => (1, 1),
        };
        Expected {
            kinds: self.kinds,
            min_attempts,
            max_attempts,
            arrives: !matches!(self.effect, Effect::NotSent | Effect::Unread),
        }
    }

    /// Whether a request may have been executed when this fault occurs.
    pub(super) fn may_have_been_executed(&self) -> bool {
        self.effect == Effect::Unknown
    }
}

/// The service may have found nothing, or another server may not know the path.
const HALF_AN_ERROR: &str = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n\
    {\"code\": 1000, \"message\": \"Entity with";

/// All faults, the slow ones last.
pub(super) fn every_fault() -> Vec<Fault> {
    let mut faults = broken_connections();
    faults.extend(undecodable_bodies());
    faults.extend(error_responses());
    faults.extend(slow_servers());
    faults
}

fn broken_connections() -> Vec<Fault> {
    use CheckProblem::{NotBackendless, Unreachable};
    use ErrorKind::{Connect, ConnectionLost};
    let smtp = Behaviour::bytes("220 smtp.example.com\r\n\r\n");
    vec![
        Fault::new("refused", &[Connect], Effect::NotSent, Unreachable, None),
        Fault::new(
            "reset on accept",
            // The reset may arrive before the system reports the connection as established.
            &[ConnectionLost, Connect],
            Effect::Unread,
            Unreachable,
            Behaviour::reset_on_accept(),
        ),
        Fault::broken("reset after request", Behaviour::reset_after_request()),
        Fault::broken("close before headers", Behaviour::close_before_headers()),
        Fault::broken("close in body", Behaviour::close_in_body()),
        Fault::broken("close in error body", Behaviour::bytes(HALF_AN_ERROR)),
        Fault::broken("length too long", Behaviour::declaring_length(100, "{}")),
        Fault::broken("chunked garbage", Behaviour::chunked_garbage()),
        Fault::broken("1 MiB of headers", Behaviour::long_headers(1024 * 1024))
            .reported_as(NotBackendless),
        Fault::broken("not HTTP", smtp).reported_as(NotBackendless),
    ]
}

fn undecodable_bodies() -> Vec<Fault> {
    use ResponseBody::{Any, Nullable, Required};
    let row = r#"{"objectId":"B2","age":20}"#;
    // Without a length, only the size limit of a client can end it.
    let endless = "HTTP/1.1 200 OK\r\n\r\n".to_owned() + &" ".repeat(3 * MAX_RESPONSE_BYTES);
    vec![
        Fault::undecodable("empty 200", Required, Behaviour::json(200, "")),
        Fault::undecodable("200 with null", Required, Behaviour::json(200, "null")),
        Fault::undecodable("truncated JSON", Nullable, Behaviour::json(200, &row[..20])),
        Fault::undecodable(
            "length too short",
            Nullable,
            Behaviour::declaring_length(20, row),
        ),
        Fault::undecodable("no UTF-8", Nullable, Behaviour::json(200, b"{\"\xff\":1}")),
        Fault::undecodable("wrong type", Nullable, Behaviour::json(200, "\"text\"")),
        Fault::undecodable("no end", Any, Behaviour::bytes(endless)),
        Fault::undecodable("gzip bomb", Any, Behaviour::gzip_bomb(100)),
    ]
}

fn error_responses() -> Vec<Fault> {
    let error_body = |code: i64| format!(r#"{{"code":{code},"message":"no","errorData":{{}}}}"#);
    let page = [("content-type", "text/html")];
    let later = [("retry-after", "1")];
    vec![
        Fault::gateway(
            "HTML 502",
            Behaviour::response(502, &page, "<html>Bad Gateway</html>"),
        ),
        Fault::gateway("503", Behaviour::response(503, &[], "")),
        Fault::gateway("504", Behaviour::response(504, &[], "")),
        Fault::limited("429 with Retry-After", Behaviour::response(429, &later, "")),
        Fault::limited("429 with code 999", Behaviour::json(429, error_body(999))),
        Fault::limited("400 with code 9070", Behaviour::json(400, error_body(9070))),
        Fault::new(
            "400",
            &[ErrorKind::Api],
            Effect::Final,
            CheckProblem::Rejected,
            Behaviour::json(400, error_body(8002)),
        ),
        Fault::new(
            "redirect loop",
            &[ErrorKind::Api],
            Effect::Final,
            CheckProblem::Redirect,
            Behaviour::redirect_loop(),
        ),
    ]
}

fn slow_servers() -> Vec<Fault> {
    // Bytes keep arriving, but the complete response takes longer than the attempt timeout.
    let pause = Duration::from_millis(20);
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
    let half_a_page = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 100\r\n\r\n<html>";
    let long = || Behaviour::json(200, " ".repeat(150));
    vec![
        Fault {
            is_slow: true,
            ..Fault::gateway("502 and stall", Behaviour::stall_after(half_a_page))
        },
        Fault::slow("stall", Behaviour::stall()),
        Fault::slow(
            "endless 100 Continue",
            Behaviour::bytes(go_on).dripping(pause),
        ),
        Fault::slow("stall in body", Behaviour::stall_in_body()),
        Fault::slow("stall in error body", Behaviour::stall_after(HALF_AN_ERROR)),
        Fault::slow("a byte at a time", long().dripping(pause)),
        Fault::slow("body a byte at a time", long().dripping_in_body(pause)),
    ]
}
