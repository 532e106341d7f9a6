//! The faults, and what each must do to a call.

use std::time::Duration;

use backendless::ErrorKind;
use backendless_tests::Behaviour;
use backendless_tests::catalogue::ResponseBody;

use super::calls::{Call, DOWNLOAD};

/// The most attempts that a client of the matrix makes.
pub(super) const MOST_ATTEMPTS: u32 = 3;

/// The longest answer that a client of the matrix reads.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// Something that a server does, and what is to be known of it.
pub(super) struct Fault {
    pub(super) name: &'static str,
    /// None for a port with nobody behind it.
    pub(super) behaviour: Option<Behaviour>,
    kinds: &'static [ErrorKind],
    effect: Effect,
    /// The first of the ways to read that finds fault with it.
    fails: ResponseBody,
    /// Whether it shows only by the time that it takes.
    pub(super) takes_time: bool,
}

/// What a client knows of a request after a fault.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Effect {
    /// Nobody got it.
    NotSent,
    /// Nobody read it, but a part of it may have left.
    Unread,
    /// It was refused, and nothing was done.
    Refused,
    /// It arrived, and may have been carried out.
    Unknown,
    /// It was answered, and would be answered so again.
    Answered,
}

/// What must come of a call.
#[derive(Debug)]
pub(super) struct Expected {
    /// One of these kinds of errors; none for success.
    pub(super) kinds: &'static [ErrorKind],
    pub(super) fewest_attempts: u32,
    pub(super) most_attempts: u32,
    /// Whether the server sees the request at each attempt, or at none.
    pub(super) arrives: bool,
}

/// Where a call differs from the others: the fault, the call, and what comes of it.
pub(super) const EXCEPTIONS: [(&str, &str, Expected); 6] = [
    // What came of a file is the caller's already, who alone can begin anew.
    ("close in body", DOWNLOAD, once(&[ErrorKind::Interrupted])),
    ("length too long", DOWNLOAD, once(&[ErrorKind::Interrupted])),
    ("chunked garbage", DOWNLOAD, once(&[ErrorKind::Interrupted])),
    ("stall in body", DOWNLOAD, once(&[ErrorKind::Timeout])),
    // A file takes as long as it takes, if only it goes on.
    ("body a byte at a time", DOWNLOAD, once(&[])),
    // The code may be the method's own, which has done what it does.
    (
        "400 with code 9070",
        "invokeCloudCodeService",
        once(&[ErrorKind::Api]),
    ),
];

const fn once(kinds: &'static [ErrorKind]) -> Expected {
    Expected {
        kinds,
        fewest_attempts: 1,
        most_attempts: 1,
        arrives: true,
    }
}

impl Fault {
    fn new(
        name: &'static str,
        kinds: &'static [ErrorKind],
        effect: Effect,
        behaviour: impl Into<Option<Behaviour>>,
    ) -> Self {
        Self {
            name,
            behaviour: behaviour.into(),
            kinds,
            effect,
            fails: ResponseBody::Any,
            takes_time: false,
        }
    }

    /// A connection that breaks.
    fn broken(name: &'static str, behaviour: Behaviour) -> Self {
        Self::new(name, &[ErrorKind::Interrupted], Effect::Unknown, behaviour)
    }

    /// A server that takes too long.
    fn slow(name: &'static str, behaviour: Behaviour) -> Self {
        Self {
            takes_time: true,
            ..Self::new(name, &[ErrorKind::Timeout], Effect::Unknown, behaviour)
        }
    }

    /// A gateway's error.
    fn gateway(name: &'static str, behaviour: Behaviour) -> Self {
        Self::new(name, &[ErrorKind::Api], Effect::Unknown, behaviour)
    }

    /// A refusal for now.
    fn limited(name: &'static str, behaviour: Behaviour) -> Self {
        Self::new(name, &[ErrorKind::RateLimited], Effect::Refused, behaviour)
    }

    /// A success that cannot be read by calls that read as `fails` says, or more.
    fn misfit(name: &'static str, fails: ResponseBody, behaviour: Behaviour) -> Self {
        Self {
            fails,
            ..Self::new(name, &[ErrorKind::Decode], Effect::Answered, behaviour)
        }
    }

    /// What must come of `call`.
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
        let (fewest_attempts, most_attempts) = match self.effect {
            Effect::NotSent | Effect::Refused => (MOST_ATTEMPTS, MOST_ATTEMPTS),
            Effect::Unknown | Effect::Unread if call.idempotent => (MOST_ATTEMPTS, MOST_ATTEMPTS),
            // Whether a byte has left is up to the system, and the kind of the error tells.
            Effect::Unread => (1, MOST_ATTEMPTS),
            Effect::Unknown | Effect::Answered => (1, 1),
        };
        Expected {
            kinds: self.kinds,
            fewest_attempts,
            most_attempts,
            arrives: !matches!(self.effect, Effect::NotSent | Effect::Unread),
        }
    }

    /// Whether a request that is not idempotent may have been carried out after this fault.
    pub(super) fn may_have_been_done(&self) -> bool {
        self.effect == Effect::Unknown
    }
}

