//! The measuring of each row. [`callgrind`] counts instructions, [`pairs`] takes turns, and
//! [`cargo`] builds.

pub mod build;
mod callgrind;
mod cargo;
pub mod decoding;
pub mod files;
pub mod generate;
pub mod in_flight;
pub mod instructions;
pub mod load;
mod pairs;
pub mod size;
pub mod table;

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
    /// It cannot be measured here; why.
    Skipped(&'static str),
}

/// Bytes in a mebibyte.
const MEBIBYTE: f64 = 1_048_576.0;

/// The larger of two figures that the system may not tell.
fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}
