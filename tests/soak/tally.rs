//! The number of calls by operation and outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use backendless::Error;

pub(crate) const OK: &str = "ok";
/// A delete was retried after its response was lost, and the row no longer existed.
pub(crate) const NOT_FOUND: &str = "NotFound";
/// The same, known only by the status, because the response was truncated.
const NOT_FOUND_TRUNCATED: &str = "NotFound, cut";

#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<(&'static str, String), u64>,
}

impl Tally {
    pub(crate) fn add<T>(&mut self, operation: &'static str, outcome: &Result<T, Error>) {
        let outcome = match outcome {
            Ok(_) => OK.to_owned(),
            Err(error) if error.is_not_found() && error.code().is_none() => {
                NOT_FOUND_TRUNCATED.to_owned()
            }
            Err(error) => format!("{:?}", error.kind()),
        };
        *self.counts.entry((operation, outcome)).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, other: Tally) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
    }

    /// The number of calls whose operation satisfies `of` and whose outcome satisfies `with`.
    pub(crate) fn count(&self, of: impl Fn(&str) -> bool, with: impl Fn(&str) -> bool) -> u64 {
        let counts = self.counts.iter();
        let counts = counts.filter(|((operation, outcome), _)| of(operation) && with(outcome));
        counts.map(|(_, count)| count).sum()
    }
}

/// A table: a line for each operation, a column for each outcome.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: BTreeSet<_> = self.counts.keys().map(|(name, _)| *name).collect();
        let mut outcomes: BTreeSet<_> = self.counts.keys().map(|(_, name)| &**name).collect();
        outcomes.remove(OK);
        let outcomes: Vec<&str> = std::iter::once(OK).chain(outcomes).collect();
        let line = |f: &mut fmt::Formatter<'_>, name: &str, of: &dyn Fn(&str) -> bool| {
            write!(f, "{name:<20}{:>10}", self.count(of, |_| true))?;
            for outcome in &outcomes {
                write!(f, "{:>15}", self.count(of, |other| other == *outcome))?;
            }
            writeln!(f)
        };
        write!(f, "{:<20}{:>10}", "operation", "calls")?;
        for outcome in &outcomes {
            write!(f, "{outcome:>15}")?;
        }
        writeln!(f)?;
        for operation in operations {
            line(f, operation, &|other| other == operation)?;
        }
        line(f, "all", &|_| true)
    }
}
