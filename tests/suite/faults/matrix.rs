//! Every operation against every fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use backendless::{Client, Error, RetryPolicy};
use backendless_tests::spec::Spec;
use backendless_tests::{AddressForm, ScriptedServer, TestClock};
use futures_util::{StreamExt, stream};

use super::calls::{ANY_REQUEST, Call, DOWNLOAD, every_operation};
use super::fault::{EXCEPTIONS, Fault, MAX_ATTEMPTS, MAX_RESPONSE_BYTES, every_fault};
use super::figures::Figures;

/// The number of concurrent calls.
const CONCURRENT: usize = 64;
/// The number of calls of a client, whose retries fit into its retry budget.
const CALLS_PER_CLIENT: usize = 40;
/// The attempt timeout against slow servers.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// Longer than all waits of the calls of a client together.
const LONG: Duration = Duration::from_secs(3600);
/// The maximum delay of a retry against slow servers.
const SHORT_DELAY: Duration = Duration::from_millis(1);
/// After this time a call counts as hanging. It is far beyond the timeouts of the clients.
const HANG_TIMEOUT: Duration = Duration::from_secs(60);

#[test]
fn matrix_has_every_operation() {
    let calls = every_operation("");
    let called: BTreeSet<&str> = calls.iter().map(|call| call.id).collect();
    let all = Spec::read().operation_ids();
    assert_eq!(
        called,
        all.iter()
            .map(String::as_str)
            .chain([DOWNLOAD, ANY_REQUEST])
            .collect()
    );
    assert_eq!(called.len(), calls.len());
}

#[test]
fn documentation_has_the_numbers_of_the_matrix() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let (faults, calls) = (every_fault(), every_operation("").len());
    let sentence = format!("produces {} faults for {calls} calls", faults.len());
    assert!(text.contains(&sentence), "no {sentence:?}");
    let rows = faults.iter().map(|fault| (fault.name, calls));
    for (name, calls) in rows.chain([("all", faults.len() * calls)]) {
        let start = format!("{name:24}{calls:>8}");
        let has_row = text.lines().any(|line| line.starts_with(&start));
        assert!(has_row, "no row {start:?}");
    }
}

#[test]
fn every_exception_names_a_fault_and_a_call() {
    let (faults, calls) = (every_fault(), every_operation(""));
    for (fault, call, _) in EXCEPTIONS {
        assert!(faults.iter().any(|known| known.name == fault), "{fault}");
        assert!(calls.iter().any(|known| known.id == call), "{call}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_makes_a_call_panic_hang_succeed_wrongly_or_run_twice() {
    run_matrix(AddressForm::Keys).await.print();
    // Not at the same time: slow faults are detected by timeouts.
    run_matrix(AddressForm::Domain).await;
}

/// Sends every call to a server with each fault, and asserts its outcome.
async fn run_matrix(address: AddressForm) -> Figures {
    let mut rows = Vec::new();
    for fault in every_fault() {
        rows.push(Row::start(fault, address).await);
    }
    // Slow faults run separately, so that other calls do not use up their time.
    let (slow, quick): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.fault.is_slow);
    let mut outcomes = run_all(&quick).await;
    outcomes.extend(run_all(&slow).await);

    let spec = Spec::read();
    let mut figures = Figures::default();
    let mut problems = Vec::new();
    for row in &rows {
        let received = row.requests(&spec);
        let of_row = outcomes.iter().filter(|(r, ..)| std::ptr::eq(*r, row));
        for (_, call, outcome) in of_row {
            let requests = received.get(call.id).copied().unwrap_or(0);
            figures.add(&row.fault, call, outcome, requests);
            let found = problems_of(&row.fault, call, outcome, requests).into_iter();
            problems.extend(found.map(|what| format!("{}, {}: {what}", row.fault.name, call.id)));
        }
        problems.extend(row.connection_problem(&figures));
    }
    assert_eq!(problems, [""; 0]);
    figures.assert_complete(rows.len());
    figures
}

async fn run_all<'a>(rows: &[&'a Row]) -> Vec<(&'a Row, &'a Call, Outcome)> {
    let pairs = rows.iter().flat_map(|row| {
        let calls = row.calls.iter().enumerate();
        calls.map(move |(index, call)| (*row, index / CALLS_PER_CLIENT, call))
    });
    let outcomes = stream::iter(pairs).map(|(row, client, call)| async move {
        let outcome = row.run(&row.clients[client], call).await;
        (row, &**call, outcome)
    });
    outcomes.buffer_unordered(CONCURRENT).collect().await
}

