//! Unit tests of a service without a server and without a port: responses from memory.
//!
//! A [`Responder`] takes the place of the network. Everything above it is the same as in production: addresses, headers,
//! sessions, timeouts, retries, and the decoding of responses and errors.
//!
//! ```
//! use std::io;
//!
//! use backendless::testing::{Responder, Response};
//! use backendless::{Client, ErrorKind, Record};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let responder = Responder::new(|request| async move {
//!     match (request.method(), request.path()) {
//!         ("GET", "/data/Person/B2") => Ok(Response::json(200, &json!({"objectId": "B2", "name": "Bob"}))),
//!         ("DELETE", "/data/Person/B2") => Err(io::ErrorKind::ConnectionReset.into()),
//!         _ => Ok(Response::error(400, 1009, "Table not found")),
//!     }
//! });
//! let client = Client::builder("A0F5", "9C41").responder(&responder).build()?;
//! let people = client.data::<Record>("Person");
//!
//! assert_eq!(people.get("B2").await?["name"], "Bob");
//! let error = people.delete("B2").await.unwrap_err();
//! assert_eq!((error.kind(), error.attempts()), (ErrorKind::ConnectionLost, 3));
//! assert_eq!(responder.requests().len(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! The crate has other types with the names `Request` and `Response`: [`backendless::Request`](crate::Request) and
//! [`backendless::Response`](crate::Response). Code that uses both imports this module and writes its name:
//!
//! ```
//! use backendless::{Client, Response, testing};
//!
//! async fn count_attempts(client: &Client) -> backendless::Result<u32> {
//!     let response: Response<i64> = client.counters().get("visits").with_response().await?;
//!     Ok(response.attempts())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let responder = testing::Responder::new(|_| async { Ok(testing::Response::json(200, &5)) });
//! let client = Client::builder("A0F5", "9C41").responder(&responder).build()?;
//! assert_eq!(count_attempts(&client).await?, 1);
//! # Ok(())
//! # }
//! ```
//!
//! Time can be that of tokio: in a test with `#[tokio::test(start_paused = true)]`, delays between retries and timeouts
//! pass without waiting.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};

use crate::encode::to_vec;

/// Maximum number of headers of a response: that of an HTTP/1 client.
const MAX_HEADERS: usize = 100;

type ResponseFuture = Pin<Box<dyn Future<Output = io::Result<Response>> + Send>>;
type Respond = dyn Fn(Request) -> ResponseFuture + Send + Sync;
type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Source of responses in memory, which takes the place of the network for a client; see the [module](self).
///
/// Clones share the function and the recorded requests. [`ClientBuilder::responder`](crate::ClientBuilder::responder)
/// sets the responder of a client.
#[derive(Clone)]
pub struct Responder {
    respond: Arc<Respond>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Responder {
    /// Creates a responder that calls `respond` for each attempt of each request.
    ///
    /// An error that `respond` returns is one of the network. `ConnectionRefused`, `HostUnreachable`,
    /// `NetworkUnreachable` and `AddrNotAvailable` mean that no connection was established
    /// ([`Connect`](crate::ErrorKind::Connect)), `TimedOut` that the response took too long
    /// ([`Timeout`](crate::ErrorKind::Timeout)), and any other kind that the connection was lost after the request was sent
    /// ([`ConnectionLost`](crate::ErrorKind::ConnectionLost)).
    ///
    /// A slow server is a future that sleeps before it returns the response.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use backendless::testing::{Responder, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let responder = Responder::new(|_| async {
    ///     tokio::time::sleep(Duration::from_secs(20)).await;
    ///     Ok(Response::json(200, &5))
    /// });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// assert_eq!(client.counters().get("visits").await?, 5);
    /// let error = client.counters().get("visits").timeout(Duration::from_secs(3)).await.unwrap_err();
    /// assert!(error.is_timeout());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new<F, R>(respond: F) -> Self
    where
        F: Fn(Request) -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<Response>> + Send + 'static,
    {
        Self {
            respond: Arc::new(move |request| Box::pin(respond(request))),
            requests: Arc::default(),
        }
    }

    /// Returns the requests in the order in which they were sent: one for each attempt.
    ///
    /// ```
    /// use backendless::testing::{Responder, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert_eq!(responder.requests()[0].path(), "/counters/visits/get");
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<Request> {
        self.recorded().clone()
    }

    pub(crate) fn respond(&self, request: Request) -> ResponseFuture {
        self.recorded().push(request.clone());
        (self.respond)(request)
    }

    fn recorded(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<&Responder> for Responder {
    fn from(responder: &Responder) -> Self {
        responder.clone()
    }
}

/// Prints the number of requests. Their paths, headers and bodies may contain secrets.
impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder")
            .field("requests", &self.recorded().len())
            .finish_non_exhaustive()
    }
}

/// Request that a [`Responder`] received: one attempt.
///
/// The headers that depend on the connection are absent: `Host`, `Content-Length`, `Transfer-Encoding`, and those of a
/// proxy or of [`ClientBuilder::http`](crate::ClientBuilder::http).
#[derive(Clone)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) origin: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// Returns the method, such as `GET`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert_eq!(responder.requests()[0].method(), "GET");
    /// # Ok(())
    /// # }
    /// ```
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the origin of the server, such as `https://api.backendless.com`. The download of a file may have another
    /// one than the API.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert_eq!(responder.requests()[0].origin(), "https://api.backendless.com");
    /// # Ok(())
    /// # }
    /// ```
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the encoded path of the operation, such as `/data/Person/B2`: without the application id, the REST API
    /// key, and the path of [`api_url`](crate::ClientBuilder::api_url). The path of a file at another server is complete.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert_eq!(responder.requests()[0].path(), "/counters/visits/get");
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the first decoded value of a query parameter; `None` if there is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().increment_by("visits", 2).await?;
    /// assert_eq!(responder.requests()[0].query("value").as_deref(), Some("2"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.query.as_deref().unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, value) = pairs.find(|(key, _)| key == name)?;
        Some(value.into_owned())
    }

    /// Returns the encoded query, without the `?`; `None` if there is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().increment_by("visits", 2).await?;
    /// assert_eq!(responder.requests()[0].query_string(), Some("value=2"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn query_string(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Returns the value of the first header with this name, which is compared without regard to case; `None` if there is
    /// none, or if it is not ASCII.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert_eq!(responder.requests()[0].header("accept"), Some("application/json"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns all headers, with those of the same name in the order of the request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").header("x-trace", "a").header("x-trace", "b").await?;
    /// let request = &responder.requests()[0];
    /// let traces: Vec<_> = request.headers().get_all("x-trace").iter().collect();
    /// assert_eq!(traces, ["a", "b"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body, which is empty if there is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.counters().get("visits").await?;
    /// assert!(responder.requests()[0].body().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as JSON; `None` if it is not JSON.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// client.cache().put("key", &7).await.ok();
    /// assert_eq!(responder.requests()[0].json(), Some(7.into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Prints the method and the length of the body. Path, headers and body may contain secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Response of a [`Responder`].
