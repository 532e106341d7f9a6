//! A local Backendless server for development and tests: the REST API of the service on this
//! machine.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = backendless_local::Server::start().await?;
//! let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
//!
//! let bob = reqwest::Client::new()
//!     .post(format!("{base}/data/Person"))
//!     .body(r#"{"name":"Bob","age":20}"#)
//!     .send()
//!     .await?;
//! assert_eq!(bob.status(), 200);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Start at [`Server`] and [`Builder`]. The README describes the services and their limits.
//!
//! # Layers
//!
//! The modules form layers. A module imports only from its own layer and the layers below it, and
//! there is no import cycle; `cargo xtask layers` checks this. From top to bottom:
//!
//! | layer | modules | subject |
//! | --- | --- | --- |
//! | 8 | `program` | the subcommands and options of the program, which uses the library |
//! | 7 | `server`, `doc_example`, `fuzzing` | [`Server`] and [`Builder`]: threads, start, stop |
//! | 6 | `console` | the pages for a browser and their JSON API |
//! | 5 | `http` | routes, decoding, status codes, error envelopes, fault injection |
//! | 4 | `services` | the rules of the services; no HTTP |
//! | 3 | `query` | where clauses, projections, sorting, paging |
//! | 2 | `store` | SQLite: its thread, the schema, values, names |
//! | 1 | `clock`, `dialect`, `error`, `faults`, `id`, `json_size`, `limits`, `multiple_logins`, `permissions`, `protocol`, `request_log`, `service_error`, `text`, `token_paths`, `usage` | shared basics |
//!
//! A request passes `http::recording`, `guard`, `cors`, `rate_limit`, `fault_injection`, `run_detached` and `admission`, in
//! this order, a handler in `http::routes`, the service in `services`, and a task on the database thread.
//!
//! A new operation is a route in `http::routes` and a method in `services`. A new service also has tables, which
//! `services::create_tables` creates and `SERVICE_TABLES` in `services::state` exports; a number
//! in `console::overview`; and a page of the console.
//!
//! This crate uses no type of the SDK. Client and server share only the wire format, so that a
//! mistake in one shows in the other.

#![deny(missing_docs)]

mod clock;
mod console;
mod dialect;
mod doc_example;
mod error;
mod faults;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod id;
mod json_size;
mod limits;
mod multiple_logins;
mod permissions;
#[doc(hidden)]
pub mod protocol;
mod query;
mod request_log;
mod server;
mod service_error;
mod services;
mod store;
mod text;
mod token_paths;
mod usage;

pub use dialect::Dialect;
pub use error::Error;
pub use faults::{Fault, Faults};
pub use limits::Limits;
pub use multiple_logins::MultipleLogins;
pub use permissions::{Operation, Permissions};
pub use request_log::{RecordedMessage, RecordedRequest};
pub use server::{Builder, Seed, Server};
pub use service_error::ServiceError;
pub use services::messaging::Email;
pub use services::state::Snapshot;
#[doc(hidden)]
pub use text::escape_controls;
pub use usage::Usage;

/// The README, whose figures are compared with those of the code.
#[cfg(test)]
const README: &str = include_str!("../README.md");

/// Compiles the README's examples as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
