//! The measuring of each row. [`callgrind`] counts instructions; [`pairs`] takes turns.

mod callgrind;
pub mod decoding;
pub mod instructions;
mod pairs;

use std::path::PathBuf;

use crate::report::Measurement;

/// What all rows are measured with.
#[derive(Debug)]
pub struct Lab {
    /// Where callgrind's files are kept, if they are.
    pub profile: Option<PathBuf>,
}

/// What came of a row.
#[derive(Debug)]
pub enum Outcome {
    Measured(Vec<Measurement>),
    /// A tool is not there; which.
    Skipped(&'static str),
}
