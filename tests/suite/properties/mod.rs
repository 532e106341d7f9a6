//! What holds for every value whatever: either it is refused before anything is sent, or the server
//! receives exactly that value, in exactly the place that was meant.
//!
//! The judges are not the client's: `reading` splits and decodes what came over the wire by itself
//! and asks the document which operation it is, `sqlparser` reads filters, and `multer` forms.

mod filters;
mod headers;
mod multipart;
mod paths;
mod queries;
mod reading;
mod text;

use backendless::{Error, ErrorKind};
use backendless_tests::{RawRequest, Sink};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use tokio::runtime::Runtime;

/// A runtime, a server in it, and values to try on it: one of each for all cases of a test.
pub(crate) struct Trial {
    pub(crate) runtime: Runtime,
    pub(crate) sink: Sink,
}

impl Trial {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        let sink = runtime.block_on(Sink::start());
        Self { runtime, sink }
    }

    /// Makes a call with a value, and answers the only request that came of it; none if the value
    /// was refused.
    ///
    /// # Errors
    ///
    /// The case fails if the value was refused and something was sent all the same, or the other way
    /// round, or more than one request came.
    pub(crate) fn send<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<RawRequest>, TestCaseError> {
        let outcome = self.runtime.block_on(call);
        let mut requests = self.sink.take();
        let refused = outcome
            .as_ref()
            .err()
            .filter(|error| error.kind() == ErrorKind::InvalidArgument);
        match (refused, requests.len()) {
            (Some(error), 0) if error.attempts() == 0 => Ok(None),
            (None, 1) => Ok(requests.pop()),
            (Some(error), sent) => fail(format!("{sent} requests came, and yet: {error}")),
            (None, sent) => fail(format!("{sent} requests came: {:?}", outcome.err())),
        }
    }
}

/// Tries `cases` values, or `PROPERTY_TIMES` as many where that is set. A failure tells the smallest
/// value that fails; it is not written into a file.
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
