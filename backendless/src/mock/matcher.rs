//! What a mock expects in a request: an operation, and conditions on the request.

use std::fmt;
use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, When};
use serde::Serialize;

use super::condition::{Condition, Matches};
use super::lock;
use super::route::Route;
use crate::encode::to_value;
use crate::operation::Operation;

/// The operation and the conditions of a mock. It is complete when the mock is added.
pub(super) struct Expectation {
    operation: &'static Operation,
    conditions: Vec<Arc<Condition>>,
}

impl Expectation {
    pub(super) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Returns how `request` differs from this expectation; empty if it has all conditions.
    pub(super) fn differences(&self, request: &HttpMockRequest) -> Vec<String> {
        let route = Route::of(self.operation);
        if !self.is_of_operation(request) {
            return Vec::from(["another operation".to_owned()]);
        }
        let conditions = self.conditions.iter();
        conditions
            .flat_map(|condition| match condition.check(&route, request) {
                Matches::Yes => Vec::new(),
                Matches::No(differences) => differences,
            })
            .collect()
    }

    pub(super) fn is_of_operation(&self, request: &HttpMockRequest) -> bool {
        let has_method = request.method_str() == self.operation.method();
        has_method && Route::of(self.operation).values(request).is_some()
    }
}

/// Writes the operation and its conditions in one line.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation.id())?;
        for condition in &self.conditions {
            write!(f, ", {condition}")?;
        }
        Ok(())
    }
}

/// What a mock expects in a request.
pub(crate) struct RequestMatcher {
    when: When,
    route: Route,
    expectation: Arc<Mutex<Expectation>>,
}

impl RequestMatcher {
    /// Starts a mock of `operation`. The second value contains the conditions that are added to the first.
    pub(super) fn new(
        when: When,
        operation: &'static Operation,
    ) -> (Self, Arc<Mutex<Expectation>>) {
        let route = Route::of(operation);
        let matched = route.clone();
        let when = when
            .method(operation.method())
            .is_true(move |request| matched.values(request).is_some());
        let expectation = Arc::new(Mutex::new(Expectation {
            operation,
            conditions: Vec::new(),
        }));
        let matcher = Self {
            when,
            route,
            expectation: Arc::clone(&expectation),
        };
        (matcher, expectation)
    }

    fn and(self, condition: Condition) -> Self {
        let condition = Arc::new(condition);
        lock(&self.expectation)
            .conditions
            .push(Arc::clone(&condition));
        let route = self.route.clone();
        let when = self
            .when
            .is_true(move |request| matches!(condition.check(&route, request), Matches::Yes));
        Self { when, ..self }
    }

    /// Expects the decoded value of a path parameter.
    pub(crate) fn path(self, name: &'static str, value: String) -> Self {
        self.and(Condition::Path { name, value })
    }

    /// Expects all decoded values of a query parameter, in this order.
    pub(crate) fn query(self, name: &'static str, values: Vec<String>) -> Self {
        self.and(Condition::Query { name, values })
    }

    /// Expects a number in the query, in any notation.
    pub(crate) fn query_number(self, name: &'static str, value: f64) -> Self {
        self.and(Condition::QueryNumber { name, value })
    }

    /// Expects the value of a header.
    pub(crate) fn header(self, name: &'static str, value: String) -> Self {
        self.and(Condition::Header { name, value })
    }

    /// Expects the user token. It is a secret, so no message contains it.
    pub(crate) fn user_token(self, token: String) -> Self {
        self.and(Condition::UserToken(token))
    }

    /// Expects a JSON body. The order of keys and white space are ignored.
    pub(crate) fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        let expected = to_value(body)
            .unwrap_or_else(|problem| panic!("the expected body cannot be serialized: {problem}"));
        self.and(Condition::Json(expected))
    }

    /// Expects a body of bytes.
    pub(crate) fn bytes(self, expected: Vec<u8>) -> Self {
        self.and(Condition::Bytes(expected))
    }

    pub(crate) fn into_inner(self) -> When {
        self.when
    }
}

impl fmt::Debug for RequestMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", lock(&self.expectation))
    }
}
