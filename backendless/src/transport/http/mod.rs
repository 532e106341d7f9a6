//! The HTTP client: the only module that uses reqwest, whose builder is also in the signature of `ClientBuilder::http`.
//!
//! It follows no redirect and sends no `Referer`: both would send the REST API key, which is in the path, to another
//! server. The retries of reqwest are off, because they do not know which operations are idempotent.

mod api_url;
mod application;
mod cause;
mod config;
mod error;
mod form;
#[cfg(feature = "testing")]
mod in_memory;
mod settings;
mod tls;
mod url_composer;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use reqwest::Url;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

pub(crate) use application::{Application, DEFAULT_API_URL, SettingNames};
pub(crate) use config::{BuiltHttp, HttpConfig};
pub(super) use error::{HttpError, HttpErrorKind};
pub(crate) use form::is_media_type;
pub(crate) use tls::TlsConfig;

use crate::prepared::Form;
use application::{AddressHints, BaseUrl};
use url_composer::UrlComposer;

/// Maximum length in bytes of the URL of a request: that of an `http::Uri`.
pub(super) const MAX_ADDRESS_LENGTH: usize = 65_534;

const USER_TOKEN: HeaderName = HeaderName::from_static("user-token");
#[cfg(feature = "opentelemetry")]
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// HTTP client of one application.
pub(crate) struct HttpClient {
    client: reqwest::Client,
    base: BaseUrl,
    /// Composes the URLs of requests; `None` if they are parsed.
    composer: Option<UrlComposer>,
    hints: AddressHints,
    /// Host and port of the proxy that the settings name.
    proxy: Option<String>,
    /// What responds instead of a server.
    #[cfg(feature = "testing")]
    in_memory: Option<in_memory::InMemory>,
}

/// Host and port that a request is sent to.
#[derive(Clone, Copy)]
pub(super) struct Server<'u> {
    pub(super) host: Option<&'u str>,
    pub(super) port: Option<u16>,
}

/// Absolute URL of a file.
pub(super) struct FileUrl(Url);

/// Request of one attempt.
pub(super) struct Outgoing<'r> {
    pub(super) method: &'static str,
    pub(super) address: Address<'r>,
    pub(super) headers: &'r [(HeaderName, HeaderValue)],
    pub(super) user_token: Option<HeaderValue>,
    /// The context of the trace.
    #[cfg(feature = "opentelemetry")]
    pub(super) traceparent: Option<HeaderValue>,
    pub(super) body: OutgoingBody,
}

/// Where a request is sent.
#[derive(Clone, Copy)]
pub(super) enum Address<'r> {
    /// A path behind the app path, with its query.
    Api {
        path: &'r str,
        query: Option<&'r str>,
    },
    File(&'r FileUrl),
}

/// Body of one attempt.
pub(super) enum OutgoingBody {
    Empty,
    Bytes(Bytes),
    Form(Form),
}

impl HttpClient {
    /// Returns the server of the API.
    pub(super) fn server(&self) -> Server<'_> {
        Server::of(&self.base.origin)
    }

    /// Returns the origin of the API, which contains no secret.
    pub(crate) fn origin(&self) -> String {
        self.base.origin.origin().ascii_serialization()
    }

    /// Returns host and port of the proxy that the settings name, which are that of the environment otherwise.
    pub(super) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Returns the origin of `address`, which may be relative to one of the API; `None` if it is neither http nor https.
    pub(super) fn origin_of(&self, address: &str) -> Option<String> {
        origin_of(&self.base.origin.join(address).ok()?)
    }

    /// Returns the settings of the address that an error suggests to check.
    pub(super) fn address_hints(&self) -> AddressHints {
        self.hints
    }

    /// Returns whether `url` has the origin of the API.
    pub(super) fn is_own(&self, url: &FileUrl) -> bool {
        url.0.origin() == self.base.origin.origin()
    }

    /// Returns the URL of the file at an encoded path behind the app path.
    pub(super) fn file_url(&self, path: &str) -> FileUrl {
        FileUrl(self.api_url(path, None))
    }

    /// Sends a request and waits for the head of the response. The future does not contain `outgoing`.
    pub(super) fn execute<'c>(
        &'c self,
        outgoing: Outgoing<'_>,
    ) -> impl Future<Output = Result<Response, HttpError>> + Send + use<'c> {
        let request = self.request(outgoing);
        async move {
            let request = request?;
            #[cfg(feature = "testing")]
            if let Some(in_memory) = &self.in_memory {
                let response = Box::pin(self.execute_in_memory(in_memory, request));
                return Ok(Response(response.await?));
            }
            match self.client.execute(request).await {
                Ok(response) => Ok(Response(response)),
                Err(error) => Err(HttpError::of_request(error, self.proxy.is_some())),
            }
        }
    }

    fn request(&self, outgoing: Outgoing<'_>) -> Result<reqwest::Request, HttpError> {
        let Outgoing {
            method,
            address,
            headers,
            user_token,
            #[cfg(feature = "opentelemetry")]
            traceparent,
            body,
        } = outgoing;
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let url = match address {
            Address::Api { path, query } => self.api_url(path, query),
            Address::File(url) => url.0.clone(),
        };
        let mut request = match body {
            OutgoingBody::Empty => reqwest::Request::new(method, url),
            OutgoingBody::Bytes(bytes) => {
                let mut request = reqwest::Request::new(method, url);
                *request.body_mut() = Some(bytes.into());
                request
            }
            OutgoingBody::Form(form) => self
                .client
                .request(method, url)
                .multipart(form::encode(form)?)
                .build()?,
        };
        for (name, value) in headers {
            request.headers_mut().append(name, value.clone());
        }
        if let Some(token) = user_token {
            request.headers_mut().insert(USER_TOKEN, token);
        }
        #[cfg(feature = "opentelemetry")]
        if let Some(traceparent) = traceparent {
            let header = request.headers_mut().entry(TRACEPARENT);
            header.or_insert(traceparent);
        }
        Ok(request)
    }

    /// Returns the length in bytes of the URL of a request with this path and query.
    pub(super) fn address_length(&self, path: &str, query: Option<&str>) -> usize {
        let origin = self.base.origin.as_str().trim_end_matches('/');
        let query = query.map_or(0, |query| query.len() + 1);
        origin.len() + self.base.app_path.expose_secret().len() + path.len() + query
    }

    fn api_url(&self, path: &str, query: Option<&str>) -> Url {
        let origin = self.base.origin.as_str().trim_end_matches('/');
        let app_path = self.base.app_path.expose_secret();
        if let Some(composer) = &self.composer
            && let Some(url) = composer.compose(origin, app_path, path, query)
        {
            return url;
        }
        let (mark, values) = query.map_or(("", ""), |query| ("?", query));
        let text = Zeroizing::new([origin, app_path, path, mark, values].concat());
        // Parsed at once: setting the parts would leave copies of the app path in memory that the URL outgrew.
        Url::parse(&text).unwrap_or_else(|_| {
            let mut url = self.base.origin.clone();
            url.set_path(&[app_path, path].concat());
            url.set_query(query);
            url
        })
    }
}

