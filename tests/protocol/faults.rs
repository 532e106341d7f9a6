//! Cases whose server breaks the connection, over sockets.

use std::collections::BTreeMap;
use std::time::Duration;

use backendless::{Profile, RetryPolicy};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};
use futures_util::StreamExt;
use futures_util::stream::iter;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::case::{Case, all};
use crate::client::{client, expected_requests, make_call, problems_of_outcome};
use crate::message;

/// Faults that only a timeout detects.
const SLOW: [&str; 2] = ["no-response", "stall-in-body"];
/// Enough for a request to be sent on a busy machine.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// Cases of slow faults that run at the same time.
const CONCURRENT: usize = 32;

/// The server of a fault, by the name that the corpus has for it.
async fn server_of(fault: &str, cases: &[Case]) -> Option<ScriptedServer> {
    let behaviour = match fault {
        "gzip" => {
            let responses = cases
                .iter()
                .map(|case| behaviour(&case.value["responses"][0]));
            return Some(ScriptedServer::start(responses).await);
        }
        "connection-refused" => return Some(ScriptedServer::refusing_connections()),
        "reset-after-request" => Behaviour::reset_after_request(),
        "close-before-headers" => Behaviour::close_before_headers(),
        "close-in-body" => Behaviour::close_in_body(),
        "length-too-long" => Behaviour::declaring_length(100, "{}"),
        "chunked-garbage" => Behaviour::chunked_garbage(),
        "not-http" => Behaviour::bytes("220 smtp.example.com\r\n\r\n"),
        "long-headers" => Behaviour::long_headers(1024 * 1024),
        "redirect-loop" => Behaviour::redirect_loop(),
        "gzip-bomb" => Behaviour::gzip_bomb(20),
        "no-response" => Behaviour::stall(),
        "stall-in-body" => Behaviour::stall_in_body(),
        _ => return None,
    };
    Some(ScriptedServer::always(behaviour).await)
}

/// The behaviour that sends a response of the corpus.
fn behaviour(response: &Value) -> Behaviour {
    let headers = message::headers_of(response);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let status = response["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    Behaviour::response(status.unwrap_or(200), &headers, message::body_of(response))
}

/// Runs all cases with a fault, those of one fault one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_have_the_outcome_of_the_corpus() {
    let mut by_fault: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in all() {
        if let Some(fault) = case.fault() {
            by_fault.entry(fault.to_owned()).or_default().push(case);
        }
    }
    assert!(by_fault.len() >= 10, "{:?}", by_fault.keys());
    let (slow, quick): (Vec<_>, Vec<_>) = by_fault
        .into_iter()
        .partition(|(fault, _)| SLOW.contains(&fault.as_str()));
    let mut tasks = JoinSet::new();
    for (fault, cases) in quick {
        tasks.spawn(async move { run_fault(&fault, &cases).await });
    }
    let mut problems: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    // Each waits for its timeouts, so they run at the same time, and after the others, which would use up their time.
    let slow = slow
        .iter()
        .flat_map(|(fault, cases)| cases.chunks(1).map(move |case| run_fault(fault, case)));
    let slow = iter(slow).buffer_unordered(CONCURRENT);
    problems.extend(slow.collect::<Vec<_>>().await.into_iter().flatten());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

async fn run_fault(fault: &str, cases: &[Case]) -> Vec<String> {
    let Some(server) = server_of(fault, cases).await else {
        return vec![format!("{fault}: the runner does not know this fault")];
    };
    let mut builder = server
        .client_builder()
        .clock(TestClock::default())
        .retry(RetryPolicy::default().max_attempts(3));
    if SLOW.contains(&fault) {
        builder = builder.attempt_timeout(ATTEMPT_TIMEOUT);
    }
    let client = client(builder, Profile::Document);
    let mut problems = Vec::new();
    for case in cases {
        let before = server.requests().len();
        let mut found = match make_call(&client, case).await {
            Ok(outcome) => problems_of_outcome(case, &outcome),
            Err(problems) => problems,
        };
        let requests = server.requests().len() - before;
        let expected = match fault {
            "connection-refused" => 0,
            _ => expected_requests(&case.value),
        };
        if requests != expected {
            found.push(format!("{requests} requests instead of {expected}"));
        }
        problems.extend(
            found
                .iter()
                .map(|problem| format!("{}: {problem}", case.title)),
        );
    }
    problems
}
