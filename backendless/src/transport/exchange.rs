//! One attempt: authorize, wait for the rate limit, send, read the response, classify the failure.

use std::borrow::Cow;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use zeroize::Zeroize;

use super::checked_login::RequestLogin;
use super::context::{ReadMode, RequestContext};
use super::http::{Address, FileUrl, HttpError, Outgoing, OutgoingBody, Response};
use super::rate_limit::{self, Slot};
use super::retry::{Attempt, Failure, MaxDelay, Next, Withdrawal};
use super::session::RequestSession;
use super::token_header::token_header;
use super::{coding, error_response, trace};
use crate::operation::ErrorCodes;
use crate::prepared::{Body, Parts};
use crate::{Error, ErrorKind, Result, secret};

/// Maximum number of bytes that are read of an error response: more than the service sends.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// Successful response.
pub(super) struct Received {
    pub(super) head: Box<Response>,
    /// The body; empty where only the head is read.
    pub(super) body: Bytes,
}

/// Operation or file that is requested.
pub(super) enum Target {
    Request(Box<Parts>),
    Download(Box<Download>),
}

pub(super) struct Download {
    pub(super) url: FileUrl,
    pub(super) headers: Cow<'static, [(HeaderName, HeaderValue)]>,
}

/// The attempts of one request.
pub(super) struct Exchange<'t> {
    pub(super) context: Box<RequestContext>,
    pub(super) session: RequestSession,
    pub(super) target: Target,
    pub(super) log_in: RequestLogin<'t>,
    /// The error of the previous attempt, if the client has a rate limit.
    pub(super) previous: Option<Error>,
}

impl Attempt for Exchange<'_> {
    type Output = Received;

    async fn run(&mut self, withdrawal: Option<Withdrawal<'_>>) -> Result<Received, Failure> {
        // Pinned in place: `await` would first copy the future.
        let sent = pin!(self.send(withdrawal)).await;
        match sent {
            Ok(received) => Ok(received),
            Err(Stage::BeforeSending(error)) => Err(stop(error)),
            Err(Stage::Sent(error)) => Err(self.classify(error).await),
        }
    }

    fn max_delay(&self) -> MaxDelay {
        self.context.max_delay()
    }

    fn before_retry(&mut self, error: &Error, attempts: u32, delay: Duration) {
        trace::retrying(self.context.operation, error, attempts, delay);
        if self.context.shared.rate_limiter.is_some() {
            self.previous = Some(error.clone());
        }
    }
}

/// Stage in which an attempt failed.
enum Stage {
    BeforeSending(Error),
    Sent(Error),
}

fn stop(error: Error) -> Failure {
    Failure {
        error,
        next: Next::Stop,
    }
}