///
/// A status, header or body that is invalid is reported by the request, as an error of kind
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
    /// The first value that is invalid.
    pub(crate) problem: Option<String>,
}

/// Body of a [`Response`].
pub(crate) enum ResponseBody {
    Bytes(Bytes),
    Chunks(Chunks),
}

impl Response {
    /// Creates a response with a status from 100 to 999 and an empty body.
    ///
    /// ```
    /// use backendless::testing::Response;
    ///
    /// let unavailable = Response::new(503).header("retry-after", "1");
    /// # drop(unavailable);
    /// ```
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: ResponseBody::Bytes(Bytes::new()),
            problem: None,
        }
    }

    /// Creates a response with a JSON body.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// assert_eq!(client.counters().get("visits").await?, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        let response = Self::new(status).header("content-type", "application/json");
        match to_vec(value) {
            Ok(json) => response.body(json.to_vec()),
            Err(problem) => response.invalid(format!("a body that is not JSON: {problem}")),
        }
    }

    /// Creates an error response of the service: a status, an error code and a message.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async { Ok(Response::error(400, 1009, "Table not found")) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// let error = client.counters().get("visits").await.unwrap_err();
    /// assert_eq!(error.code().map(backendless::ErrorCode::get), Some(1009));
    /// # Ok(())
    /// # }
    /// ```
    pub fn error(status: u16, code: i64, message: &str) -> Self {
        let body = json!({ "code": code, "message": message, "errorData": {} });
        Self::json(status, &body)
    }

    /// Adds a header.
    ///
    /// With a `Content-Length`, the body ends as one that HTTP/1.1 delivers: bytes beyond the length are not read, and if it
    /// is shorter, the connection is lost.
    ///
    /// ```
    /// use backendless::testing::Response;
    ///
    /// let unavailable = Response::new(503).header("retry-after", "1");
    /// # drop(unavailable);
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = HeaderName::from_bytes(name.as_ref().as_bytes());
        match (name, HeaderValue::from_str(value.as_ref())) {
            (Ok(_), Ok(_)) if self.headers.len() >= MAX_HEADERS => {
                self.invalid(format!("more than {MAX_HEADERS} headers"))
            }
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
                self
            }
            (Err(_), _) => self.invalid("an invalid name of a header".to_owned()),
            (_, Err(_)) => self.invalid("an invalid value of a header".to_owned()),
        }
    }

    /// Sets the body.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async {
    ///     Ok(Response::new(200).header("content-type", "application/json").body("5"))
    /// });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// assert_eq!(client.counters().get("visits").await?, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = ResponseBody::Bytes(body.into());
        self
    }

    /// Sets a body that arrives in chunks. An error among them interrupts the connection.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> backendless::Result<()> {
    /// use backendless::testing::{Responder, Response};
    ///
    /// let responder = Responder::new(|_| async {
    ///     let chunks = futures_util::stream::iter([Ok("1".into()), Ok("5".into())]);
    ///     Ok(Response::new(200).header("content-type", "application/json").chunks(chunks))
    /// });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// assert_eq!(client.counters().get("visits").await?, 15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn chunks(
        mut self,
        chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        self.body = ResponseBody::Chunks(Box::pin(chunks));
        self
    }

    fn invalid(mut self, problem: String) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
