//! What the suites share: a server that records what it is sent and answers what it is told, and
//! one that answers bytes which are no proper HTTP.

#![allow(
    missing_debug_implementations,
    reason = "servers of tests, which nobody prints"
)]

mod raw;
mod recorder;

pub use raw::RawServer;
pub use recorder::{Recorded, Recorder};

/// The application id of every client that a server of this kit makes.
pub const APP_ID: &str = "APP-ID-0001";
/// The REST API key of every client that a server of this kit makes.
pub const API_KEY: &str = "API-KEY-0002";
