//! What the suites share: a server that records what it is sent and answers what it is told, one
//! that answers bytes which are no proper HTTP, one that keeps the bytes it is sent, one that listens
//! in between, a tour of the public API, and the document as a judge.

#![allow(
    missing_debug_implementations,
    reason = "servers of tests, which nobody prints"
)]

mod clock;
mod condition;
pub mod fuzz;
mod raw;
mod recorder;
mod sink;
pub mod spec;
mod tap;
mod tour;

pub use clock::TestClock;
pub use condition::{Comparison, Condition, Literal};
pub use raw::RawServer;
pub use recorder::{Recorded, Recorder};
pub use sink::{RawRequest, Sink};
pub use tap::{Exchange, Tap};
pub use tour::{Outcomes, every_call};

/// The application id of every client that a server of this kit makes.
pub const APP_ID: &str = "APP-ID-0001";
/// The REST API key of every client that a server of this kit makes.
pub const API_KEY: &str = "API-KEY-0002";