/// A fault with its server, and every call to it.
struct Row {
    fault: Fault,
    server: ScriptedServer,
    clients: Vec<Client>,
    calls: Vec<Arc<Call>>,
}

/// The result of a call, or `panics` or `hangs`.
pub(super) type Outcome = Result<Result<(), Error>, &'static str>;

impl Row {
    async fn start(fault: Fault, address: AddressForm) -> Self {
        let server = match fault.behaviour.clone() {
            Some(behaviour) => ScriptedServer::always(behaviour).await,
            None => ScriptedServer::refusing_connections(),
        };
        let calls = every_operation(server.url()).into_iter().map(Arc::new);
        let calls: Vec<_> = calls.collect();
        let clients = calls.len().div_ceil(CALLS_PER_CLIENT);
        let clients = (0..clients)
            .map(|_| client(&fault, &server, address))
            .collect();
        Self {
            fault,
            clients,
            calls,
            server,
        }
    }

    async fn run(&self, client: &Client, call: &Arc<Call>) -> Outcome {
        let (call, client) = (Arc::clone(call), client.clone());
        // A task of its own, so that a panic does not end the test.
        let task = tokio::spawn(async move { call.send(client).await });
        match tokio::time::timeout(HANG_TIMEOUT, task).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err("panics"),
            Err(_) => Err("hangs"),
        }
    }

    /// The number of requests that the server received of each call.
    fn requests(&self, spec: &Spec) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.server.requests() {
            let operation = spec.operation_of(&request.method, &request.target);
            let other = match request.method.as_str() {
                "GET" => DOWNLOAD,
                _ => ANY_REQUEST,
            };
            let id = operation.map_or(other.to_owned(), |operation| operation.id);
            *counts.entry(id).or_default() += 1;
        }
        counts
    }

    /// Each attempt opens one connection, so the attempts of the errors are the connections of the
    /// server.
    fn connection_problem(&self, figures: &Figures) -> Option<String> {
        self.fault.behaviour.as_ref()?;
        let connections = self.server.connections();
        let attempts = figures.attempts_of_last();
        (connections != attempts).then(|| {
            let name = self.fault.name;
            format!("{name}: {connections} connections, {attempts} attempts")
        })
    }
}

fn client(fault: &Fault, server: &ScriptedServer, address: AddressForm) -> Client {
    let retry = RetryPolicy::default().max_attempts(MAX_ATTEMPTS);
    let builder = server
        .client_builder_of(address)
        .timeout(LONG)
        .max_response_size(MAX_RESPONSE_BYTES);
    let builder = match fault.is_slow {
        // In real time: the calls of a client share its clock, and a wait that advances it would end the attempts of others.
        true => {
            let retry = retry.base_delay(SHORT_DELAY).max_delay(SHORT_DELAY);
            builder.attempt_timeout(ATTEMPT_TIMEOUT).retry(retry)
        }
        false => {
            let builder = builder.clock(TestClock::default()).retry(retry);
            builder.attempt_timeout(LONG)
        }
    };
    builder.build().unwrap()
}

fn problems_of(fault: &Fault, call: &Call, outcome: &Outcome, requests: usize) -> Vec<String> {
    let expected = fault.expected(call);
    let mut problems = Vec::new();
    let attempts = match outcome {
        Err(what) => return vec![(*what).to_owned()],
        Ok(Ok(())) if expected.kinds.is_empty() => 1,
        Ok(Ok(())) => return vec!["succeeds".to_owned()],
        Ok(Err(error)) => {
            if !expected.kinds.contains(&error.kind()) {
                problems.push(format!("not {:?} but {:?}", expected.kinds, error.kind()));
            }
            if error.operation().map(|operation| operation.id()) != Some(call.id) {
                problems.push(format!("reported as {:?}", error.operation()));
            }
            error.attempts()
        }
    };
    if !(expected.min_attempts..=expected.max_attempts).contains(&attempts) {
        problems.push(format!("{attempts} attempts: {outcome:?}"));
    }
    let expected_requests = if expected.arrives {
        attempts as usize
    } else {
        0
    };
    if requests != expected_requests {
        problems.push(format!(
            "{requests} requests received in {attempts} attempts"
        ));
    }
    if fault.may_have_been_executed() && !call.idempotent && requests > 1 {
        problems.push(format!(
            "sent {requests} times, though it may have been executed"
        ));
    }
    problems
}
