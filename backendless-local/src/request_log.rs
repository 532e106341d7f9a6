//! The last requests of a server: recorded by `http::recording`, read by tests and by the console.
//!
//! Parts of bodies are stored as they were sent, and masked when they are read or written as lines, so that a request costs
//! little.

mod capture;
mod headers;
mod line;
mod masking;
mod summary;
mod writer;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

pub(crate) use capture::{Capture, MAX_BODY_BYTES};
pub(crate) use headers::Headers;
use masking::{Masker, Secrets};
pub(crate) use summary::Summary;
use writer::{LineWriter, Written};

use crate::clock::Clock;
use crate::faults::Fault;

/// Number of requests that are kept, unless the builder sets another one.
pub(crate) const CAPACITY: usize = 500;

/// A request that a server received, with its response; returned by [`Server::requests`](crate::Server::requests).
///
/// Secrets are replaced by `***`: the app id and the keys of the application, user tokens, and the values of properties,
/// headers and parameters whose names contain `password`, `token`, `secret` or the like, all constants of a clause that has
/// such a name, and the tokens of confirmation addresses.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
/// let login = reqwest::Client::new()
///     .post(format!("{base}/users/login"))
///     .body(r#"{"login":"ann@example.com","password":"pa55"}"#);
/// login.send().await?;
///
/// let request = server.requests().pop().expect("the login was recorded");
/// assert_eq!((request.method(), request.path()), ("POST", "/users/login"));
/// assert_eq!((request.status(), request.error_code()), (Some(401), Some(3003)));
/// let body = request.request().body();
/// assert_eq!(body, Some(r#"{"login":"ann@example.com","password":"***"}"#));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRequest {
    id: u64,
    method: String,
    path: String,
    template: Option<String>,
    received: SystemTime,
    duration: Duration,
    status: Option<u16>,
    error_code: Option<i64>,
    fault: Option<Fault>,
    request: RecordedMessage,
    response: RecordedMessage,
}

impl RecordedRequest {
    /// Returns the number of the request since the start of the server, from 1.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns the method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path after the app id and the key, with the parameters, as it was sent: encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path of the operation with placeholders, such as `/data/{table-name}/count`; `None` if there is no
    /// such operation.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// Returns the time of the server's clock when the request arrived.
    #[must_use]
    pub fn received(&self) -> SystemTime {
        self.received
    }

    /// Returns the time from the head of the request to that of the response.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns the status code; `None` if the client received no response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the code of an error response, such as 1009 for an unknown table.
    #[must_use]
    pub fn error_code(&self) -> Option<i64> {
        self.error_code
    }

    /// Returns the fault that was injected into the request.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Returns the headers and the body of the request.
    #[must_use]
    pub fn request(&self) -> &RecordedMessage {
        &self.request
    }

    /// Returns the headers and the body of the response; empty if the client received none.
    #[must_use]
    pub fn response(&self) -> &RecordedMessage {
        &self.response
    }
}

/// The headers and the body of a [`RecordedRequest`] or of its response.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
/// reqwest::get(format!("{base}/counters/visits")).await?;
///
/// let requests = server.requests();
/// let response = requests[0].response();
/// assert_eq!((response.body(), response.body_bytes()), (Some("0"), 1));
/// assert!(!response.is_truncated());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedMessage {
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_bytes: u64,
    is_truncated: bool,
}

impl RecordedMessage {
    /// Returns the names of the headers, in lower case, and their values: at most 8 KiB. In place of a longer value is its
    /// length, as in `(9000 bytes, not recorded)`; of many headers, the last ones are missing.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the first 16 KiB of the body; `None` if it is empty, or neither JSON, a form without files, nor of a type such
    /// as `text/plain`, so that it is not known where its secrets are, or if a header with a secret was too long to be recorded.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// Returns how many bytes of the body the server received or sent.
    #[must_use]
    pub fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// Whether the body is longer than the part that [`body`](Self::body) returns.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }
}

/// A request as it was received, with its response.
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) template: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Fault>,
    pub(crate) request: Message,
    pub(crate) response: Message,
}

/// Headers and body of a request or a response. The capture may still grow.
#[derive(Default)]
pub(crate) struct Message {
    pub(crate) headers: Headers,
    pub(crate) body: Capture,
}

/// An exchange in the log.
struct Entry {
    id: u64,
    received: i64,
    duration: Duration,
    exchange: Exchange,
    /// Once the exchange is complete and was in a list: masking its bodies takes long.
    summary: OnceLock<Arc<Summary>>,
}

/// The last requests of one server.
pub(crate) struct RequestLog {
    clock: Clock,
    secrets: Arc<Secrets>,
    /// If each request is also written as a line.
    writer: Option<LineWriter>,
    /// Maximum number of requests that are kept.
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_id: u64,
    /// In ascending order of the ids.
    entries: VecDeque<Arc<Entry>>,
}

