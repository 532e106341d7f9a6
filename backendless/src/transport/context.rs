//! State of a request while it is sent, and the errors that it can end with.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use tracing::Span;

use super::caller::Caller;
use super::deadline::Deadline;
use super::disclosure::{self, RequestSecrets};
use super::http::{HttpError, HttpErrorKind, Server};
use super::response_head::ResponseHead;
use super::retry::MaxDelay;
use super::settings::Settings;
use super::{Shared, trace};
use crate::error::Detail;
use crate::operation::{ErrorCodes, Idempotency, Operation};
use crate::prepared::{AnyOperation, Progress, TransferStage};
use crate::{Error, ErrorKind, Result, RetryPolicy, UserToken};

/// How much of a response the transport reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadMode {
    /// Head and body, into memory.
    Full,
    /// The head only: the body is a download.
    Head,
}

/// State of a request while it is sent and its response is read.
pub(super) struct RequestContext {
    pub(super) shared: Arc<Shared>,
    pub(super) operation: &'static Operation,
    /// The name of a request to any path.
    any: Option<Box<AnyOperation>>,
    pub(super) settings: Settings,
    pub(super) span: Span,
    pub(super) read: ReadMode,
    pub(super) attempts: u32,
    /// The status of the response to the last attempt; 0 if there is none.
    status: AtomicU16,
    /// The deadline of the current attempt.
    pub(super) deadline: Deadline,
    /// The user token that the last attempt sent.
    pub(super) token: Option<UserToken>,
    pub(super) caller: Caller,
    pub(super) has_password: bool,
    /// The password in the request, if it is known.
    pub(super) secret: Option<Arc<SecretString>>,
    /// Values that may be secrets: those of the caller's headers, and in the query of the URL of a file.
    pub(super) secret_headers: Vec<HeaderValue>,
    is_idempotent: bool,
    progress: Option<Progress>,
    started: Instant,
    total_timeout: Duration,
}

/// Properties of a request that its context depends on.
pub(super) struct RequestTraits<'t> {
    pub(super) operation: &'static Operation,
    pub(super) any: Option<Box<AnyOperation>>,
    pub(super) is_idempotent: bool,
    pub(super) caller: Caller,
    pub(super) has_password: bool,
    pub(super) secret: Option<Arc<SecretString>>,
    pub(super) secret_headers: Vec<HeaderValue>,
    /// The progress of a body that is sent as a stream.
    pub(super) progress: Option<Progress>,
    pub(super) read: ReadMode,
    pub(super) server: Server<'t>,
}

impl RequestContext {
    /// Creates the state of a request, boxed, because it is passed on with the response.
    pub(super) fn new(
        shared: Arc<Shared>,
        settings: Settings,
        traits: RequestTraits<'_>,
    ) -> Box<Self> {
        let RequestTraits {
            operation,
            any,
            is_idempotent,
            caller,
            has_password,
            secret,
            secret_headers,
            progress,
            read,
            server,
        } = traits;
        if let Some(secret) = &secret {
            shared.recent_secrets.add(secret.expose_secret());
        }
        let progress = match read {
            ReadMode::Full => progress,
            ReadMode::Head => Some(Progress::default()),
        };
        let total_timeout = match (settings.timeout, &progress) {
            (Some(timeout), _) => timeout,
            // The duration of a transfer depends on the length of the body.
            (None, Some(_)) => Duration::MAX,
            (None, None) => shared.timeout,
        };
        let now = shared.clock.now();
        Box::new(Self {
            operation,
            read,
            attempts: 0,
            status: AtomicU16::new(0),
            deadline: Deadline::after(&shared.clock, now, total_timeout),
            span: trace::span(operation, any.as_deref(), server),
            any,
            token: None,
            caller,
            has_password,
            secret,
            secret_headers,
            is_idempotent: settings.idempotent.unwrap_or(is_idempotent),
            progress,
            started: now,
            total_timeout,
            settings,
            shared,
        })
    }

    /// Whether the response contains a token, so that it is wiped.
    pub(super) fn is_login(&self) -> bool {
        self.secret.is_some() || self.operation.returns_user_token()
    }

    pub(super) fn policy(&self) -> &RetryPolicy {
        self.settings.retry.as_ref().unwrap_or(&self.shared.retry)
    }

    /// Returns the rest of the total timeout.
    pub(super) fn remaining(&self) -> Duration {
        self.remaining_at(self.shared.clock.now())
    }

