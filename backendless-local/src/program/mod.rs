//! The parts of the program: its options and its output, commands for a running server, `exec`, and Cloud Code.

pub(crate) mod cloud_code;
pub(crate) mod control;
pub(crate) mod environment;
pub(crate) mod exec;
mod http;
mod option_values;
pub(crate) mod options;
pub(crate) mod output;

/// The result of a part of the program, whose error is printed.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