impl RequestLog {
    /// Creates an empty log for a number of requests. `secrets` are the app id and the keys of the application.
    pub(crate) fn new(clock: Clock, secrets: Vec<String>, capacity: usize) -> RequestLog {
        RequestLog {
            clock,
            secrets: Arc::new(Secrets::new(secrets)),
            writer: None,
            capacity,
            state: Mutex::default(),
        }
    }

    /// Writes each request as a line as well.
    pub(crate) fn with_lines(self, output: impl Write + Send + 'static) -> io::Result<RequestLog> {
        let writer = LineWriter::start(output, Arc::clone(&self.secrets))?;
        Ok(RequestLog {
            writer: Some(writer),
            ..self
        })
    }

    /// Returns the time at which a request arrives.
    pub(crate) fn arrival(&self) -> Arrival {
        Arrival {
            received: self.clock.now(),
            started: Instant::now(),
        }
    }

    /// Adds a request, in place of the oldest one if the log is full. Returns `None` if it is not written as a line.
    pub(crate) fn add(&self, arrival: Arrival, exchange: Exchange) -> Option<Written> {
        let mut state = self.state();
        state.last_id += 1;
        let entry = Entry {
            id: state.last_id,
            received: arrival.received,
            duration: arrival.started.elapsed(),
            exchange,
            summary: OnceLock::new(),
        };
        let entry = Arc::new(entry);
        state.entries.push_back(Arc::clone(&entry));
        if state.entries.len() > self.capacity {
            state.entries.pop_front();
        }
        drop(state);
        self.writer.as_ref().map(|writer| writer.add(entry))
    }

