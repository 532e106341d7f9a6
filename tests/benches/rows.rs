//! The rows of the benchmark, by name.

use crate::Result;
use crate::measure::{self, Options, Outcome};

/// A row of the table in docs/performance.md.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    /// Whether the short mode measures it: it is stable and fast.
    pub is_short: bool,
    pub measure: fn(&Options) -> Result<Outcome>,
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
        name: "cache",
        what: "cache misses and mispredictions of get, create and find",
        is_short: false,
        measure: measure::cache::measure,
    },
    Row {
        name: "rate-limit",
        what: "additional instructions of a call with a rate limit",
        is_short: true,
        measure: measure::rate_limit::measure,
    },
    Row {
        name: "load",
        what: "calls per second, sequential and 64 concurrent",
        is_short: false,
        measure: measure::load::measure,
    },
    Row {
        name: "cores",
        what: "calls per second of a client that two threads share",
        is_short: false,
        measure: measure::cores::measure,
    },
    Row {
        name: "generate",
        what: "cargo xtask generate --check, compiled",
        is_short: false,
        measure: measure::generate::measure,
    },
    Row {
        name: "local-server",
        what: "the local server: 20,000 creates, 32 concurrent, on a data folder, an import of 100,000 rows, and the start",
        is_short: false,
        measure: measure::local_server::measure,
    },
    Row {
        name: "table",
        what: "a table of 100,000 rows, read by the stream",
        is_short: false,
        measure: measure::table::measure,
    },
    Row {
        name: "create-many",
        what: "20,000 rows, created by create_many and by create",
        is_short: false,
        measure: measure::create_many::measure,
    },
    Row {
        name: "in-flight",
        what: "10,000 concurrent calls",
        is_short: false,
        measure: measure::in_flight::measure,
    },
    Row {
        name: "files",
        what: "upload and download of a 1 GiB file, compared with curl",
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
        what: "the processor time of the cold build of a crate, and its number of crates",
        is_short: false,
        measure: measure::build::measure,
    },
];

/// The row of this name.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}
