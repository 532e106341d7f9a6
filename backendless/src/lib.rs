#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The way through: `client` makes handles, `data` and `users` are the services, `transport` is the
// one way out, and `generated` is written by `cargo xtask generate`.
mod client;
mod data;
mod error;
pub mod filter;
#[cfg(feature = "mock")]
pub mod mock;
pub mod operation;
mod request;
mod secret;
mod timestamp;
mod transport;
mod users;

/// What `cargo xtask generate` writes from `openapi.yaml`. Nothing here is written by hand.
mod generated {
    #[cfg(feature = "mock")]
    #[rustfmt::skip]
    pub(crate) mod mock;
    #[rustfmt::skip]
    pub mod operations;
    #[rustfmt::skip]
    pub mod raw;
}

pub use client::{Client, ClientBuilder};
pub use data::{Count, Find, Object, ObjectStream, Record, Table};
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use generated::operations;
#[cfg(feature = "raw")]
pub use generated::raw;
pub use request::Request;
pub use secret::UserToken;
pub use timestamp::Timestamp;
pub use users::{Registration, Session, User, Users};