    /// Waits until all requests are written as lines, or for a time limit. Further ones are not written.
    pub(crate) fn finish(&self, limit: Duration) {
        if let Some(writer) = &self.writer {
            writer.finish(limit);
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns all requests, the oldest first.
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        let entries = self.entries(|_| true);
        entries.iter().map(|entry| self.masked(entry)).collect()
    }

    /// Returns the summaries of the requests with ids above `after` and of those with the ids `incomplete`, the oldest first.
    pub(crate) fn summaries(&self, after: u64, incomplete: &[u64]) -> Vec<Arc<Summary>> {
        let entries = self.entries(|id| id > after || incomplete.contains(&id));
        entries.iter().map(|entry| self.summary(entry)).collect()
    }

    /// Returns the request with an id and its summary; `None` if the log no longer contains it.
    pub(crate) fn get(&self, id: u64) -> Option<(Arc<Summary>, RecordedRequest)> {
        let entry = self.entries(|other| other == id).pop()?;
        Some((self.summary(&entry), self.masked(&entry)))
    }

    /// Returns the entries with some ids. Masking them takes longer than a request may wait for the log.
    fn entries(&self, is_wanted: impl Fn(u64) -> bool) -> Vec<Arc<Entry>> {
        let state = self.state();
        let entries = state.entries.iter().filter(|entry| is_wanted(entry.id));
        entries.cloned().collect()
    }

    /// Deletes all requests. The ids go on.
    pub(crate) fn clear(&self) {
        self.state().entries.clear();
    }

    fn masked(&self, entry: &Entry) -> RecordedRequest {
        let exchange = &entry.exchange;
        let masker = Masker::of(exchange, &self.secrets);
        RecordedRequest {
            id: entry.id,
            method: exchange.method.clone(),
            path: masker.path(),
            template: exchange.template.clone(),
            received: entry.received(),
            duration: entry.duration,
            status: exchange.status,
            error_code: error_code(exchange.status, &exchange.response.body),
            fault: exchange.fault,
            request: masker.request(),
            response: masker.response(),
        }
    }

    fn summary(&self, entry: &Entry) -> Arc<Summary> {
        if let Some(summary) = entry.summary.get() {
            return Arc::clone(summary);
        }
        let summary = Arc::new(self.new_summary(entry));
        match summary.is_complete {
            true => Arc::clone(entry.summary.get_or_init(|| summary)),
            false => summary,
        }
    }

    fn new_summary(&self, entry: &Entry) -> Summary {
        let exchange = &entry.exchange;
        let (request, response) = (&exchange.request, &exchange.response);
        // First: more of a body may arrive while the rest is read.
        let is_complete = !request.body.is_open() && !response.body.is_open();
        let masker = Masker::of(exchange, &self.secrets);
        let error_code = error_code(exchange.status, &response.body);
        let message = error_code.and_then(|_| {
            let error: serde_json::Value = serde_json::from_str(&masker.response_body()?).ok()?;
            error["message"].as_str().map(str::to_owned)
        });
        Summary {
            id: entry.id,
            method: exchange.method.clone(),
            path: masker.path(),
            template: exchange.template.clone(),
            status: exchange.status,
            error_code,
            error_message: message,
            fault: exchange.fault,
            received: entry.received(),
            duration: entry.duration,
            request_bytes: request.body.size(),
            response_bytes: response.body.size(),
            is_complete,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn received(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.received.unsigned_abs())
    }
}

/// When a request arrived.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    received: i64,
    started: Instant,
}

/// Returns the code in the body of an error response.
fn error_code(status: Option<u16>, body: &Capture) -> Option<i64> {
    #[derive(Deserialize)]
    struct Envelope {
        code: i64,
    }
    status.filter(|status| *status >= 400)?;
    let envelope: Envelope = serde_json::from_str(&body.text()?).ok()?;
    Some(envelope.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(path: &str) -> Exchange {
        Exchange {
            method: "GET".to_owned(),
            path: path.to_owned(),
            template: None,
            status: Some(200),
            fault: None,
            request: Message::default(),
            response: Message::default(),
        }
    }

    #[test]
    fn the_oldest_requests_are_dropped() {
        let log = RequestLog::new(Clock::default(), Vec::new(), 3);
        for number in 0..5 {
            log.add(log.arrival(), exchange(&format!("/{number}")));
        }
        let requests = log.all();
        assert_eq!(requests.len(), 3);
        assert_eq!((requests[0].id(), requests[0].path()), (3, "/2"));
        assert!(log.get(2).is_none());
        assert_eq!(log.get(3).map(|(_, request)| request.id()), Some(3));
        let ids = |after, incomplete: &[u64]| {
            let summaries = log.summaries(after, incomplete).into_iter();
            summaries.map(|summary| summary.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(3, &[]), [4, 5]);
        assert_eq!(ids(4, &[1, 3]), [3, 5]);
        log.clear();
        log.add(log.arrival(), exchange("/x"));
        assert_eq!(log.all()[0].id(), 6);
    }

    #[test]
    fn the_readme_has_the_capacity() {
        let text = format!("the last {CAPACITY} requests");
        assert!(crate::README.contains(&text), "{text}");
    }

    #[test]
    fn a_log_without_capacity_stays_empty() {
        let log = RequestLog::new(Clock::default(), Vec::new(), 0);
        log.add(log.arrival(), exchange("/x"));
        assert!(log.all().is_empty());
    }

    /// An exchange with each secret in a place by which it is known, and all of them in the path and in the response.
    fn exchange_with_secrets(response: &Capture) -> Exchange {
        let headers = [("user-token", &b"token-canary"[..])];
        let (headers, _) = Headers::record(headers.into_iter());
        let request = Capture::default();
        request.record(br#"{"password": "pa55-canary"}"#);
        response.record(
            br#"{"code": 1, "message": "token-canary pa55-canary APP-KEY x", "errorData": {"secret": "s3-canary"}}"#,
        );
        Exchange {
            status: Some(400),
            request: Message {
                headers,
                body: request,
            },
            response: Message {
                headers: Headers::default(),
                body: response.clone(),
            },
            ..exchange("/token-canary/pa55-canary/s3-canary?a=APP-KEY&token=other-canary")
        }
    }

    #[test]
    fn every_form_of_a_request_masks_the_same_secrets() {
        let log = RequestLog::new(Clock::default(), vec!["APP-KEY".to_owned()], 1);
        log.add(log.arrival(), exchange_with_secrets(&Capture::default()));
        let path = "/***/***/***?a=***&token=***";
        let message = "*** *** *** x";

        let (summary, request) = log.get(1).unwrap();
        assert_eq!(
            (summary.path.as_str(), summary.error_message.as_deref()),
            (path, Some(message))
        );
        assert_eq!(
            (summary.error_code, request.error_code()),
            (Some(1), Some(1))
        );
        assert_eq!(request.path(), path);
        let body = request.response().body().unwrap();
        assert!(body.contains(message), "{body}");

        let line = line::line(&log.entries(|_| true)[0], &log.secrets);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["path"], "/***/***/***");
        assert!(!format!("{request:?}{line}").contains("canary"));
    }

    #[test]
    fn a_request_is_complete_when_its_response_is() {
        let log = RequestLog::new(Clock::default(), Vec::new(), 1);
        let response = Capture::default();
        response.open();
        log.add(log.arrival(), exchange_with_secrets(&response));
        let summary = || log.summaries(0, &[]).remove(0);
        let (first, second) = (summary(), summary());
        assert!(!first.is_complete && !Arc::ptr_eq(&first, &second));
        response.record(b"more");
        response.close();
        let (third, fourth) = (summary(), summary());
        assert_eq!(third.response_bytes, first.response_bytes + 4);
        assert!(third.is_complete);
        // Its secrets are masked once.
        assert!(Arc::ptr_eq(&third, &fourth));
    }
}
