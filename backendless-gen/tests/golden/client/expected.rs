#![allow(
    clippy::all,
    dead_code,
    missing_debug_implementations,
    missing_docs,
    rustdoc::all,
    unreachable_pub
)]
use crate::{operations, transport};
#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
/// Client for Golden
///
/// Version: 1
#[derive(Clone)]
pub struct Client {
    pub(crate) baseurl: ::std::sync::Arc<str>,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: transport::Transport,
}
impl Client {
    /// Calls the API behind `baseurl`: scheme, host and the path in front of the paths of the
    /// operations.
    pub(crate) fn new_with_client(
        baseurl: ::std::sync::Arc<str>,
        client: reqwest::Client,
        inner: transport::Transport,
    ) -> Self {
        Self { baseurl, client, inner }
    }
}
impl ClientInfo<transport::Transport> for Client {
    fn api_version() -> &'static str {
        "1"
    }
    fn baseurl(&self) -> &str {
        &self.baseurl
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &transport::Transport {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<transport::Transport>,
    {}
};
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    pub async fn get_item<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "get_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
