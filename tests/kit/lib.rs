//! What the suites share: a server that records what it is sent and answers what it is told, one
//! that follows a script of faults, one that keeps the bytes it is sent, one that listens in between,
//! one with TLS, a proxy, a tour of the public API, and the document as a judge.

#![allow(
    missing_debug_implementations,
    reason = "servers of tests, which nobody prints"
)]

pub mod catalogue;
mod certificates;
mod clock;
mod condition;
pub mod fuzz;
mod host;
mod proxy;
mod recorder;
mod scripted;
mod sink;
pub mod spec;
mod tap;

pub use certificates::{Authority, Identity};
pub use clock::TestClock;
pub use condition::{Comparison, Condition, Literal};
pub use host::{Answer, Host, HostRequest, Protocol};
pub use proxy::Proxy;
pub use recorder::{Recorded, Recorder};
pub use scripted::{Behaviour, ScriptedServer};
pub use sink::{RawRequest, Sink};
pub use tap::{Exchange, Tap};

/// The application id of every client that a server of this kit makes.
pub const APP_ID: &str = "APP-ID-0001";
/// The REST API key of every client that a server of this kit makes.
pub const API_KEY: &str = "API-KEY-0002";
