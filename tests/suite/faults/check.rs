//! The check of a client's settings against every fault.

use std::time::Duration;

use backendless::RetryPolicy;
use backendless_tests::{AddressForm, ScriptedServer, TestClock};

use super::fault::{MAX_RESPONSE_BYTES, every_fault};

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
                .attempt_timeout(Duration::from_millis(500))
                .max_response_size(MAX_RESPONSE_BYTES);
            let error = client.build().unwrap().check().await.unwrap_err();
            assert_eq!(
                error.check_problem(),
                Some(fault.problem),
                "{}: {error}",
                fault.name
            );
        }
    }
}
