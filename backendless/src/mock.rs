//! A mock server for the tests of services, with one typed method per operation.
//!
//! Expected values are compared with the decoded values of the request, literally: a `.` or a `+` has no special meaning.
//! The methods of [`MockServer`] and the types of their closures are generated; this module contains what they share. The
//! module is for tests only.
//!
//! ```
//! use backendless::mock::MockServer;
//! use serde_json::json;
//!
//! let server = MockServer::start();
//! let people = server.find_objects(|when, then| {
//!     when.table_name("Person").where_("age > 20").page_size(10);
//!     then.ok(&json!([{ "objectId": "1", "name": "Bob" }]));
//! });
//! let client = server.client();
//! // ... a service that uses `client` ...
//! # drop(client);
//! people.assert_calls(0);
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, Then};
use serde::Serialize;
use serde_json::json;

pub use crate::generated::mock::*;
pub use any_request::{AnyRequestThen, AnyRequestWhen};
pub use handle::Mock;

use crate::encode::to_vec;
use crate::operation::Operation;
use matcher::Expectation;
pub(crate) use matcher::RequestMatcher;
use received::Received;

mod any_request;
mod condition;
mod handle;
mod matcher;
mod received;
mod route;

const APP_ID: &str = "mock-app-id";
const API_KEY: &str = "mock-rest-api-key";

/// An HTTP server with configured responses, on a free local port.
///
/// A request gets the response of the first mock that matches it. If no mock matches, the response is a 500 whose message
/// describes the request, and how it differs from each mock.
pub struct MockServer {
    server: httpmock::MockServer,
    fallback: Mutex<Fallback>,
    /// What each mock expects.
    mocks: Arc<Mutex<Expectations>>,
    received: Received,
}

type Expectations = Vec<Arc<Mutex<Expectation>>>;

/// The response to requests that no mock matches.
enum Fallback {
    /// The mock with this id. It is always the last one, because the first match has priority.
    Mock { id: usize },
    /// httpmock's own 404.
    Httpmock,
}

impl MockServer {
    /// Starts a server, and blocks until it listens.
    pub fn start() -> Self {
        Self::new(httpmock::MockServer::start())
    }

    /// Starts a server.
    pub async fn start_async() -> Self {
        Self::new(httpmock::MockServer::start_async().await)
    }

    fn new(server: httpmock::MockServer) -> Self {
        let mocks = Arc::default();
        let received = Received::default();
        received.record(&server);
        let id = add_fallback(&server, &mocks);
        Self {
            server,
            fallback: Mutex::new(Fallback::Mock { id }),
            mocks,
            received,
        }
    }

    /// Returns the origin, such as `http://127.0.0.1:49152`, for
    /// [`ClientBuilder::api_url`](crate::ClientBuilder::api_url), and for
    /// [`Client::for_domain`](crate::Client::for_domain) with its default path.
    pub fn url(&self) -> String {
        self.server.base_url()
    }

    /// Returns the app id that a request must have in its path.
    pub fn app_id(&self) -> &str {
        APP_ID
    }

    /// Returns the REST API key that a request must have in its path.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// Creates a client of this server, without a user token.
    pub fn client(&self) -> crate::Client {
        crate::Client::builder(APP_ID, API_KEY)
            .api_url(self.url())
            .build()
            .expect("the address of a mock server is a valid API URL")
    }

    /// Returns the underlying httpmock server, for mocks that the typed methods do not cover.
    ///
    /// After this call a request that no mock matches gets httpmock's own 404. The response of this type would have
    /// priority over mocks that are added to httpmock directly.
    pub fn server(&self) -> &httpmock::MockServer {
        let mut fallback = lock(&self.fallback);
        if let Fallback::Mock { id } = *fallback {
            httpmock::Mock::new(id, &self.server).delete();
            *fallback = Fallback::Httpmock;
        }
        &self.server
    }

    fn descriptions(&self) -> Vec<String> {
        let mocks = lock(&self.mocks);
        mocks.iter().map(|mock| lock(mock).to_string()).collect()
    }