impl Exchange<'_> {
    async fn send(&mut self, withdrawal: Option<Withdrawal<'_>>) -> Result<Received, Stage> {
        let body = match self.body_in_memory() {
            Some(body) => body,
            None => self.open_form().await.map_err(Stage::BeforeSending)?,
        };
        let authorized = self
            .session
            .authorize(&self.context, self.log_in.get())
            .await;
        let token = authorized.map_err(Stage::BeforeSending)?;
        let user_token = token.as_ref().map(token_header).transpose();
        let user_token = user_token
            .map_err(|error| self.context.named(error))
            .map_err(|error| Stage::BeforeSending(error.with_attempts(self.context.attempts)))?;
        self.context.token = token;
        let limiter = self.context.shared.rate_limiter.as_ref();
        let previous = self.previous.take();
        // Read once, for the rate limit and the deadline.
        let mut now = self.context.shared.clock.now();
        let slot = match limiter.map(|limiter| (limiter, limiter.admit(now))) {
            None => None,
            Some((_, Some(slot))) => Some(slot),
            Some((limiter, None)) => {
                // Boxed, because a future that few requests need would be a part of all of them.
                let waiting = Box::pin(rate_limit::acquire(&self.context, limiter, previous));
                let slot = waiting.await.map_err(Stage::BeforeSending)?;
                now = self.context.shared.clock.now();
                Some(slot)
            }
        };
        self.context.begin_attempt(now);
        let (address, headers) = match &self.target {
            Target::Request(parts) => {
                let address = Address::Api {
                    path: &parts.path,
                    query: parts.query.as_deref(),
                };
                (address, parts.headers.as_slice())
            }
            Target::Download(file) => (Address::File(&file.url), &*file.headers),
        };
        let outgoing = Outgoing {
            method: self.context.operation.method(),
            address,
            headers,
            user_token,
            #[cfg(feature = "opentelemetry")]
            traceparent: self.traceparent(),
            body,
        };
        if let Some(withdrawal) = withdrawal {
            withdrawal.spend();
        }
        let context = &*self.context;
        let sending = pin!(context.shared.http.execute(outgoing));
        let received = pin!(exchange(context, sending, slot)).await;
        received.map_err(Stage::Sent)
    }

    /// Returns the context of the trace, which is sent only to the origin of the API.
    #[cfg(feature = "opentelemetry")]
    fn traceparent(&self) -> Option<HeaderValue> {
        let is_own = match &self.target {
            Target::Request(_) => true,
            Target::Download(file) => self.context.shared.http.is_own(&file.url),
        };
        is_own.then(|| trace::traceparent(&self.context.span))?
    }

    /// Returns the body for one attempt; `None` if it must be opened.
    fn body_in_memory(&self) -> Option<OutgoingBody> {
        match &self.target {
            Target::Download(_) => Some(OutgoingBody::Empty),
            Target::Request(parts) => match &parts.body {
                Body::Empty => Some(OutgoingBody::Empty),
                Body::Bytes(bytes) => Some(OutgoingBody::Bytes(bytes.clone())),
                Body::Multipart(_) => None,
            },
        }
    }

    /// Opens the form of an upload for one attempt. The future is boxed, because most requests have another body.
    fn open_form(&mut self) -> Pin<Box<dyn Future<Output = Result<OutgoingBody>> + Send + '_>> {
        Box::pin(async move {
            let Target::Request(parts) = &mut self.target else {
                return Ok(OutgoingBody::Empty);
            };
            let Body::Multipart(multipart) = &mut parts.body else {
                return Ok(OutgoingBody::Empty);
            };
            let form = multipart.source.open();
            let expired = "the content of the upload could not be opened";
            let form = self.context.within_attempt_timeout(form, expired).await?;
            let attempts = self.context.attempts;
            let form = form.map_err(|error| error.with_attempts(attempts))?;
            Ok(OutgoingBody::Form(form))
        })
    }

    fn is_replayable(&self) -> bool {
        match &self.target {
            Target::Request(parts) => match &parts.body {
                Body::Multipart(multipart) => multipart.source.is_replayable(),
                Body::Empty | Body::Bytes(_) => true,
            },
            Target::Download(_) => true,
        }
    }

    /// Decides what may follow `error`, and renews an expired session.
    async fn classify(&mut self, error: Error) -> Failure {
        match self
            .session
            .renew(&self.context, self.log_in.get(), &error)
            .await
        {
            // The login failed. The request itself may have been processed.
            Err(error) if !self.context.is_replayable_after_rejection() => {
                return stop(error.retryable(false));
            }
            Err(error) => return stop(error),
            Ok(true) if self.is_replayable() && self.context.is_replayable_after_rejection() => {
                let next = Next::Immediately;
                return Failure { error, next };
            }
            Ok(true) => return stop(error),
            Ok(false) => {}
        }
        let next = match (error.is_retryable(), self.is_replayable()) {
            (false, _) => Next::Stop,
            (true, true) => Next::Backoff,
            (true, false) => Next::NotReplayable,
        };
        Failure { error, next }
    }
}

/// Reads the response to a request, as the [`ReadMode`] requires.
async fn exchange<F>(context: &RequestContext, sending: F, slot: Option<Slot>) -> Result<Received>
where
    F: Future<Output = std::result::Result<Response, HttpError>>,
{
    let receiving = pin!(receive(context, sending, slot));
    let Some(received) = context.deadline.run(receiving).await else {
        return Err(context.attempt_timed_out());
    };
    let Received { mut head, body } = received?;
    if !head.status().is_success() {
        // The request may return a value for this error, such as `None` for a missing cache entry.
        context.store_head(head.status(), head.headers());
        return Err(Box::pin(read_error(context, &mut head)).await);
    }
    match unreadable(context, &head, &body) {
        Some(problem) => {
            if context.is_login() {
                secret::wipe(body);
            }
            Err(context
                .error(ErrorKind::Decode, problem)
                .with_status(head.status().as_u16())
                .final_because("the response would be the same"))
        }
        None => Ok(Received { head, body }),
    }
}

