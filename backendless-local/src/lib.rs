//! A local Backendless: the REST API of the service, on this machine, for development and tests.
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
//! The way through the code, in the order a request takes it:
//!
//! | module | subject |
//! | --- | --- |
//! | `server` | the public [`Server`] and [`Builder`]: threads, start, stop |
//! | `faults` | how often what goes wrong on purpose; what it does is `http`'s |
//! | `http` | admission (app id, key, token), routes, reading requests, writing answers |
//! | `data`, `users`, `files`, `messaging`, `geo`, `cache`, `counters`, `cloud_code` | the services: one module each, its routes in its first file |
//! | `query` | what a find may ask: where-clauses, projections, sorting, paging |
//! | `store` | SQLite: the thread that owns it, the catalogue of tables, values |
//!
//! A further service is a further module beside these, with its own tables in SQLite; it adds its
//! routes in `http::router` and its tables in `app::open`.
//!
//! This crate never uses a type of the SDK: what the two agree on is the wire alone, so that a
//! mistake in one shows in the other.

#![deny(missing_docs)]

mod app;
mod cache;
mod clock;
mod cloud_code;
mod counters;
mod data;
mod doc_example;
mod error;
mod faults;
mod files;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod geo;
mod http;
mod messaging;
mod query;
mod server;
mod store;
mod users;

pub use cloud_code::ServiceError;
pub use error::Error;
pub use faults::{Fault, Faults};
pub use server::{Builder, Server};

/// The README's examples are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
