//! One module for each row. [`callgrind`] counts instructions, cache misses and mispredictions, [`pairs`] alternates contenders, and
//! [`cargo`] builds programs.

pub mod build;
pub mod cache;
mod callgrind;
mod cargo;
pub mod cores;
pub mod create_many;
pub mod decoding;
pub mod files;
pub mod generate;
pub mod in_flight;
pub mod instructions;
pub mod load;
pub mod local_server;
mod pairs;
pub mod rate_limit;
pub mod size;
pub mod table;

use std::path::PathBuf;

pub use cargo::root as workspace_root;

use crate::report::Measurement;

/// The options of all measurements.
#[derive(Debug)]
pub struct Options {
    /// The folder in which callgrind's output is kept, if any.
    pub profile: Option<PathBuf>,
}

/// The outcome of a row.
#[derive(Debug)]
pub enum Outcome {
    Measured(Vec<Measurement>),
    /// It cannot be measured on this machine, for this reason.
    Skipped(&'static str),
}

/// Bytes in a mebibyte.
const MEBIBYTE: f64 = 1_048_576.0;

/// The larger of two figures that may be unknown.
fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}
