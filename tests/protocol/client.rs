//! The runner for the client: makes the call of a case, and compares what was sent and returned.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backendless::testing::{Request, Responder, Response};
use backendless::{Client, ClientBuilder, Error, Profile};
use backendless_tests::{API_KEY, APP_ID, AddressForm};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::calls;
use crate::case::Case;
use crate::message;

/// The maximum response size of a client of the corpus.
pub(crate) const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// The origin of the clients whose responses come from memory.
const ORIGIN: &str = "https://api.example.com";

/// A client whose responses come from memory, in one dialect.
pub(crate) struct MemoryClient {
    profile: Profile,
    client: Client,
    exchange: Arc<Mutex<Script>>,
}

/// The responses to come, the last of which is repeated, and the requests so far.
#[derive(Default)]
struct Script {
    responses: VecDeque<Value>,
    requests: Vec<Request>,
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryClient {
    pub(crate) fn new(profile: Profile, address: AddressForm) -> Self {
        let exchange = Arc::new(Mutex::new(Script::default()));
        let script = Arc::clone(&exchange);
        let responder = Responder::new(move |request| {
            let mut script = lock(&script);
            script.requests.push(request);
            let next = match script.responses.len() {
                0 | 1 => script.responses.front().cloned(),
                _ => script.responses.pop_front(),
            };
            async move {
                next.map(response)
                    .ok_or_else(|| io::ErrorKind::Other.into())
            }
        });
        let builder = address.client_builder(ORIGIN, APP_ID, API_KEY);
        Self {
            profile,
            client: client(builder.responder(&responder), profile),
            exchange,
        }
    }

    /// Runs a case, and returns what differs.
    pub(crate) async fn run(&self, case: &Case) -> Vec<String> {
        let responses = case.value["responses"].as_array().into_iter().flatten();
        *lock(&self.exchange) = Script {
            responses: responses.cloned().collect(),
            requests: Vec::new(),
        };
        let start = tokio::time::Instant::now();
        let outcome = match make_call(&self.client, case).await {
            Ok(outcome) => outcome,
            Err(problems) => return problems,
        };
        let waited = start.elapsed();
        let requests = std::mem::take(&mut lock(&self.exchange).requests);
        let mut problems = problems_of_outcome(case, &outcome);
        problems.extend(problems_of_requests(case, self.profile, &requests));
        let waits = case.value["expect"]["waits"].as_u64().unwrap_or_default();
        if waited < Duration::from_secs(waits) {
            problems.push(format!("waited {waited:?} instead of {waits} s"));
        }
        problems
    }
}

/// A client with the settings of the corpus.
pub(crate) fn client(builder: ClientBuilder, profile: Profile) -> Client {
    let builder = builder
        .profile(profile)
        .retry_budget(1_000_000)
        .max_response_size(MAX_RESPONSE_BYTES)
        .timeout(Duration::from_secs(3_600));
    builder.build().expect("the settings are valid")
}

/// Makes the call of a case. An argument that no arm reads is a problem of the case.
pub(crate) async fn make_call(
    client: &Client,
    case: &Case,
) -> Result<Result<Value, Error>, Vec<String>> {
    let arguments = Arguments::new(&case.value["call"]);
    let client = match case.value["call"]["user-token"].as_str() {
        Some(token) => &client.with_user_token(token),
        None => client,
    };
    let outcome = calls::call(client, case.operation(), &arguments)
        .ok_or_else(|| vec!["no arm of the runner makes this call".to_owned()])?;
    match arguments.unread() {
        unread if unread.is_empty() => Ok(outcome.await),
        unread => Err(vec![format!(
            "the runner does not know the arguments {unread:?}"
        )]),
    }
}

fn response(script: Value) -> Response {
    let status = script["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    let mut response = Response::new(status.unwrap_or(200));
    for (name, value) in message::headers_of(&script) {
        response = response.header(&name, &value);
    }
    response.body(message::body_of(&script))
}

/// What differs between the outcome of a call and the one that the case expects.
pub(crate) fn problems_of_outcome(case: &Case, outcome: &Result<Value, Error>) -> Vec<String> {
    let expected = &case.value["expect"];
    let (actual, expected) = match (outcome, expected.get("error")) {
        (Ok(value), None) => (value.clone(), expected["value"].clone()),
        (Ok(value), Some(error)) => return vec![format!("returned {value} instead of {error}")],
        (Err(error), None) => return vec![format!("failed: {error}")],
        (Err(error), Some(expected)) => (error_json(error, expected), expected.clone()),
    };
    if actual == expected {
        return Vec::new();
    }
    vec![format!("returned {actual}\n    instead of {expected}")]
}

/// The properties of an error that the case names.
fn error_json(error: &Error, expected: &Value) -> Value {
    let all = json!({
        "kind": message::kebab_case(&format!("{:?}", error.kind())),
        "status": error.status(),
        "code": error.code().map(|code| code.get()),
        "message": error.message(),
        "attempts": error.attempts(),
    });
    let names = expected.as_object().into_iter().flatten();
    names
        .map(|(name, _)| (name.clone(), all[name].clone()))
        .collect()
}

/// The number of requests that a case expects: of the error, of the success, or one.
pub(crate) fn expected_requests(case: &Value) -> usize {
    let expected = &case["expect"];
    if case["request"].is_null() {
        return 0;
    }
    let attempts = match expected.get("error") {
        Some(error) => &error["attempts"],
        None => &expected["attempts"],
    };
    usize::try_from(attempts.as_u64().unwrap_or(1)).unwrap_or(1)
}

fn problems_of_requests(case: &Case, profile: Profile, requests: &[Request]) -> Vec<String> {
    let count = expected_requests(&case.value);
    let mut problems = Vec::new();
    if requests.len() != count {
        problems.push(format!("{} requests instead of {count}", requests.len()));
    }
    let expected = expected_request(&case.value, profile);
    for request in requests {
        problems.extend(problems_of_request(&expected, request));
    }
    problems
}

/// The request in the dialect of a profile: what `live` names replaces the same of `request`.
pub(crate) fn expected_request(case: &Value, profile: Profile) -> Value {
    let mut request = case["request"].clone();
    if profile == Profile::Live {
        for (name, value) in case["live"].as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
    }
    request
}

fn problems_of_request(expected: &Value, request: &Request) -> Vec<String> {
    let mut problems = Vec::new();
    let path = format!("{} {}", request.method(), request.path());
    let target = expected["target"].as_str().unwrap_or_default();
    let (expected_path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = expected["method"].as_str().unwrap_or_default();
    let expected_path = format!("{method} {expected_path}");
    if path != expected_path {
        problems.push(format!("sent {path}\n    instead of {expected_path}"));
    }
    let sent = message::query_parameters(request.query_string().unwrap_or_default());
    let expected_query = message::query_parameters(query);
    if sent != expected_query {
        problems.push(format!(
            "sent the parameters {sent:?}\n    instead of {expected_query:?}"
        ));
    }
    if request.origin() != ORIGIN {
        problems.push(format!("sent to {}", request.origin()));
    }
    for (name, value) in message::expected_headers(expected) {
        let actual = request.header(&name);
        if actual != value.as_deref() {
            problems.push(format!("sent {name}: {actual:?} instead of {value:?}"));
        }
    }
    let content_type = request.header("content-type").unwrap_or_default();
    problems.extend(message::problem_of_body(
        &expected["body"],
        content_type,
        request.body(),
    ));
    problems
}
