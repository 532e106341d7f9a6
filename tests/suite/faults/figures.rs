//! The figures of the matrix: the outcomes of all calls, by fault.

use std::collections::BTreeMap;

use backendless::operations;

use super::calls::Call;
use super::fault::Fault;
use super::matrix::Outcome;

/// The outcomes of all calls, one row for each fault.
#[derive(Default)]
pub(super) struct Figures {
    rows: Vec<Row>,
}

#[derive(Default)]
struct Row {
    fault: &'static str,
    calls: usize,
    /// The number of calls with each outcome.
    outcomes: BTreeMap<String, usize>,
    attempts: usize,
    requests: usize,
    /// The maximum number of requests of one call that is not idempotent and may have been executed.
    max_of_one: usize,
}

impl Figures {
    pub(super) fn add(&mut self, fault: &Fault, call: &Call, outcome: &Outcome, requests: usize) {
        if self.rows.last().is_none_or(|last| last.fault != fault.name) {
            self.rows.push(Row {
                fault: fault.name,
                ..Row::default()
            });
        }
        let Some(figures) = self.rows.last_mut() else {
            return;
        };
        let (how, attempts) = match outcome {
            Ok(Ok(())) => ("ok".to_owned(), 1),
            Ok(Err(error)) => (format!("{:?}", error.kind()), error.attempts() as usize),
            Err(what) => ((*what).to_owned(), 0),
        };
        figures.calls += 1;
        *figures.outcomes.entry(how).or_default() += 1;
        figures.attempts += attempts;
        figures.requests += requests;
        if fault.may_have_been_executed() && !call.idempotent {
            figures.max_of_one = figures.max_of_one.max(requests);
        }
    }

    pub(super) fn print(&self) {
        let columns = ["calls", "attempts", "requests"];
        println!(
            "{:24}{:>8}{:>10}{:>10}  outcomes",
            "fault", columns[0], columns[1], columns[2]
        );
        for row in self.rows.iter().chain([&self.total()]) {
            let outcomes: Vec<_> = row
                .outcomes
                .iter()
                .map(|(how, n)| format!("{n} {how}"))
                .collect();
            println!(
                "{:24}{:>8}{:>10}{:>10}  {}",
                row.fault,
                row.calls,
                row.attempts,
                row.requests,
                outcomes.join(", ")
            );
        }
    }

    /// The number of attempts that the calls of the last fault report.
    pub(super) fn attempts_of_last(&self) -> usize {
        self.rows.last().map_or(0, |row| row.attempts)
    }

    fn total(&self) -> Row {
        let mut total = Row {
            fault: "all",
            ..Row::default()
        };
        for row in &self.rows {
            total.calls += row.calls;
            total.attempts += row.attempts;
            total.requests += row.requests;
            total.max_of_one = total.max_of_one.max(row.max_of_one);
            for (how, count) in &row.outcomes {
                *total.outcomes.entry(how.clone()).or_default() += count;
            }
        }
        total
    }

    /// Asserts that every operation, the download and the request to another path were called with every fault, and that no
    /// call was executed twice.
    pub(super) fn assert_complete(&self, faults: usize) {
        let total = self.total();
        assert_eq!(total.calls, faults * (operations::ALL.len() + 2));
        assert_eq!(total.outcomes.values().sum::<usize>(), total.calls);
        assert_eq!(total.max_of_one, 1);
    }
}
