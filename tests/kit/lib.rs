//! What the suites share: a server that records what it is sent and answers what it is told, one
//! that follows a script of faults, one that listens in between, a tour of the public API, and the
//! document as a judge.

#![allow(
    missing_debug_implementations,
    reason = "servers of tests, which nobody prints"
)]

mod clock;
mod recorder;
mod scripted;
pub mod spec;
mod tap;
mod tour;

pub use clock::TestClock;
pub use recorder::{Recorded, Recorder};
pub use scripted::{Behaviour, ScriptedServer};
pub use tap::{Exchange, Tap};
pub use tour::{Outcomes, every_call};

/// The application id of every client that a server of this kit makes.
pub const APP_ID: &str = "APP-ID-0001";
/// The REST API key of every client that a server of this kit makes.
pub const API_KEY: &str = "API-KEY-0002";
