//! Every fault against every operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backendless::{Client, Error, RetryPolicy, operations};
use backendless_tests::spec::Spec;
use backendless_tests::{ScriptedServer, TestClock};
use futures_util::{StreamExt, stream};

use super::calls::{Call, DOWNLOAD, every_operation};
use super::figures::Figures;
use super::table::{EXCEPTIONS, Fault, MOST_ATTEMPTS, MOST_BYTES, every_fault};

/// How many calls are under way at once.
const CONCURRENT: usize = 64;
/// How long a client waits for a server that takes its time.
const LIMIT: Duration = Duration::from_secs(1);
/// When a call hangs: far past the limits of the clients.
const HANGS: Duration = Duration::from_secs(60);

#[test]
fn the_matrix_has_every_operation() {
    let calls = every_operation("");
    let called: BTreeSet<&str> = calls.iter().map(|call| call.id).collect();
    let all = operations::ALL.iter().map(|operation| operation.id());
    assert_eq!(called, all.chain([DOWNLOAD]).collect());
    assert_eq!(called.len(), calls.len());
}

#[test]
fn every_exception_is_of_a_fault_and_a_call() {
    let (faults, calls) = (every_fault(), every_operation(""));
    for (fault, call, _) in EXCEPTIONS {
        assert!(faults.iter().any(|known| known.name == fault), "{fault}");
        assert!(calls.iter().any(|known| known.id == call), "{call}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_makes_a_call_panic_hang_lie_or_be_done_twice() {
    let mut rows = Vec::new();
    for fault in every_fault() {
        rows.push(Row::start(fault).await);
    }
    // What takes time has a time of its own: nothing else may use it up.
    let (slow, quick): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.fault.takes_time);
    let mut outcomes = run_all(&quick).await;
    outcomes.extend(run_all(&slow).await);

    let spec = Spec::read();
    let mut figures = Figures::default();
    let mut problems = Vec::new();
    for row in &rows {
        let arrived = row.requests(&spec);
        let of_row = outcomes.iter().filter(|(r, ..)| std::ptr::eq(*r, row));
        for (_, call, outcome) in of_row {
            let requests = arrived.get(call.id).copied().unwrap_or(0);
            figures.add(&row.fault, call, outcome, requests);
            let found = problems_of(&row.fault, call, outcome, requests).into_iter();
            problems.extend(found.map(|what| format!("{}, {}: {what}", row.fault.name, call.id)));
        }
        problems.extend(row.connections_differ(&figures));
    }
    figures.print();
    assert_eq!(problems, [""; 0]);
    figures.assert_complete(rows.len());
}

async fn run_all<'a>(rows: &[&'a Row]) -> Vec<(&'a Row, &'a Call, Outcome)> {
    let pairs = rows
        .iter()
        .flat_map(|row| row.calls.iter().map(move |call| (*row, call)));
    let outcomes =
        stream::iter(pairs).map(|(row, call)| async move { (row, &**call, row.run(call).await) });
    outcomes.buffer_unordered(CONCURRENT).collect().await
}

/// One fault: its server, and every call to it.
struct Row {
    fault: Fault,
    server: ScriptedServer,
    client: Client,
    calls: Vec<Arc<Call>>,
}

/// What came of a call, or that it panicked or hung.
pub(super) type Outcome = Result<Result<(), Error>, &'static str>;

impl Row {
    async fn start(fault: Fault) -> Self {
        let server = match fault.behaviour.clone() {
            Some(behaviour) => ScriptedServer::always(behaviour).await,
            None => ScriptedServer::refusing(),
        };
        let mut builder = server
            .client_builder()
            .clock(TestClock::default())
            // All calls of a row move its clock, and none may run out of time by the others' waits.
            .timeout(Duration::from_secs(3600))
            .retry(RetryPolicy::default().max_attempts(MOST_ATTEMPTS))
            .max_response_size(MOST_BYTES);
        if fault.takes_time {
            builder = builder.attempt_timeout(LIMIT);
        }
        Self {
            fault,
            client: builder.build().unwrap(),
            calls: every_operation(server.url())
                .into_iter()
                .map(Arc::new)
                .collect(),
            server,
        }
    }

    async fn run(&self, call: &Arc<Call>) -> Outcome {
        let (call, client) = (Arc::clone(call), self.client.clone());
        // In a task, so that a panic ends only this call.
        let task = tokio::spawn(async move { call.send(client).await });
        match tokio::time::timeout(HANGS, task).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err("panics"),
            Err(_) => Err("hangs"),
        }
    }

    /// How many requests of each call the server got.
    fn requests(&self, spec: &Spec) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.server.requests() {
            let operation = spec.operation_of(&request.method, &request.target);
            let id = operation.map_or(DOWNLOAD.to_owned(), |operation| operation.id);
            *counts.entry(id).or_default() += 1;
        }
        counts
    }

    /// Each attempt takes one connection: what the errors count is what the server counts.
    fn connections_differ(&self, figures: &Figures) -> Option<String> {
        self.fault.behaviour.as_ref()?;
        let made = self.server.connections();
        let told = figures.attempts_of_last();
        (made != told).then(|| format!("{}: {made} connections, {told} told", self.fault.name))
    }
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
            if error.operation() != Some(call.id) {
                problems.push(format!("told as {:?}", error.operation()));
            }
            error.attempts()
        }
    };
    if !(expected.fewest_attempts..=expected.most_attempts).contains(&attempts) {
        problems.push(format!("{attempts} attempts: {outcome:?}"));
    }
    let arrived = if expected.arrives {
        attempts as usize
    } else {
        0
    };
    if requests != arrived {
        problems.push(format!(
            "{requests} requests arrived in {attempts} attempts"
        ));
    }
    if fault.may_have_been_done() && !call.idempotent && requests > 1 {
        problems.push(format!(
            "sent {requests} times, though it may have been done"
        ));
    }
    problems
}
