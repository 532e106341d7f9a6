//! The requests that a server received, and the text of a mock that received another number of them than expected.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use httpmock::HttpMockRequest;

use super::condition::shorten;
use super::lock;
use super::matcher::Expectation;
use super::route;

/// Maximum number of requests that are kept, and listed in a message.
const MAX_REQUESTS: usize = 20;

/// Why a mock did not respond to a request that has all its conditions.
const NOT_COUNTED: &str = "\n  not every request that has all conditions above was counted: a mock that was added \
     earlier responded, the mock was limited with `up_to_n_times`, or a condition added with `into_inner` differs";

/// The latest requests to a server.
#[derive(Clone, Default)]
pub(super) struct Received(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    latest: VecDeque<HttpMockRequest>,
    /// The number of requests that are no longer in `latest`.
    earlier: usize,
}

impl Received {
    /// Adds a mock that records each request and matches none. It has to be the first mock of the server.
    pub(super) fn record(&self, server: &httpmock::MockServer) {
        let received = self.clone();
        server.mock(|when, _| {
            when.is_true(move |request| {
                received.push(request);
                false
            });
        });
    }

    fn push(&self, request: &HttpMockRequest) {
        let mut state = lock(&self.0);
        state.latest.push_back(request.clone());
        if state.latest.len() > MAX_REQUESTS {
            state.latest.pop_front();
            state.earlier += 1;
        }
    }

    /// Describes why a mock received `calls` requests and not `expected`: what it expects, and what came instead.
    pub(super) fn describe(
        &self,
        expectation: &Expectation,
        expected: usize,
        calls: usize,
    ) -> String {
        let operation = expectation.operation();
        let state = lock(&self.0);
        let mut text = format!(
            "the mock of {} received {calls} {}, expected {expected}\n  expected: {} {}: {expectation}\n",
            operation.id(),
            if calls == 1 { "request" } else { "requests" },
            operation.method(),
            operation.path(),
        );
        match (state.latest.is_empty(), state.earlier) {
            (true, _) => text.push_str("  the server received no request"),
            (false, 0) => text.push_str("  the server received:"),
            (false, earlier) => {
                let _ = write!(
                    text,
                    "  the server received {earlier} earlier requests, and:"
                );
            }
        }
        let mut matching = 0;
        for request in &state.latest {
            let _ = write!(text, "\n  - {}", describe_request(request));
            let differences = expectation.differences(request);
            if differences.is_empty() {
                matching += 1;
                text.push_str("\n      has all conditions above");
            }
            for difference in differences {
                let _ = write!(text, "\n      {difference}");
            }
        }
        if matching > calls {
            text.push_str(NOT_COUNTED);
        }
        text
    }
}

/// Describes a request in one line. Headers and the app path are omitted: they contain secrets.
pub(super) fn describe_request(request: &HttpMockRequest) -> String {
    let path = route::after_app_path(request).unwrap_or_else(|| {
        "a path that does not start with the app path of this server".to_owned()
    });
    let query: Vec<String> = request
        .query_params()
        .iter()
        .map(|(name, value)| format!("{name}={}", shorten(value)))
        .collect();
    let query = match query.is_empty() {
        true => String::new(),
        false => format!(" with the query {}", query.join(" & ")),
    };
    format!("{} {}{query}", request.method_str(), shorten(&path))
}
