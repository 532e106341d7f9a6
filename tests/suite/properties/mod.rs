//! Properties of random values: a value is either rejected before anything is sent, or the server
//! receives exactly that value in exactly its place.
//!
//! The checks share no code with the client: `parsed` splits and decodes the target of a request and
//! finds its operation in the document, `sqlparser` parses filters, and `multer` parses forms.

mod any_paths;
mod filters;
mod headers;
mod multipart;
mod parsed;
mod paths;
mod queries;
mod text;

use backendless::{Error, ErrorKind};
use backendless_tests::{RawRequest, Sink};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use tokio::runtime::Runtime;

/// A runtime and a server in it, shared by all cases of a test.
pub(crate) struct Fixture {
    pub(crate) runtime: Runtime,
    pub(crate) sink: Sink,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        let sink = runtime.block_on(Sink::start());
        Self { runtime, sink }
    }

    /// Runs a call, and returns its only request, or `None` if the call was rejected.
    ///
    /// # Errors
    ///
    /// The case fails if a rejected call sent something, if an accepted one sent nothing, and if
    /// there is more than one request.
    pub(crate) fn send<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<RawRequest>, TestCaseError> {
        let outcome = self.runtime.block_on(call);
        let mut requests = self.sink.take();
        let rejection = outcome
            .as_ref()
            .err()
            .filter(|error| error.kind() == ErrorKind::InvalidArgument);
        match (rejection, requests.len()) {
            (Some(error), 0) if error.attempts() == 0 => Ok(None),
            (None, 1) => Ok(requests.pop()),
            (Some(error), sent) => fail(format!("{sent} requests in spite of: {error}")),
            (None, sent) => fail(format!("{sent} requests: {:?}", outcome.err())),
        }
    }
}

/// Tests `cases` values, or `PROPERTY_TIMES` times as many if that variable is set. A failure prints
/// the smallest failing value, and does not write it to a file.
#[track_caller]
pub(crate) fn for_all<S: Strategy>(
    cases: u32,
    values: S,
    test: impl Fn(S::Value) -> TestCaseResult,
) {
    let times = std::env::var("PROPERTY_TIMES").map_or(1, |times| times.parse().unwrap());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases * times)
    };
    if let Err(error) = TestRunner::new(config).run(&values, test) {
        panic!("{error}");
    }
}

pub(crate) fn fail<T>(why: impl Into<String>) -> Result<T, TestCaseError> {
    Err(TestCaseError::fail(why.into()))
}