/// Reads the head of the response, and its body if the request succeeded.
async fn receive<F>(context: &RequestContext, sending: F, slot: Option<Slot>) -> Result<Received>
where
    F: Future<Output = std::result::Result<Response, HttpError>>,
{
    let response = sending.await;
    if let Some(slot) = slot {
        match &response {
            Ok(_) => slot.end(),
            Err(error) => slot.fail(error.kind),
        }
    }
    let response = response.map_err(|error| context.http_error(error))?;
    let mut head = Box::new(response);
    context.responded(head.status());
    if context.is_login() {
        head.detach_headers();
    }
    let body = match context.read {
        ReadMode::Full if head.status().is_success() => read_body(context, &mut head).await?,
        ReadMode::Full | ReadMode::Head => Bytes::new(),
    };
    Ok(Received { head, body })
}

/// Returns why a successful response cannot be read, whatever the operation returns.
fn unreadable(context: &RequestContext, head: &Response, body: &Bytes) -> Option<String> {
    let is_empty = match context.read {
        ReadMode::Full => body.is_empty(),
        ReadMode::Head => head.content_length() == Some(0),
    };
    if is_empty {
        return None;
    }
    if let Some(codings) = coding::undecoded(head.headers()) {
        return Some(format!(
            "the body has the {codings}, which is not decoded: check the server and its proxies"
        ));
    }
    // A Cloud Code method may respond with any text.
    let is_page = is_page(head, body);
    let is_own = context.operation.error_codes() == ErrorCodes::Service && !context.accepts_pages();
    (is_page && is_own).then(|| {
        let hint = error_response::address_hint(context);
        format!("the response is not valid JSON, but HTML or XML: {hint}")
    })
}

/// Whether `body` is HTML or XML: JSON never starts with `<`, and the service does not declare a text as HTML.
fn is_page(head: &Response, body: &[u8]) -> bool {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    match text.trim_ascii_start().first() {
        Some(b'<') => true,
        // A gateway may declare JSON as HTML.
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') | None => false,
        Some(_) => {
            let media_type = head.headers().get(CONTENT_TYPE);
            let media_type = media_type.map(HeaderValue::as_bytes).unwrap_or_default();
            let html = media_type.get(..b"text/html".len());
            let is_json = matches!(text.trim_ascii(), b"true" | b"false" | b"null");
            html.is_some_and(|start| start.eq_ignore_ascii_case(b"text/html")) && !is_json
        }
    }
}

/// Reads the body up to the limit of the client. A body of one chunk is not copied.
async fn read_body(context: &RequestContext, response: &mut Response) -> Result<Bytes> {
    let max_bytes = context.shared.max_response_size;
    let length = match has_content(context, response.status()) {
        true => response.content_length(),
        false => None,
    };
    if length.is_some_and(|length| length > max_bytes as u64) {
        return Err(too_long(context, response));
    }
    // The response to a login contains the token.
    let mut chunks = Chunks::new(context.is_login());
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => chunks.push(chunk),
            Ok(None) => break,
            Err(error) => {
                let error = context.http_error(error);
                return Err(error.with_status(response.status().as_u16()));
            }
        }
        if chunks.len > max_bytes {
            return Err(too_long(context, response));
        }
    }
    let received = chunks.len as u64;
    match length.filter(|length| *length != received) {
        Some(length) => {
            let error = context.incomplete(received, length);
            Err(error.with_status(response.status().as_u16()))
        }
        None => Ok(chunks.join()),
    }
}

/// Returns whether the declared length is that of the body: without content, it is that of another response (RFC 9110,
/// section 8.6).
fn has_content(context: &RequestContext, status: StatusCode) -> bool {
    context.operation.method() != "HEAD" && status != StatusCode::NO_CONTENT
}

fn too_long(context: &RequestContext, response: &Response) -> Error {
    let max_bytes = context.shared.max_response_size;
    let text = format!("the response is longer than {max_bytes} bytes: see `max_response_size`");
    context
        .error(ErrorKind::Decode, text)
        .with_status(response.status().as_u16())
        .final_because("the response would be the same")
}

