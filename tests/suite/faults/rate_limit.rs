//! Every operation with a client that has used up its requests per minute.

use std::time::Duration;

use backendless::{ErrorKind, RetryPolicy};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};

use super::calls::{Call, DOWNLOAD, every_operation};

/// The calls without a total timeout, which wait as long as necessary.
const TRANSFERS: [&str; 2] = ["uploadFile", DOWNLOAD];

/// Sends a request that would have to wait for a minute, and returns a problem with its outcome.
async fn problem(server: &ScriptedServer, call: &Call, timeout: Duration) -> Option<String> {
    let clock = TestClock::default();
    let builder = server.client_builder().requests_per_minute(1);
    let builder = builder.timeout(timeout).clock(clock.clone());
    let client = builder.retry(RetryPolicy::none()).build().unwrap();
    client.counters().get("visits").await.unwrap_err();
    let before = server.requests().len();
    let error = call.send(client).await.unwrap_err();
    let sent = server.requests().len() - before;
    let waits = clock.sleeps();
    let outcome = (error.status(), error.attempts(), sent, waits.len());
    let is_long = |wait: &Duration| (50..=60).contains(&wait.as_secs());
    let is_expected = match timeout > Duration::from_secs(60) || TRANSFERS.contains(&call.id) {
        true => outcome == (Some(404), 1, 1, 1) && waits.iter().all(is_long),
        false => outcome == (None, 0, 0, 0) && error.kind() == ErrorKind::RateLimited,
    };
    let is_own = error
        .operation()
        .is_some_and(|operation| operation.id() == call.id);
    (!is_expected || !is_own).then(|| format!("{}: {error}, {outcome:?}", call.id))
}

#[tokio::test]
async fn every_operation_waits_for_the_rate_limit_or_is_not_sent() {
    let server = ScriptedServer::always(Behaviour::response(404, &[], "")).await;
    let mut problems = Vec::new();
    for call in every_operation(server.url()) {
        for seconds in [20, 120] {
            problems.extend(problem(&server, &call, Duration::from_secs(seconds)).await);
        }
    }
    assert_eq!(problems, [""; 0]);
}
