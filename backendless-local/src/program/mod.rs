//! The parts of the program: commands for a running server, `exec`, and Cloud Code.

pub(crate) mod cloud_code;
pub(crate) mod control;
pub(crate) mod environment;
pub(crate) mod exec;
mod http;