/// All faults, those that take time behind all others.
pub(super) fn every_fault() -> Vec<Fault> {
    let mut faults = connections();
    faults.extend(misfits());
    faults.extend(refusals());
    faults.extend(slowness());
    faults
}

fn connections() -> Vec<Fault> {
    use ErrorKind::{Connect, Interrupted};
    vec![
        Fault::new("refused", &[Connect], Effect::NotSent, None),
        Fault::new(
            "reset on accept",
            // A reset may come before the system says that the connection is there.
            &[Interrupted, Connect],
            Effect::Unread,
            Behaviour::reset_on_accept(),
        ),
        Fault::broken("reset after request", Behaviour::reset_after_request()),
        Fault::broken("close before headers", Behaviour::close_before_headers()),
        Fault::broken("close in body", Behaviour::close_in_body()),
        Fault::broken("length too long", Behaviour::promising(100, "{}")),
        Fault::broken("chunked garbage", Behaviour::chunked_garbage()),
        Fault::broken("1 MiB of headers", Behaviour::long_headers(1024 * 1024)),
        Fault::broken("no HTTP", Behaviour::bytes("220 smtp.example.com\r\n\r\n")),
    ]
}

fn misfits() -> Vec<Fault> {
    use ResponseBody::{Any, Nullable, Required};
    let row = r#"{"objectId":"B2","age":20}"#;
    // Without a length, so that only the limit of a client can end it.
    let endless = "HTTP/1.1 200 OK\r\n\r\n".to_owned() + &" ".repeat(3 * MOST_BYTES);
    vec![
        Fault::misfit("empty 200", Required, Behaviour::json(200, "")),
        Fault::misfit("200 with null", Required, Behaviour::json(200, "null")),
        Fault::misfit("truncated JSON", Nullable, Behaviour::json(200, &row[..20])),
        Fault::misfit("length too short", Nullable, Behaviour::promising(20, row)),
        Fault::misfit("no UTF-8", Nullable, Behaviour::json(200, b"{\"\xff\":1}")),
        Fault::misfit("wrong type", Nullable, Behaviour::json(200, "\"text\"")),
        Fault::misfit("no end", Any, Behaviour::bytes(endless)),
        Fault::misfit("gzip bomb", Any, Behaviour::gzip_bomb(100)),
    ]
}

fn refusals() -> Vec<Fault> {
    let refusal = |code: i64| format!(r#"{{"code":{code},"message":"no","errorData":{{}}}}"#);
    let page = [("content-type", "text/html")];
    let later = [("retry-after", "1")];
    vec![
        Fault::gateway(
            "HTML 502",
            Behaviour::answer(502, &page, "<html>Bad Gateway</html>"),
        ),
        Fault::gateway("503", Behaviour::answer(503, &[], "")),
        Fault::gateway("504", Behaviour::answer(504, &[], "")),
        Fault::limited("429 with Retry-After", Behaviour::answer(429, &later, "")),
        Fault::limited("429 with code 999", Behaviour::json(429, refusal(999))),
        Fault::limited("400 with code 9070", Behaviour::json(400, refusal(9070))),
        Fault::new(
            "400",
            &[ErrorKind::Api],
            Effect::Answered,
            Behaviour::json(400, refusal(8002)),
        ),
        Fault::new(
            "redirect loop",
            &[ErrorKind::Api],
            Effect::Answered,
            Behaviour::redirect_loop(),
        ),
    ]
}

fn slowness() -> Vec<Fault> {
    // It goes on all the time, and takes longer in all than any client of the matrix waits.
    let pause = Duration::from_millis(20);
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
    let half_a_page = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 100\r\n\r\n<html>";
    let long = || Behaviour::json(200, " ".repeat(150));
    vec![
        Fault {
            takes_time: true,
            ..Fault::gateway("502 and stall", Behaviour::stall_after(half_a_page))
        },
        Fault::slow("stall", Behaviour::stall()),
        Fault::slow("100 for ever", Behaviour::bytes(go_on).dripping(pause)),
        Fault::slow("stall in body", Behaviour::stall_in_body()),
        Fault::slow("a byte at a time", long().dripping(pause)),
        Fault::slow("body a byte at a time", long().dripping_in_body(pause)),
    ]
}
