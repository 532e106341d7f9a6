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

use httpmock::{HttpMockRequest, HttpMockResponse, Mock, Then, When};
use serde::Serialize;
use serde_json::{Value, json};

pub use crate::generated::mock::*;

use crate::operation::Operation;
use route::Route;

mod route;

const APP_ID: &str = "mock-app-id";
const API_KEY: &str = "mock-rest-api-key";

/// An HTTP server with configured responses, on a free local port.
///
/// A request gets the response of the first mock that matches it. If no mock matches, the response is a 500 whose message
/// describes the request and lists all mocks.
pub struct MockServer {
    server: httpmock::MockServer,
    fallback: Mutex<Fallback>,
    /// A description of what each mock expects.
    mocks: Arc<Mutex<Vec<String>>>,
}

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
        let mocks = Arc::new(Mutex::new(Vec::new()));
        let id = add_fallback(&server, &mocks);
        Self {
            server,
            fallback: Mutex::new(Fallback::Mock { id }),
            mocks,
        }
    }

    /// Returns the origin, such as `http://127.0.0.1:49152`, for
    /// [`ClientBuilder::api_url`](crate::ClientBuilder::api_url).
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
            Mock::new(id, &self.server).delete();
            *fallback = Fallback::Httpmock;
        }
        &self.server
    }

    /// Adds a mock of one operation.
    pub(crate) fn expect(
        &self,
        operation: &'static Operation,
        configure: impl FnOnce(RequestMatcher, Responder),
    ) -> Mock<'_> {
        let description = Arc::new(Mutex::new(operation.id().to_owned()));
        let mock = self.server.mock(|when, then| {
            configure(
                RequestMatcher::new(when, operation, Arc::clone(&description)),
                Responder { then },
            );
        });
        lock(&self.mocks).push(lock(&description).clone());
        let mut fallback = lock(&self.fallback);
        if let Fallback::Mock { id } = &mut *fallback {
            Mock::new(*id, &self.server).delete();
            *id = add_fallback(&self.server, &self.mocks);
        }
        mock
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("url", &self.url())
            .field("mocks", &*lock(&self.mocks))
            .finish_non_exhaustive()
    }
}

/// Locks a mutex, poisoned or not: no panic leaves these values in an invalid state.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add_fallback(server: &httpmock::MockServer, mocks: &Arc<Mutex<Vec<String>>>) -> usize {
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

/// Describes a request that no mock matches, and all mocks. Headers and the app path are omitted: they contain secrets.
fn describe_unmatched(request: &HttpMockRequest, mocks: &[String]) -> String {
    let path = route::after_app_path(request).unwrap_or_else(|| {
        "a path that does not start with the app path of this server".to_owned()
    });
    let query: Vec<String> = request
        .query_params()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = match query.is_empty() {
        true => String::new(),
        false => format!(" with the query {}", query.join(" & ")),
    };
    let mocks = match mocks.is_empty() {
        true => "there are none".to_owned(),
        false => mocks.join("; "),
    };
    format!(
        "no mock matches {} {path}{query}. Mocks: {mocks}",
        request.method_str()
    )
}

/// What a mock expects in a request.
pub(crate) struct RequestMatcher {
    when: When,
    operation: &'static Operation,
    description: Arc<Mutex<String>>,
}

impl RequestMatcher {
    fn new(when: When, operation: &'static Operation, description: Arc<Mutex<String>>) -> Self {
        let route = Route::of(operation);
        let when = when
            .method(operation.method())
            .is_true(move |request| route.values(request).is_some());
        Self {
            when,
            operation,
            description,
        }
    }

    /// Adds a predicate and its description.
    fn and(
        self,
        description: &str,
        predicate: impl Fn(&HttpMockRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        lock(&self.description).push_str(&format!(", {description}"));
        let when = self.when.is_true(predicate);
        Self { when, ..self }
    }

    /// Expects the decoded value of a path parameter.
    pub(crate) fn path(self, name: &'static str, value: String) -> Self {
        let route = Route::of(self.operation);
        self.and(&format!("{name} = {value}"), move |request| {
            let values = route.values(request).unwrap_or_default();
            values
                .iter()
                .any(|(found, decoded)| *found == name && *decoded == value)
        })
    }

    /// Expects all decoded values of a query parameter, in this order.
    pub(crate) fn query(self, name: &'static str, expected: Vec<String>) -> Self {
        self.and(
            &format!("{name} = {}", expected.join(", ")),
            move |request| query(request, name) == expected,
        )
    }

    /// Expects a number in the query, in any notation.
    pub(crate) fn query_number(self, name: &'static str, expected: f64) -> Self {
        self.and(&format!("{name} = {expected}"), move |request| {
            let values = query(request, name);
            matches!(values.as_slice(), [value] if value.parse() == Ok(expected))
        })
    }

    /// Expects the value of a header.
    #[allow(
        dead_code,
        reason = "for operations the specification does not have today"
    )]
    pub(crate) fn header(self, name: &'static str, value: String) -> Self {
        self.and(&format!("{name} = {value}"), move |request| {
            header(request, name) == Some(&value)
        })
    }

    /// Expects the user token. It is a secret, so the description does not contain it.
    pub(crate) fn user_token(self, token: String) -> Self {
        self.and("the user token", move |request| {
            header(request, "user-token") == Some(&token)
        })
    }

    /// Expects a JSON body. The order of keys and white space are ignored.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let expected =
            serde_json::to_value(body).expect("the expected body must be serializable as JSON");
        self.and("the JSON body", move |request| {
            serde_json::from_slice::<Value>(request.body_ref()).is_ok_and(|body| body == expected)
        })
    }

    /// Expects a body of bytes.
    #[allow(
        dead_code,
        reason = "for operations the specification does not have today"
    )]
    pub(crate) fn bytes(self, expected: Vec<u8>) -> Self {
        self.and("the body", move |request| request.body_ref() == expected)
    }

    pub(crate) fn into_inner(self) -> When {
        self.when
    }
}

impl fmt::Debug for RequestMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lock(&self.description))
    }
}

fn query(request: &HttpMockRequest, name: &str) -> Vec<String> {
    let all = request.query_params().into_iter();
    all.filter(|(found, _)| found == name)
        .map(|(_, value)| value)
        .collect()
}

fn header<'r>(request: &'r HttpMockRequest, name: &str) -> Option<&'r String> {
    let mut all = request.headers_vec().iter();
    all.find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The response of a mock.
pub(crate) struct Responder {
    then: Then,
}

impl Responder {
    /// Responds with 200 and a JSON body.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let body =
            serde_json::to_string(body).expect("the response body must be serializable as JSON");
        self.with(200, Some(body.into_bytes()), "application/json")
    }

    /// Responds with 200 and bytes.
    #[allow(
        dead_code,
        reason = "for operations the specification does not have today"
    )]
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
mod tests;
