//! The check of a client's settings against every fault.

use std::time::Duration;

use backendless::{CheckProblem, Error, ErrorKind, RetryPolicy};
use backendless_tests::{AddressForm, ScriptedServer, TestClock};

use super::fault::{MAX_RESPONSE_BYTES, every_fault};

/// The problem that an error of a check must have.
fn expected(fault: &str, error: &Error) -> CheckProblem {
    match (fault, error.kind()) {
        ("not HTTP" | "1 MiB of headers", _) => CheckProblem::NotBackendless,
        ("redirect loop", _) => CheckProblem::Redirect,
        (_, ErrorKind::Connect | ErrorKind::ConnectionLost | ErrorKind::Timeout) => {
            CheckProblem::Unreachable
        }
        (_, ErrorKind::RateLimited) => CheckProblem::RateLimited,
        (_, ErrorKind::Decode) => CheckProblem::NotBackendless,
        (_, _) if error.status().is_some_and(|status| status >= 500) => CheckProblem::Unavailable,
        (_, _) => CheckProblem::Rejected,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_reports_the_problem_of_each_fault() {
    for fault in every_fault() {
        let server = match fault.behaviour.clone() {
            Some(behaviour) => ScriptedServer::always(behaviour).await,
            None => ScriptedServer::refusing_connections(),
        };
        for address in AddressForm::ALL {
            let client = server
                .client_builder_of(address)
                .clock(TestClock::default())
                .retry(RetryPolicy::none())
                .attempt_timeout(Duration::from_millis(200))
                .max_response_size(MAX_RESPONSE_BYTES);
            let error = client.build().unwrap().check().await.unwrap_err();
            let expected = expected(fault.name, &error);
            assert_eq!(
                error.check_problem(),
                Some(expected),
                "{}: {error}",
                fault.name
            );
        }
    }
}
