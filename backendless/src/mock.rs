//! A mock server for the tests of services: one typed method per operation, behind the app path as the client sends it.
//!
//! Values are compared literally and decoded, so a `.` or a `+` means itself. The methods of [`MockServer`] and the types
//! they take are generated; this module holds what they share. It is for tests and never part of a service.
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

/// A server that answers as it was told to, on a free port of this machine.
///
/// The first mock that matches a request answers it. What no mock matches is answered with 500 and a message that says
/// what came in and which mocks there are.
pub struct MockServer {
    server: httpmock::MockServer,
    unmatched: Mutex<Unmatched>,
    /// What each mock expects, in words.
    mocks: Arc<Mutex<Vec<String>>>,
}

/// The mock that answers what no other matches. It is always the last one, because the first that matches answers.
enum Unmatched {
    Answered {
        mock: usize,
    },
    /// httpmock was handed out, and answers for itself.
    Left,
}

impl MockServer {
    /// Starts a server and waits until it listens.
    pub fn start() -> Self {
        Self::around(httpmock::MockServer::start())
    }

    /// Starts a server.
    pub async fn start_async() -> Self {
        Self::around(httpmock::MockServer::start_async().await)
    }

    fn around(server: httpmock::MockServer) -> Self {
        let mocks = Arc::new(Mutex::new(Vec::new()));
        let mock = answer_unmatched(&server, &mocks);
        Self {
            server,
            unmatched: Mutex::new(Unmatched::Answered { mock }),
            mocks,
        }
    }

    /// The origin, as [`ClientBuilder::api_url`](crate::ClientBuilder::api_url) takes it: `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        self.server.base_url()
    }

    /// The app id that requests must carry.
    pub fn app_id(&self) -> &str {
        APP_ID
    }

    /// The REST API key that requests must carry.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// A client of this server, with no user token.
    pub fn client(&self) -> crate::Client {
        crate::Client::builder(APP_ID, API_KEY)
            .api_url(self.url())
            .build()
            .expect("the address of a mock server is a valid API URL")
    }

    /// The server itself, for what the typed methods do not cover.
    ///
    /// From then on httpmock answers what no mock matches, with its own 404: an answer of ours would come before any mock
    /// that is added this way.
    pub fn server(&self) -> &httpmock::MockServer {
        let mut unmatched = locked(&self.unmatched);
        if let Unmatched::Answered { mock } = *unmatched {
            Mock::new(mock, &self.server).delete();
            *unmatched = Unmatched::Left;
        }
        &self.server
    }

    /// Adds a mock of one operation.
    pub(crate) fn expect(
        &self,
        operation: &'static Operation,
        configure: impl FnOnce(Matching, Answering),
    ) -> Mock<'_> {
        let words = Arc::new(Mutex::new(operation.id().to_owned()));
        let mock = self.server.mock(|when, then| {
            configure(
                Matching::new(when, operation, Arc::clone(&words)),
                Answering { then },
            );
        });
        locked(&self.mocks).push(locked(&words).clone());
        let mut unmatched = locked(&self.unmatched);
        if let Unmatched::Answered { mock } = &mut *unmatched {
            Mock::new(*mock, &self.server).delete();
            *mock = answer_unmatched(&self.server, &self.mocks);
        }
        mock
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("url", &self.url())
            .field("mocks", &*locked(&self.mocks))
            .finish_non_exhaustive()
    }
}

/// A mutex that guards words only: a panic elsewhere leaves them as good as they were.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer_unmatched(server: &httpmock::MockServer, mocks: &Arc<Mutex<Vec<String>>>) -> usize {
    let mocks = Arc::clone(mocks);
    let mock = server.mock(|_, then| {
        then.respond_with(move |request| {
            let body = json!({ "message": unmatched(request, &locked(&mocks)), "errorData": {} });
            HttpMockResponse::builder()
                .status(500)
                .header("content-type", "application/json")
                .body(body.to_string())
                .build()
        });
    });
    mock.id()
}

/// What came in and what was expected. Headers are left out, and so is the app path: they hold secrets.
fn unmatched(request: &HttpMockRequest, mocks: &[String]) -> String {
    let path = route::behind_app_path(request)
        .unwrap_or_else(|| "a path that is not behind the app path of this server".to_owned());
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

/// What a mock expects of a request.
pub(crate) struct Matching {
    when: When,
    operation: &'static Operation,
    words: Arc<Mutex<String>>,
}

impl Matching {
    fn new(when: When, operation: &'static Operation, words: Arc<Mutex<String>>) -> Self {
        let route = Route::of(operation);
        let when = when
            .method(operation.method())
            .is_true(move |request| route.values(request).is_some());
        Self {
            when,
            operation,
            words,
        }
    }

    /// A predicate, and the words for it.
    fn and(
        self,
        words: &str,
        predicate: impl Fn(&HttpMockRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        locked(&self.words).push_str(&format!(", {words}"));
        let when = self.when.is_true(predicate);
        Self { when, ..self }
    }

    /// The decoded value of a parameter of the path.
    pub(crate) fn path(self, name: &'static str, value: String) -> Self {
        let route = Route::of(self.operation);
        self.and(&format!("{name} = {value}"), move |request| {
            let values = route.values(request).unwrap_or_default();
            values
                .iter()
                .any(|(found, decoded)| *found == name && *decoded == value)
        })
    }

    /// All decoded values of a query parameter, in their order.
    pub(crate) fn query(self, name: &'static str, expected: Vec<String>) -> Self {
        self.and(
            &format!("{name} = {}", expected.join(", ")),
            move |request| query(request, name) == expected,
        )
    }

    /// A number in the query, however it is written.
    pub(crate) fn query_number(self, name: &'static str, expected: f64) -> Self {
        self.and(&format!("{name} = {expected}"), move |request| {
            let values = query(request, name);
            matches!(values.as_slice(), [value] if value.parse() == Ok(expected))
        })
    }

    /// The value of a header.
    #[allow(
        dead_code,
        reason = "for operations the specification does not have today"
    )]
    pub(crate) fn header(self, name: &'static str, value: String) -> Self {
        self.and(&format!("{name} = {value}"), move |request| {
            header(request, name) == Some(&value)
        })
    }

    /// The user token. Its value is a secret, so the words do not say it.
    pub(crate) fn user_token(self, token: String) -> Self {
        self.and("the user token", move |request| {
            header(request, "user-token") == Some(&token)
        })
    }

    /// A JSON body, compared as a value: the order of keys and white space mean nothing.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let expected = serde_json::to_value(body)
            .expect("an expected body is JSON, as the body of a request has to be");
        self.and("the JSON body", move |request| {
            serde_json::from_slice::<Value>(request.body_ref()).is_ok_and(|body| body == expected)
        })
    }

    /// A body of bytes.
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

impl fmt::Debug for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&locked(&self.words))
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

/// What a mock answers.
pub(crate) struct Answering {
    then: Then,
}

impl Answering {
    /// 200 with a JSON body.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let body = serde_json::to_string(body)
            .expect("an answer is JSON, as Backendless would have to write it");
        self.with(200, Some(body.into_bytes()), "application/json")
    }

    /// 200 with bytes.
    #[allow(
        dead_code,
        reason = "for operations the specification does not have today"
    )]
    pub(crate) fn bytes(self, body: Vec<u8>) -> Self {
        self.with(200, Some(body), "application/octet-stream")
    }

    /// 200 with nothing.
    pub(crate) fn empty(self) -> Self {
        self.with(200, None, "")
    }

    /// The envelope in which Backendless reports errors.
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

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }
}

#[cfg(test)]
mod tests;
