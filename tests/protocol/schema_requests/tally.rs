//! Figures of the responses to the requests of an operation.

use std::collections::BTreeMap;
use std::fmt;

use crate::wire::Reply;

/// The numbers of requests of an operation, by their response.
#[derive(Default)]
pub(super) struct Tally {
    /// Requests that fit the document and succeeded.
    pub(super) accepted: usize,
    /// Requests that fit the document and were rejected, such as those for a row that does not exist, by their code.
    rejected: BTreeMap<i64, usize>,
    /// Requests that do not fit the document.
    flawed: usize,
}

impl Tally {
    pub(super) fn add(&mut self, flaw: Option<&str>, reply: &Reply) {
        match (flaw, reply.code()) {
            (Some(_), _) => self.flawed += 1,
            (None, Some(code)) if reply.status.is_client_error() => {
                *self.rejected.entry(code).or_default() += 1;
            }
            (None, _) => self.accepted += 1,
        }
    }

    pub(super) fn sum(mut self, other: &Self) -> Self {
        self.accepted += other.accepted;
        self.flawed += other.flawed;
        for (code, count) in &other.rejected {
            *self.rejected.entry(*code).or_default() += count;
        }
        self
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rejected: usize = self.rejected.values().sum();
        let Self {
            accepted, flawed, ..
        } = self;
        write!(
            f,
            "{accepted} accepted, {rejected} rejected, {flawed} invalid"
        )?;
        if rejected > 0 {
            write!(f, "; codes {:?}", self.rejected)?;
        }
        Ok(())
    }
}