    /// Adds a mock of one operation.
    pub(crate) fn expect(
        &self,
        operation: &'static Operation,
        configure: impl FnOnce(RequestMatcher, Responder),
    ) -> Mock<'_> {
        let mut expectation = None;
        let mock = self.server.mock(|when, then| {
            let (matcher, conditions) = RequestMatcher::new(when, operation);
            expectation = Some(conditions);
            configure(matcher, Responder { then });
        });
        let expectation = expectation.expect("httpmock configures a mock when it is added");
        lock(&self.mocks).push(Arc::clone(&expectation));
        let mut fallback = lock(&self.fallback);
        if let Fallback::Mock { id } = &mut *fallback {
            httpmock::Mock::new(*id, &self.server).delete();
            *id = add_fallback(&self.server, &self.mocks);
        }
        drop(fallback);
        Mock::new(mock, expectation, self.received.clone())
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("url", &self.url())
            .field("mocks", &self.descriptions())
            .finish_non_exhaustive()
    }
}

/// Locks a mutex, poisoned or not: no panic leaves these values in an invalid state.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add_fallback(server: &httpmock::MockServer, mocks: &Arc<Mutex<Expectations>>) -> usize {
    let mocks = Arc::clone(mocks);
    let mock = server.mock(|_, then| {
        then.respond_with(move |request| {
            let body =
                json!({ "message": describe_unmatched(request, &lock(&mocks)), "errorData": {} });
            HttpMockResponse::builder()
                .status(500)
                .header("content-type", "application/json")
                .body(body.to_string())
                .build()
        });
    });
    mock.id()
}

/// Describes a request that no mock matches, and how it differs from each mock, those of its operation first.
fn describe_unmatched(request: &HttpMockRequest, mocks: &Expectations) -> String {
    let mut mocks: Vec<_> = mocks.iter().map(|mock| lock(mock)).collect();
    mocks.sort_by_key(|mock| !mock.is_of_operation(request));
    let described: Vec<String> = mocks
        .iter()
        .map(|mock| match mock.differences(request).as_slice() {
            [] => format!("{mock} (a condition added with `into_inner` differs)"),
            differences => format!("{mock} ({})", differences.join(", ")),
        })
        .collect();
    let mocks = match described.is_empty() {
        true => "there are none".to_owned(),
        false => described.join("; "),
    };
    let request = received::describe_request(request);
    format!("no mock matches {request}. Mocks: {mocks}")
}

/// The response of a mock.
pub(crate) struct Responder {
    then: Then,
}

impl Responder {
    /// Responds with 200 and a JSON body.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let body = to_vec(body)
            .map(|mut body| std::mem::take(&mut *body))
            .unwrap_or_else(|problem| panic!("the response body cannot be serialized: {problem}"));
        self.with(200, Some(body), "application/json")
    }

    /// Responds with 200 and bytes.
    pub(crate) fn bytes(self, body: Vec<u8>) -> Self {
        self.with(200, Some(body), "application/octet-stream")
    }

    /// Responds with 200 and an empty body.
    pub(crate) fn empty(self) -> Self {
        self.with(200, None, "")
    }

    /// Responds with an error in the form of Backendless.
    pub(crate) fn error(self, status: u16, code: i64, message: &str) -> Self {
        let body = json!({ "code": code, "message": message, "errorData": {} });
        self.with(
            status,
            Some(body.to_string().into_bytes()),
            "application/json",
        )
    }

    fn with(self, status: u16, body: Option<Vec<u8>>, content_type: &str) -> Self {
        let then = self.then.status(status);
        let then = match body {
            Some(body) => then.header("content-type", content_type).body(body),
            None => then,
        };
        Self { then }
    }

    pub(crate) fn into_inner(self) -> Then {
        self.then
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Responder")
    }
}

#[cfg(test)]
mod assertion_tests;
#[cfg(test)]
mod tests;
