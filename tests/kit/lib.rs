//! What the test suites share: servers, certificates, a proxy, a clock, the catalogue of operations,
//! and the OpenAPI document.
//!
//! | item | what |
//! | --- | --- |
//! | [`AddressForm`] | the two forms of the address of an application |
//! | [`catalogue`] | one entry for each operation: how to call it, and a successful response |
//! | [`Recorder`] | a server that records requests and sends fixed responses |
//! | [`ScriptedServer`] | a server that follows a script of faults |
//! | [`Sink`] | a fast server that keeps the bytes of each request |
//! | [`HttpServer`] | a server with or without TLS, whose log lines are not captured |
//! | [`http2`] | a server of HTTP/2 frames, which rejects streams |
//! | [`RecordingProxy`] | a server that forwards to another one and records the exchanges |
//! | [`set_subscriber`] | records the spans and events of one test |
//! | [`Proxy`] | an HTTP proxy that records what it receives |
//! | [`spec`] | `openapi.yaml`, to check requests and responses against |

#![allow(
    missing_debug_implementations,
    reason = "servers of tests are not printed"
)]

mod address;
pub mod catalogue;
mod certificates;
mod clock;
mod condition;
pub mod fuzz;
pub mod http2;
mod http_server;
mod proxy;
mod recorder;
mod recording_proxy;
mod scripted;
mod sink;
pub mod spec;
mod subscriber;

pub use address::{AddressForm, behind_app_path};
pub use certificates::{Authority, Identity};
pub use clock::TestClock;
pub use condition::{Comparison, Condition, Literal};
pub use http_server::{HttpServer, Protocol, Response, ServerRequest};
pub use proxy::Proxy;
pub use recorder::{RecordedRequest, Recorder};
pub use recording_proxy::{Exchange, RecordingProxy};
pub use scripted::{Behaviour, ScriptedServer};
pub use sink::{RawRequest, Sink};
pub use subscriber::set_subscriber;

/// The application id of every client of a server in this crate.
pub const APP_ID: &str = "APP-ID-0001";
/// The REST API key of every client of a server in this crate.
pub const API_KEY: &str = "API-KEY-0002";
