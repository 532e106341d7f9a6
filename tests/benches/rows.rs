//! What can be measured, by name.

use crate::Result;
use crate::measure::{self, Lab, Outcome};

/// A row of the table in docs/performance.md.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    /// Whether it is stable enough, and quick enough, for every change.
    pub is_short: bool,
    pub measure: fn(&Lab) -> Result<Outcome>,
}

/// All rows, the quickest first.
pub const ROWS: &[Row] = &[
    Row {
        name: "instructions",
        what: "instructions of get, create and find",
        is_short: true,
        measure: measure::instructions::measure,
    },
    Row {
        name: "decode",
        what: "decoding a page of 100 rows",
        is_short: true,
        measure: measure::decoding::measure,
    },
];

/// The row of this name.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}