/// Returns the origin of an absolute address; `None` if it is neither http nor https.
pub(super) fn absolute_origin_of(address: &str) -> Option<String> {
    origin_of(&Url::parse(address).ok()?)
}

fn origin_of(url: &Url) -> Option<String> {
    let is_http = matches!(url.scheme(), "http" | "https");
    is_http.then(|| url.origin().ascii_serialization())
}

/// Writes host and port.
impl fmt::Display for Server<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host.unwrap_or_default())?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl<'u> Server<'u> {
    fn of(url: &'u Url) -> Self {
        Self {
            host: url.host_str(),
            port: url.port_or_known_default(),
        }
    }
}

impl FileUrl {
    /// Parses the URL of a file. The error completes a sentence that starts with "the URL".
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let file = Self(Url::parse(url).map_err(|error| format!("is not a URL: {error}"))?);
        file.check_length()?;
        let url = &file.0;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("is neither http nor https".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("contains a user name or a password".to_owned());
        }
        Ok(file)
    }

    pub(super) fn server(&self) -> Server<'_> {
        Server::of(&self.0)
    }

    /// Returns the encoded query.
    pub(super) fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// Replaces the encoded query. The error completes a sentence that starts with "the URL".
    pub(super) fn set_query(&mut self, query: Option<String>) -> Result<(), String> {
        self.0.set_query(query.as_deref());
        self.check_length()
    }

    fn check_length(&self) -> Result<(), String> {
        let length = self.0.as_str().len();
        match length > MAX_ADDRESS_LENGTH {
            true => Err(format!(
                "is too long: it has {length} bytes, and the maximum is {MAX_ADDRESS_LENGTH}"
            )),
            false => Ok(()),
        }
    }

    /// Returns the secrets in the URL: the app id and the key, which a client of a domain does not know otherwise, and the
    /// values in the query: whoever knows the signature of a URL can read the file.
    pub(super) fn secrets(&self) -> Vec<HeaderValue> {
        let identity = application::identity_of_file(&self.0);
        let identity = identity.into_iter().map(String::into_bytes);
        let mut secrets: Vec<_> = identity
            .filter_map(|segment| HeaderValue::from_bytes(&segment).ok())
            .collect();
        let pairs = self.0.query().unwrap_or_default().split('&');
        let values = pairs.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        secrets.extend(values.filter_map(|value| HeaderValue::from_str(value).ok()));
        secrets
    }
}

/// Response whose body is not read yet.
pub(super) struct Response(reqwest::Response);

/// Body of a response, chunk by chunk.
pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, HttpError>> + Send>>;

impl Response {
    pub(super) fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Copies the values of the headers. Those that were received are parts of the buffer that may contain the body as well,
    /// which cannot be wiped while something refers to it.
    pub(super) fn detach_headers(&mut self) {
        for value in self.0.headers_mut().values_mut() {
            if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
                *value = copy;
            }
        }
    }

    /// Returns the length of the body in bytes, if the server sent it.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.0.content_length()
    }

    /// Reads the next chunk of the body; `None` at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        Ok(self.0.chunk().await?)
    }

    /// Returns the body as a stream.
    pub(super) fn into_chunks(self) -> Chunks {
        Box::pin(MapError(Box::pin(self.0.bytes_stream())))
    }
}

/// Stream of reqwest with the errors of this module.
struct MapError<S>(Pin<Box<S>>);

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for MapError<S> {
    type Item = Result<Bytes, HttpError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let poll = self.0.as_mut().poll_next(context);
        poll.map(|chunk| chunk.map(|chunk| chunk.map_err(HttpError::from)))
    }
}

/// Prints the origin; the app path is a secret.
impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}