    fn remaining_at(&self, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.started);
        self.total_timeout.saturating_sub(elapsed)
    }

    /// Returns the maximum delay before another attempt. It is limited even without a total timeout: a
    /// `Retry-After` may name a date in a year.
    pub(super) fn max_delay(&self) -> MaxDelay {
        match self.total_timeout {
            Duration::MAX => MaxDelay {
                time: self.shared.timeout,
                name: "maximum delay",
            },
            _ => MaxDelay {
                time: self.remaining(),
                name: "remaining time",
            },
        }
    }

    /// Starts an attempt and its deadline at the time `now`.
    pub(super) fn begin_attempt(&mut self, now: Instant) {
        self.attempts += 1;
        *self.status.get_mut() = 0;
        self.shared.runtimes.enter();
        self.deadline = self.attempt_deadline(now);
    }

    /// Stores that the current attempt has a response.
    pub(super) fn responded(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Stores the head of a response, if the caller wants it.
    pub(super) fn store_head(&self, status: StatusCode, headers: &HeaderMap) {
        if let Some(slot) = &self.settings.head {
            slot.store(ResponseHead::new(status, headers, self.attempts));
        }
    }

    /// Records in the span that no further attempt follows.
    pub(super) fn end_attempts(&self) {
        let status = self.status.load(Ordering::Relaxed);
        trace::attempted(&self.span, status, self.attempts);
    }

    /// Returns the deadline of an attempt that starts at `now`.
    fn attempt_deadline(&self, now: Instant) -> Deadline {
        let clock = &self.shared.clock;
        let remaining = self.remaining_at(now);
        let attempt_timeout = self.shared.attempt_timeout;
        let has_own_timeout = self.settings.timeout.is_some();
        let deadline = match &self.progress {
            Some(progress) => {
                progress.start(clock);
                Deadline::after(clock, now, remaining)
                    .with_idle_limit(attempt_timeout, progress.clone())
            }
            // The timeout of a request replaces both timeouts of the client.
            None if has_own_timeout => Deadline::after(clock, now, remaining),
            None => Deadline::after(clock, now, attempt_timeout.min(remaining)),
        };
        let is_total = has_own_timeout || remaining <= attempt_timeout;
        let reported = if is_total {
            self.total_timeout
        } else {
            attempt_timeout
        };
        deadline.reported_as(reported)
    }

    /// Returns the deadline of the request with all its attempts.
    pub(super) fn total_deadline(&self) -> Deadline {
        let now = self.shared.clock.now();
        let deadline = Deadline::after(&self.shared.clock, now, self.remaining_at(now));
        deadline.reported_as(self.total_timeout)
    }

    /// Runs `future` within the rest of the total timeout. `expired` describes what is incomplete if the timeout expires.
    pub(super) async fn within_total_timeout<F: Future>(
        &self,
        future: F,
        expired: impl fmt::Display,
    ) -> Result<F::Output> {
        self.within(&self.total_deadline(), future, expired).await
    }

    /// Runs `future`, which prepares an attempt, within the timeouts of an attempt.
    pub(super) async fn within_attempt_timeout<F: Future>(
        &self,
        future: F,
        expired: &str,
    ) -> Result<F::Output> {
        let deadline = self.attempt_deadline(self.shared.clock.now());
        self.within(&deadline, future, expired).await
    }

    /// Runs `future`, which stores a part of the response, within the timeouts of the current attempt.
    pub(super) async fn within_attempt<F: Future>(
        &self,
        future: F,
        expired: &str,
    ) -> Result<F::Output> {
        self.deadline.step();
        self.within(&self.deadline, future, expired).await
    }

    /// Runs `future`, which does not send the request.
    async fn within<F: Future>(
        &self,
        deadline: &Deadline,
        future: F,
        expired: impl fmt::Display,
    ) -> Result<F::Output> {
        let output = deadline.run(future).await;
        output.ok_or_else(|| {
            let text = format!("{expired} within {deadline}");
            self.error(ErrorKind::Timeout, text).retryable(true)
        })
    }

    /// Returns the secrets that an error of this request must not contain.
    pub(super) fn secrets(&self) -> RequestSecrets<'_> {
        RequestSecrets {
            shared: &self.shared,
            caller: &self.caller,
            token: self.token.as_ref(),
            has_password: self.has_password,
            password: self.secret.as_deref(),
            headers: &self.secret_headers,
        }
    }

    /// Creates an error of this request. The `message` is a text of this crate, or was checked by `disclosure`.
    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.named(Error::new(kind, message))
            .with_attempts(self.attempts)
    }

    /// Returns `error` with the name of this request.
    pub(super) fn named(&self, error: Error) -> Error {
        let error = error.with_operation(self.operation);
        match (&self.any, self.settings.label) {
            (Some(any), _) => error.with_label(any.label()),
            (None, Some(label)) => error.with_label(label.into()),
            (None, None) => error,
        }
    }

    /// Returns whether a response that is HTML or XML is not a sign of a wrong address.
    pub(super) fn accepts_pages(&self) -> bool {
        self.any.as_ref().is_some_and(|any| any.accepts_pages)
    }

    /// Creates the error of a request without a response, or whose response ended early.
    pub(super) fn http_error(&self, error: HttpError) -> Error {
        let HttpError {
            kind,
            reason,
            source,
            detail,
        } = error;
        // The source of the body is checked first: its error is in the chain and may be of any kind.
        if let Some(kind) = self.progress.as_ref().and_then(Progress::failure) {
            // The error of the caller's stream may contain anything.
            let reason = match disclosure::check_for_secrets(&self.secrets(), &reason) {
                Ok(()) => reason,
                Err(withheld) => {
                    format!("the message of its error is withheld, because {withheld}")
                }
            };
            let text = format!("the request body could not be read: {reason}");
            return self
                .error(kind, text)
                .final_because("a part of it may have been sent")
                .with_source(source);
        }
        let error = match kind {
            HttpErrorKind::Connect { is_permanent } => {
                let server = self.server_name();
                let through = match detail {
                    Some(Detail::Proxy) => format!(" through {}", self.proxy_name()),
                    _ => String::new(),
                };
                let text = format!(
                    "the connection to {server} could not be established{through}: {reason}"
                );
                let error = self.error(ErrorKind::Connect, text);
                match is_permanent {
                    true => error.final_because("another attempt would fail in the same way"),
                    false => error.retryable(true),
                }
            }
            HttpErrorKind::Timeout => self.no_response(),
            HttpErrorKind::InvalidRequest => {
                let text = format!("the request cannot be sent: {reason}");
                self.error(ErrorKind::InvalidArgument, text)
                    .with_attempts(0)
            }
            HttpErrorKind::Unprocessed => {
                let text = format!("the server did not process the request: {reason}");
                self.error(ErrorKind::ConnectionLost, text).retryable(true)
            }
            HttpErrorKind::ConnectionLost => {
                let server = self.server_name();
                let text = format!("the connection to {server} was lost: {reason}");
                self.transient(self.error(ErrorKind::ConnectionLost, text))
            }
        };
        error.with_detail(detail).with_source(source)
    }

    /// Creates the error of a body that ended before its declared length. HTTP/2 reports some of them as complete.
    pub(super) fn incomplete(&self, received: u64, declared: u64) -> Error {
        let text = format!(
            "the connection was lost: the body has {received} bytes, although the server declared {declared}"
        );
        self.transient(self.error(ErrorKind::ConnectionLost, text))
    }

    /// Marks `error` as retryable, if the request is idempotent.
    pub(super) fn transient(&self, error: Error) -> Error {
        if self.is_idempotent {
            return error.retryable(true);
        }
        error.final_because(format!(
            "{} and may have been processed",
            self.why_not_idempotent()
        ))
    }

    /// Returns why this request is not idempotent.
    fn why_not_idempotent(&self) -> String {
        if self.settings.idempotent == Some(false) {
            return "it was marked with `idempotent(false)`".to_owned();
        }
        if let Some(any) = &self.any {
            return format!("{} is not idempotent", any.label());
        }
        let id = self.operation.id();
        match self.operation.idempotency() {
            Idempotency::NotIdempotent => format!("{id} is not idempotent"),
            Idempotency::IdempotentWhen { query, value } => {
                format!("{id} without `{query}={value}` is not idempotent")
            }
            // A computed value in its body, or a condition, can be the reason.
            Idempotency::Safe | Idempotency::Idempotent => {
                format!(
                    "{id} with a condition or with a value that the service computes is not idempotent"
                )
            }
        }
    }

    /// Creates the error of an attempt that timed out.
    pub(super) fn attempt_timed_out(&self) -> Error {
        match self.status.load(Ordering::Relaxed) {
            0 => self.no_response(),
            _ => self.timed_out("the response was not complete"),
        }
    }

    /// Creates the error of an attempt that timed out before the head of the response. It names what it waited for: the
    /// source of an upload, the server to read it, or the response.
    fn no_response(&self) -> Error {
        let stage = self.progress.as_ref().map(Progress::stage);
        let (what, bytes) = match stage {
            Some(TransferStage::WaitingForSource { sent }) => {
                ("the source of the upload delivered no further data", sent)
            }
            Some(TransferStage::Sending { sent }) if sent > 0 => {
                ("the server accepted no further data", sent)
            }
            Some(TransferStage::Sending { .. } | TransferStage::Sent) | None => {
                let server = self.server_name();
                return self.timed_out(&format!("no response was received from {server}"));
            }
        };
        self.timed_out_after(what, &format!(", after {bytes} bytes"))
    }

    pub(super) fn timed_out(&self, what: &str) -> Error {
        self.timed_out_after(what, "")
    }

    fn timed_out_after(&self, what: &str, transferred: &str) -> Error {
        let hint = self.shared.runtimes.hint();
        let text = format!("{what} within {}{transferred}{hint}", self.deadline);
        self.transient(self.error(ErrorKind::Timeout, text))
    }

    /// Returns whether the request may be sent again after the service rejected its session: it is idempotent, or the
    /// error code proves that it was not processed.
    pub(super) fn is_replayable_after_rejection(&self) -> bool {
        self.is_idempotent || self.operation.error_codes() == ErrorCodes::Service
    }

    /// Ends the request with `error`, which the span records.
    pub(super) fn fail(&self, error: Error) -> Error {
        trace::failed(&self.span, &error);
        error
    }
}
