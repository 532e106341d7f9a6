#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The way through: `client` makes handles; `data`, `users`, `files`, `messaging`, `geo`, `cache`,
// `counters` and `cloud_code` are the services; `transport` is the one way out; and `generated` is
// written by `cargo xtask generate`.
mod cache;
mod client;
mod clock;
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
mod operation;
mod prepared;
mod profile;
mod request;
mod retry;
#[cfg(feature = "schemars")]
mod schema;
mod secret;
mod timestamp;
mod transport;
mod users;

/// Files that `cargo xtask generate` writes from `openapi.yaml` and its overlays. Nothing here is handwritten.
mod generated {
    #[cfg(feature = "mock")]
    #[rustfmt::skip]
    pub(crate) mod mock;
    #[rustfmt::skip]
    pub(crate) mod operations;
    #[rustfmt::skip]
    pub mod raw;
}

/// Metadata of the operations of the API: an [`Operation`](operations::Operation) each.
pub mod operations {
    pub use crate::generated::operations::*;
    pub use crate::operation::{
        ErrorCodes, Idempotency, Operation, Origin, PathParameter, SessionUse,
    };
}

/// Parameters of requests: what a [`Request`] can still be changed by before it is sent.
///
/// These types are named only where a request is stored; the aliases such as [`Find`] name the requests.
pub mod parameters {
    pub use crate::cache::CachePutParameters;
    pub use crate::cloud_code::InvocationParameters;
    pub use crate::data::{CountParameters, FindParameters};
    pub use crate::files::{DownloadFileParameters, UploadFileParameters};
    pub use crate::geo::FindGeoPointsParameters;
    pub use crate::messaging::PublishParameters;
    pub use crate::request::{Parameters, Ready};
}

/// Generated request builders: one function for each operation of the OpenAPI document and its overlays.
///
/// Each returns a [`Prepared`](raw::Prepared) request, which [`Client::send`] sends.
#[cfg(feature = "raw")]
pub mod raw {
    pub use crate::generated::raw::*;
    pub use crate::prepared::{Multipart, Prepared};
}

pub use cache::{Cache, CachePut};
pub use client::{Client, ClientBuilder};
pub use clock::Clock;
pub use cloud_code::{CloudCode, Invocation};
pub use counters::Counters;
pub use data::{Count, Find, Object, ObjectStream, Record, Table};
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use files::{Download, DownloadFile, FileInfo, Files, Upload, UploadFile};
pub use geo::{FindGeoPoints, Geo, GeoPoint, Units};
pub use messaging::{Email, Message, MessageStatus, MessageStream, Messaging, Publish, PushPolicy};
pub use profile::Profile;
pub use request::Request;
pub use retry::RetryPolicy;
pub use secret::UserToken;
pub use timestamp::Timestamp;
pub use users::{Registration, Session, User, Users};
