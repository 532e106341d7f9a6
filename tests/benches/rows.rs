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

/// All rows, in the order in which they are measured.
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
    Row {
        name: "load",
        what: "calls per second, one after the other and 64 at once",
        is_short: false,
        measure: measure::load::measure,
    },
    Row {
        name: "generate",
        what: "cargo xtask generate --check, compiled",
        is_short: false,
        measure: measure::generate::measure,
    },
    Row {
        name: "table",
        what: "a whole table of 100,000 rows by the stream",
        is_short: false,
        measure: measure::table::measure,
    },
    Row {
        name: "in-flight",
        what: "10,000 calls at once",
        is_short: false,
        measure: measure::in_flight::measure,
    },
    Row {
        name: "files",
        what: "a file of 1 GiB, sent and fetched, beside curl",
        is_short: false,
        measure: measure::files::measure,
    },
    Row {
        name: "size",
        what: "the size of a release binary",
        is_short: false,
        measure: measure::size::measure,
    },
    Row {
        name: "build",
        what: "the cold build of a crate, and its crates",
        is_short: false,
        measure: measure::build::measure,
    },
];

/// The row of this name.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}