/// Reads the error of a response whose status is not 2xx. If the body is incomplete, the request failed because of the
/// connection, unless the status alone is enough to classify the failure.
async fn read_error(context: &RequestContext, response: &mut Response) -> Error {
    let mut chunks = Chunks::new(false);
    let mut interruption = None;
    while chunks.len < MAX_ERROR_BYTES {
        match context.deadline.run(response.chunk()).await {
            Some(Ok(Some(chunk))) => chunks.push(chunk),
            Some(Ok(None)) => break,
            Some(Err(error)) => {
                interruption = Some(context.http_error(error));
                break;
            }
            None => {
                interruption = Some(context.timed_out("the response was not complete"));
                break;
            }
        }
    }
    let status = response.status();
    let error = error_response::read(context, status, response.headers(), &chunks.join());
    match interruption {
        Some(interruption) if error.code().is_none() && is_explained_by_body(status) => {
            interruption.with_status(status.as_u16())
        }
        _ => error,
    }
}

/// Whether the failure is classified by the body, because the service and other servers send this status.
fn is_explained_by_body(status: StatusCode) -> bool {
    match status.as_u16() {
        // A proxy, a rate limit, or a gateway.
        407 | 429 | 502..=504 => false,
        status => status >= 400,
    }
}

/// Chunks of a body.
struct Chunks {
    first: Bytes,
    all: BytesMut,
    len: usize,
    /// Whether memory that is no longer used is wiped.
    is_secret: bool,
}

impl Chunks {
    fn new(is_secret: bool) -> Self {
        Self {
            first: Bytes::new(),
            all: BytesMut::new(),
            len: 0,
            is_secret,
        }
    }

    fn push(&mut self, chunk: Bytes) {
        self.len += chunk.len();
        if self.first.is_empty() {
            self.first = chunk;
        } else {
            if self.all.is_empty() {
                let first = self.first.clone();
                self.append(&first);
                if self.is_secret {
                    // The last reference, unless the HTTP stack has another one.
                    self.first = Bytes::from_static(b"-");
                    secret::wipe(first);
                }
            }
            self.append(&chunk);
            if self.is_secret {
                secret::wipe(chunk);
            }
        }
    }

    fn append(&mut self, chunk: &[u8]) {
        if self.is_secret {
            reserve_and_wipe(&mut self.all, chunk.len());
        }
        self.all.extend_from_slice(chunk);
    }

    fn join(mut self) -> Bytes {
        let first = mem::take(&mut self.first);
        match self.all.is_empty() {
            true => first,
            false => mem::take(&mut self.all).freeze(),
        }
    }
}

impl Drop for Chunks {
    /// Wipes a body that was not received completely.
    fn drop(&mut self) {
        if self.is_secret {
            secret::wipe(mem::take(&mut self.first));
            self.all.as_mut().zeroize();
        }
    }
}

/// Reserves memory for `additional` bytes, as [`BytesMut::reserve`] does, and wipes the memory that it replaces.
fn reserve_and_wipe(bytes: &mut BytesMut, additional: usize) {
    let required = bytes.len() + additional;
    if required > bytes.capacity() {
        let mut larger = BytesMut::with_capacity(required.max(2 * bytes.capacity()));
        larger.extend_from_slice(bytes);
        bytes.as_mut().zeroize();
        *bytes = larger;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        for is_secret in [false, true] {
            let mut chunks = Chunks::new(is_secret);
            for chunk in ["", "one", "", "two", "three", "", "four"] {
                chunks.push(Bytes::copy_from_slice(chunk.as_bytes()));
            }
            assert_eq!(chunks.len, 15);
            assert_eq!(chunks.join(), "onetwothreefour");
        }
    }

    /// With enough memory, the next bytes cause no copy that would not be wiped.
    #[test]
    fn memory_for_secrets_is_enough_and_less_than_twice_their_length() {
        let mut bytes = BytesMut::new();
        for additional in [1_000, 1, 999, 3_000, 1, 5_000] {
            let before = bytes.clone();
            reserve_and_wipe(&mut bytes, additional);
            assert_eq!(bytes, before);
            let required = bytes.len() + additional;
            let capacity = bytes.capacity();
            assert!((required..2 * required).contains(&capacity), "{capacity}");
            bytes.resize(required, b'x');
        }
    }
}
