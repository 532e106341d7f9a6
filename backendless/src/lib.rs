#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Layers: `client` creates handles of the services `data`, `users`, `files`, `messaging`, `geo`, `cache`, `counters` and
// `cloud_code`. These build requests with the functions of `generated` and return a `request::Request`, which `transport`
// sends. Start to read at `client`, then follow `data::Table::get`.
mod any_request;
mod application;
mod cache;
mod client;
mod clock;
mod cloud_code;
mod counters;
mod data;
mod decode;
mod encode;
mod error;
mod files;
pub mod filter;
mod geo;
mod grantee;
#[cfg(doc)]
pub mod guide;
mod logging;
mod messaging;
#[cfg(feature = "mock")]
pub mod mock;
mod operation;
#[cfg_attr(
    not(feature = "raw"),
    allow(unreachable_pub, reason = "`raw` exports the prepared requests")
)]
mod prepared;
mod profile;
mod request;
mod retry;
#[cfg(feature = "schemars")]
mod schema;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod transport;
pub mod update;
mod users;

/// Files that `cargo xtask generate` writes from `openapi.yaml` and its overlays. Nothing here is handwritten.
mod generated {
    #[cfg(feature = "mock")]
    #[rustfmt::skip]
    #[allow(
        clippy::should_implement_trait,
        reason = "a parameter may have the name of an operator, such as `sub`"
    )]
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

/// Types of the parameters that can be set on a [`Request`] before it is sent.
///
/// They are the second type parameter of [`Request`]. Aliases such as [`Find`] name the requests that have them, so code
/// rarely names these types.
pub mod parameters {
    pub use crate::any_request::AnyRequestParameters;
    pub use crate::cache::CachePutParameters;
    pub use crate::cloud_code::{GetInvocationParameters, InvocationParameters};
    pub use crate::data::{
        CountParameters, DeleteWhereParameters, FindParameters, GetParameters, GroupFindParameters,
        RelateWhereParameters, UpdateWhereParameters,
    };
    pub use crate::files::{
        CountFilesParameters, DownloadFileParameters, ListFilesParameters, SaveFileParameters,
        UploadFileParameters, UploadFromUrlParameters,
    };
    pub use crate::geo::FindGeoPointsParameters;
    pub use crate::messaging::{PublishParameters, SubscribeParameters};
    pub use crate::request::{Parameters, Ready, WithResponseParameters};
    pub use crate::users::{
        AuthorizationUrlParameters, FindByRoleParameters, SocialLoginParameters,
    };
}

/// Generated request builders: one function for each operation of the OpenAPI document and its overlays.
///
/// Each returns a [`Prepared`](raw::Prepared) request, which [`Client::send`] sends.
#[cfg(feature = "raw")]
pub mod raw {
    pub use crate::generated::raw::*;
    pub use crate::prepared::{Multipart, Prepared};
}

pub use any_request::AnyRequest;
pub use application::{ApplicationInfo, LoggerInfo};
pub use cache::{Cache, CachePut};
pub use client::{Client, ClientBuilder};
pub use clock::Clock;
pub use cloud_code::{CloudCode, Events, ExecutionType, GetInvocation, Invocation};
pub use counters::Counters;
pub use data::transaction;
pub use data::{
    Count, DeleteWhere, Find, Get, Group, GroupFind, GroupPage, Object, ObjectStream, Permission,
    Property, Record, RelateWhere, Relation, Table, UpdateWhere,
};
pub use data::{RowStatus, Rows, StoredRows, StoredRowsStream, WriteMany, WriteManyError};
pub use error::{CheckProblem, Error, ErrorCode, ErrorKind, Result};
pub use files::{
    CountFiles, Download, DownloadFile, FileEntry, FileInfo, FileLocation, FilePermission,
    FileStream, Files, ListFiles, SaveFile, Upload, UploadFile, UploadFromUrl,
};
pub use geo::{FindGeoPoints, Geo, GeoPoint, Units};
pub use grantee::Grantee;
/// Method of a [`Client::request`]: the type of the crate `http`, version 1.
pub use http::Method;
#[cfg(feature = "tracing-layer")]
pub use logging::{LogLayer, LogLayerBuilder, LogTask};
pub use logging::{LogLevel, LogMessage, Logging};
pub use messaging::{
    Device, Email, Message, MessageStatus, MessageStream, Messaging, Publish, PushPolicy,
    Subscribe, Subscription, TemplateEmail,
};
pub use profile::Profile;
pub use request::{Request, Response};
pub use retry::RetryPolicy;
pub use secret::{TokenStore, TokenStoreFuture, UserToken};
pub use timestamp::Timestamp;
pub use transport::Usage;
pub use users::{
    AuthorizationUrl, FindByRole, Registration, ResumedSession, Session, SocialLogin, User,
    UserProperty, UserStatus, Users,
};
