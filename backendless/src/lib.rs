#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The way through: `client` makes handles; `data`, `users`, `files`, `messaging`, `geo`, `cache`,
// `counters` and `cloud_code` are the services; `transport` is the one way out; and `generated` is
// written by `cargo xtask generate`.
mod cache;
mod client;
mod cloud_code;
mod counters;
mod data;
mod decode;
mod error;
mod files;
pub mod filter;
mod geo;
#[cfg(doc)]
pub mod guide;
mod messaging;
#[cfg(feature = "mock")]
pub mod mock;
pub mod operation;
mod profile;
mod request;
mod retry;
#[cfg(feature = "schemars")]
mod schema;
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

pub use cache::{Cache, CachePut};
pub use client::{Client, ClientBuilder};
pub use cloud_code::{CloudCode, Invocation};
pub use counters::Counters;
pub use data::{Count, Find, Object, ObjectStream, Record, Table};
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use files::{Download, FileInfo, Files, Upload, UploadFile};
pub use generated::operations;
#[cfg(feature = "raw")]
pub use generated::raw;
pub use geo::{FindGeoPoints, Geo, GeoPoint, Units};
pub use messaging::{Email, Message, MessageStatus, MessageStream, Messaging, Publish, PushPolicy};
pub use profile::Profile;
pub use request::Request;
pub use retry::{Clock, RetryPolicy};
pub use secret::UserToken;
pub use timestamp::Timestamp;
pub use users::{Registration, Session, User, Users};
