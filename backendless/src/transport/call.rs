//! A call under way: what is known of it, and the errors that it can end with.

use std::time::{Duration, Instant};

use reqwest::Request;
use tracing::Span;

use super::limit::Limit;
use super::{Reading, Transport, trace};
use crate::operation::{Idempotency, Operation};
use crate::{Error, ErrorKind, Result, RetryPolicy, UserToken};

/// What is known of a call while it is made and its answer read; it travels with the response.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) transport: Transport,
    pub(super) operation: &'static Operation,
    pub(super) reading: Reading,
    pub(super) attempts: u32,
    /// The limit of the attempt under way.
    pub(super) limit: Limit,
    pub(super) span: Span,
    /// Whether the user token goes along.
    pub(super) as_user: bool,
    /// The token that went along with the last attempt.
    pub(super) token: Option<UserToken>,
    /// Whether the request, sent again, does nothing twice.
    repeatable: bool,
    started: Instant,
    whole: Duration,
}

impl Call {
    pub(super) fn new(
        transport: Transport,
        operation: &'static Operation,
        request: &Request,
        reading: Reading,
    ) -> Self {
        let options = &transport.options;
        let whole = match (options.timeout, &options.progress, reading) {
            (Some(whole), ..) => whole,
            // Nobody knows beforehand how long a long body takes.
            (None, Some(_), _) | (None, _, Reading::Head) => Duration::MAX,
            (None, None, Reading::Whole) => transport.app.timeout,
        };
        Self {
            operation,
            reading,
            attempts: 0,
            limit: Limit::of_whole(whole),
            span: trace::span(operation, request.url()),
            as_user: operation.requires_user_token(),
            token: None,
            repeatable: options
                .idempotent
                .unwrap_or_else(|| is_repeatable(operation, request)),
            started: transport.app.clock.now(),
            whole,
            transport,
        }
    }

    pub(super) fn policy(&self) -> &RetryPolicy {
        let own = self.transport.options.retry.as_ref();
        own.unwrap_or(&self.transport.app.retry)
    }

    /// What is left of the time for the whole call.
    pub(super) fn remaining(&self) -> Duration {
        let now = self.transport.app.clock.now();
        let elapsed = now.saturating_duration_since(self.started);
        self.whole.saturating_sub(elapsed)
    }

    /// Counts an attempt, whose time begins now.
    pub(super) fn begin_attempt(&mut self) {
        self.attempts += 1;
        let options = &self.transport.options;
        let remaining = self.remaining();
        let attempt = self.transport.app.attempt_timeout;
        let limit = match (&options.progress, self.reading) {
            (Some(progress), _) => Limit::of_step(attempt, progress, remaining),
            (None, Reading::Head) => Limit::of_step(attempt, &super::Progress::new(), remaining),
            // A limit that a call sets for itself is in place of both of the client's.
            (None, Reading::Whole) if options.timeout.is_some() => Limit::of_whole(remaining),
            (None, Reading::Whole) => Limit::of_whole(attempt.min(remaining)),
        };
        let is_whole = remaining <= attempt || options.timeout.is_some();
        self.limit = limit.told_as(if is_whole { self.whole } else { attempt });
    }

    /// What `future` answers within the time that is left for the whole call.
    pub(super) async fn within_whole<F: Future>(&self, future: F) -> Result<F::Output> {
        let limit = Limit::of_whole(self.remaining());
        let output = limit.hold(future).await;
        output.ok_or_else(|| {
            let whole = self.whole;
            let text = format!("there was no session within the time limit of {whole:?}");
            self.error(ErrorKind::Timeout, text).retryable(true)
        })
    }

    pub(super) fn error(&self, kind: ErrorKind, message: impl AsRef<str>) -> Error {
        // Redacted before it is cut: a cut through a secret would leave a part that nobody
        // recognises.
        Error::new(kind, shorten(self.redact(message.as_ref())))
            .with_operation(self.operation)
            .with_attempts(self.attempts)
    }

    /// `text`, which the server or a library wrote, without what may not appear in it.
    pub(super) fn redact(&self, text: &str) -> String {
        self.transport.redact(text, self.token.as_ref())
    }

    /// Marks `error` as one that may pass, if repeating the call does nothing twice.
    pub(super) fn transient(&self, error: Error) -> Error {
        if self.repeatable {
            error.retryable(true)
        } else {
            let id = self.operation.id();
            error.final_because(format!(
                "{id} is not idempotent and may have been carried out"
            ))
        }
    }

    pub(super) fn timed_out(&self, what: &str) -> Error {
        let limit = &self.limit;
        let text = format!("{what} within {limit}");
        self.transient(self.error(ErrorKind::Timeout, text))
    }

    /// Whether an answer that refuses the session says that nothing was done. What a Cloud Code
    /// method answers may be its own, after it has done what it does.
    pub(super) fn is_safe_after_refusal(&self) -> bool {
        self.repeatable || !self.is_cloud_code()
    }

    pub(super) fn is_cloud_code(&self) -> bool {
        self.operation.id() == crate::operations::INVOKE_CLOUD_CODE_SERVICE.id()
    }

    /// The call as it is when it is over.
    pub(super) fn end(&self, error: Error) -> Error {
        trace::failed(&self.span, &error);
        error
    }
}

/// The longest message that is kept: the service's own are a sentence or two.
fn shorten(mut message: String) -> String {
    const MOST_CHARACTERS: usize = 1_000;
    if let Some((end, _)) = message.char_indices().nth(MOST_CHARACTERS) {
        message.truncate(end);
        message.push_str("...");
    }
    message
}

fn is_repeatable(operation: &Operation, request: &Request) -> bool {
    match operation.idempotency() {
        Idempotency::Safe | Idempotency::Idempotent => true,
        Idempotency::IdempotentWhen { query, value } => {
            let mut pairs = request.url().query_pairs();
            pairs.any(|(name, given)| name == query && given == value)
        }
        Idempotency::NotIdempotent => false,
    }
}
