//! Requests that are not sent yet: what is sent, the settings, and the type of the result.

mod response;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

pub use response::{Response, WithResponseParameters};

use crate::encode::to_raw_value;
use crate::operation::Operation;
use crate::prepared::{Parts, Prepared, Reader};
use crate::transport::{Reply, ReportedFailure, Settings};
use crate::{Client, Error, Result, RetryPolicy};

/// Future of a request.
pub(crate) type RequestFuture<R> = Pin<Box<dyn Future<Output = Result<R>> + Send>>;

/// Request that is not sent yet. Await it, or call [`send`](Self::send).
///
/// `R` is the type of the result. `P` contains the parameters that can still be set: a [`Find`](crate::Find), for example, is
/// a request with the parameters of a search, and adds methods of its own. Every request has the settings on this page.
///
/// A request is independent of the values that it was created from: bodies are serialized at once. An argument that cannot be
/// sent is reported when the request is sent, as an error of kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
///
/// ```
/// use std::time::Duration;
///
/// # backendless_local::doc_example!(|client| {
/// let notes = client.data::<backendless::Record>("Note");
/// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
/// notes.delete(&note.object_id).timeout(Duration::from_secs(5)).await?;
/// # });
/// ```
///
/// A request is `'static` and `Send`, so it can be spawned as a task with `.send()`:
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let visits = tokio::spawn(client.counters().increment("visits").send());
/// assert_eq!(visits.await??, 1);
/// # });
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct Request<R, P = Ready<R>> {
    pub(crate) client: Client,
    pub(crate) parameters: P,
    pub(crate) settings: Settings,
    result: PhantomData<fn() -> R>,
}

/// Parameters of a request.
///
/// The trait is implemented by the types in [`parameters`](crate::parameters) and cannot be implemented outside this crate.
pub trait Parameters<R>: sealed::Sendable<R> {}

impl<R, P: sealed::Sendable<R>> Parameters<R> for P {}

pub(crate) mod sealed {
    use super::{Request, RequestFuture};

    /// Sends a request with these parameters.
    pub trait Sendable<R>: Sized + 'static {
        fn send(request: Request<R, Self>) -> RequestFuture<R>;
    }
}

#[cfg(feature = "raw")]
impl Client {
    /// Creates the request for a prepared operation of [`raw`](crate::raw).
    ///
    /// The request has the app path, the user token and the settings of this client, and the functions of `raw` are generated
    /// from the OpenAPI document of the service. They are not covered by the semver guarantees of this crate: they change with
    /// the document and with the generator.
    ///
    /// ```
    /// use backendless::raw;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Person").create(&serde_json::json!({"name": "Bob"})).await?;
    /// let count = client.send(raw::count_objects("Person", None)?).await?;
    /// assert_eq!(count, 1);
    /// # });
    /// ```
    pub fn send<R: Send + 'static>(&self, prepared: Prepared<R>) -> Request<R> {
        Request::new(self, Ok(prepared))
    }
}

impl<R, P> Request<R, P> {
    pub(crate) fn with_parameters(client: Client, parameters: P) -> Self {
        Self {
            client,
            parameters,
            settings: Settings::default(),
            result: PhantomData,
        }
    }

    pub(crate) fn into_parts(self) -> (Client, P, Settings) {
        (self.client, self.parameters, self.settings)
    }

    pub(crate) fn with_settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Sets the timeout of this request, for all attempts together. It replaces the
    /// [`timeout`](crate::ClientBuilder::timeout) and the [`attempt_timeout`](crate::ClientBuilder::attempt_timeout)
    /// of the client. For uploads and downloads, the `attempt_timeout` still limits the time without progress.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let visits = client.counters().get("visits").timeout(Duration::from_secs(5)).await?;
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets the retry policy of this request, in place of the client's
    /// [`retry`](crate::ClientBuilder::retry).
    ///
    /// ```
    /// use backendless::RetryPolicy;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let visits = client.counters().get("visits").retry(RetryPolicy::none()).await?;
    /// # });
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = Some(policy);
        self
    }

    /// Sets whether this request may be sent again after the service may have processed it, in place of the
    /// [idempotency](crate::operations::Operation::idempotency) of the operation.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// // Counting a visit twice is acceptable here, and losing one is not.
    /// let visits = client.counters().increment("visits").idempotent(true).await?;
    /// # });
    /// ```
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.settings.idempotent = Some(idempotent);
        self
    }

    /// Adds an HTTP header to this request, such as one that a gateway or a Cloud Code method reads. Each further call adds
    /// another header, of the same name as well.
    ///
    /// The value may be a secret: no error or log contains it, no HTTP/2 peer keeps it in its header table, and a message of
    /// the service that repeats it is withheld. The headers of a published message are those of
    /// [`message_header`](crate::Publish::message_header).
    ///
    /// These are rejected when the request is sent, with [`InvalidArgument`](crate::ErrorKind::InvalidArgument): a name or
    /// value that a header cannot have, a header that the operation sets itself, and the headers that only the client sets,
    /// which are those of the connection, the framing and the content (`connection`, `keep-alive`, `te`, `trailer`,
    /// `transfer-encoding`, `upgrade`, `expect`, `host`, `http2-settings`, `accept-encoding`, `content-encoding`,
    /// `content-length`, `content-type`), those of its settings and secrets (`user-agent`, `user-token`, `application-id`,
    /// `secret-key`, `proxy-authenticate`, `proxy-authorization`, `proxy-connection`), and `referer`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let visits = client.counters().get("visits").header("x-trace", "7f3a").await?;
    /// assert_eq!(visits, 0);
    ///
    /// let error = client.counters().get("visits").header("host", "example.com").await.unwrap_err();
    /// assert_eq!(error.kind(), backendless::ErrorKind::InvalidArgument);
    /// # });
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.settings.add_header(name.as_ref(), value.as_ref());
        self
    }

    /// Adds a query parameter to the address of this request, for a parameter of the service that its operation lacks.
    ///
    /// The value is a string, a number, a boolean, or a list of them, which becomes a parameter for each item; `None` is
    /// skipped. Each further call adds another parameter, of the same name as well. A parameter that the operation sets
    /// itself, and a value that has no form in a query, are rejected when the request is sent, with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument). No error or log contains the value.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Note").create(&serde_json::json!({"text": "milk"})).await?;
    /// let notes = client.data::<backendless::Record>("Note");
    /// let found = notes.find().query("relationsPageSize", 50).await?;
    /// assert_eq!(found.len(), 1);
    ///
    /// let twice = notes.find().page_size(5).query("pageSize", 10);
    /// let error = twice.await.unwrap_err();
    /// assert!(error.message().contains("\"pageSize\" is set by the operation itself"));
    /// # });
    /// ```
    pub fn query(mut self, name: impl AsRef<str>, value: impl Serialize) -> Self {
        self.settings.add_query(name.as_ref(), &value);
        self
    }

    /// Sends the request; the same as awaiting it, with a future that can be named and stored.
    ///
    /// # Errors
    ///
    /// See the method that created the request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let counters = client.counters();
    /// let (visits, orders) =
    ///     tokio::try_join!(counters.get("visits").send(), counters.get("orders").send())?;
    /// assert_eq!((visits, orders), (0, 0));
    /// # });
    /// ```
    pub fn send(self) -> impl Future<Output = Result<R>> + Send + 'static
    where
        P: Parameters<R>,
        R: 'static,
    {
        self.into_future()
    }
}

impl<R: 'static, P: Parameters<R>> IntoFuture for Request<R, P> {
    type Output = Result<R>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<R>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        P::send(self)
    }
}

impl<R, P: Clone> Clone for Request<R, P> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            parameters: self.parameters.clone(),
            settings: self.settings.clone(),
            result: PhantomData,
        }
    }
}

impl<R, P: fmt::Debug> fmt::Debug for Request<R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("parameters", &self.parameters)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Parameters of a request that are complete: only its settings can still be changed.
pub struct Ready<R>(Result<ReadyRequest<R>>);

/// Request whose parameters are complete, with the decoder of its response.
struct ReadyRequest<R> {
    parts: Box<Parts>,
    decode: Decode<R>,
}

enum Decode<R> {
    Reader(Reader<R>),
    Function(Box<dyn FnOnce(Result<Reply>) -> Result<R> + Send>),
}

impl<R> Decode<R> {
    fn run(self, reply: Result<Reply>) -> Result<R> {
        match self {
            Self::Reader(reader) => reply?.read(reader),
            Self::Function(function) => function(reply),
        }
    }
}

impl<R: Send + 'static> Request<R> {
    /// Creates a request whose result is the decoded response.
    pub(crate) fn new(client: &Client, prepared: Result<Prepared<R>>) -> Self {
        Self::of(client.clone(), prepared)
    }

    /// Creates a request whose result is the decoded response.
    pub(crate) fn of(client: Client, prepared: Result<Prepared<R>>) -> Self {
        let ready = prepared.map(|Prepared { parts, reader }| ReadyRequest {
            parts,
            decode: Decode::Reader(reader),
        });
        Self::with_parameters(client, Ready(ready))
    }

    /// Creates a request whose result is created by `convert` from the decoded response.
    pub(crate) fn map<Q: Send + 'static>(
        client: &Client,
        prepared: Result<Prepared<Q>>,
        convert: impl FnOnce(Q) -> R + Send + 'static,
    ) -> Self {
        Self::then(client, prepared, |result, _| result.map(convert))
    }

    /// Creates a request whose result is created by `convert` from the decoded response or the error, and the number of
    /// attempts. An error that `convert` creates from a response gets the status of that response.
    pub(crate) fn then<Q: Send + 'static>(
        client: &Client,
        prepared: Result<Prepared<Q>>,
        convert: impl FnOnce(Result<Q>, u32) -> Result<R> + Send + 'static,
    ) -> Self {
        let ready = prepared.map(|Prepared { parts, reader }| ReadyRequest {
            parts,
            decode: Decode::Function(Box::new(move |reply| match reply {
                Ok(reply) => {
                    let (attempts, status) = (reply.attempts(), reply.status());
                    convert(reply.read(reader), attempts).map_err(|error| match error.status() {
                        Some(_) => error,
                        None => error.with_status(status),
                    })
                }
                Err(error) => {
                    let attempts = error.attempts();
                    convert(Err(error), attempts)
                }
            })),
        });
        Self::with_parameters(client.clone(), Ready(ready))
    }
}

impl<R: Send + 'static> Request<R> {
    /// Creates a request whose result is created by `convert` from the decoded response and the number of attempts. The
    /// body of a successful response may report a failure.
    pub(crate) fn checked<Q: Send + 'static>(
        client: &Client,
        prepared: Result<Prepared<Q>>,
        convert: impl FnOnce(Q, u32) -> std::result::Result<R, ReportedFailure> + Send + 'static,
    ) -> Self {
        let ready = prepared.map(|Prepared { parts, reader }| ReadyRequest {
            parts,
            decode: Decode::Function(Box::new(move |reply| {
                let reply = reply?;
                let attempts = reply.attempts();
                reply.read_checked(reader, |response| convert(response, attempts))
            })),
        });
        Self::with_parameters(client.clone(), Ready(ready))
    }
}

impl<R: Send + 'static> sealed::Sendable<R> for Ready<R> {
    fn send(request: Request<R, Self>) -> RequestFuture<R> {
        let (client, parameters, settings) = request.into_parts();
        Box::pin(async move {
            let ReadyRequest { parts, decode } = parameters.0?;
            // Pinned in place: `await` would first copy the future.
            let reply = pin!(client.transport.send(parts, settings)).await;
            match reply {
                Ok(reply) if reply.is_long() => {
                    Box::pin(reply.decode_in_background(move |reply| decode.run(Ok(reply)))).await
                }
                reply => decode.run(reply),
            }
        })
    }
}

/// Prints the operation only: path, query and body are the caller's data.
impl<R> fmt::Debug for Ready<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(ready) => f
                .debug_tuple("Ready")
                .field(&ready.parts.operation.id())
                .finish(),
            Err(error) => f.debug_tuple("Ready").field(error).finish(),
        }
    }
}

/// Serializes an argument of `operation`, which the error calls `name`: `the changes`.
pub(crate) fn argument<T: Serialize + ?Sized>(
    name: &str,
    value: &T,
    operation: &'static Operation,
) -> Result<Box<RawValue>> {
    to_raw_value(value).map_err(|error| {
        let problem = format!("{name} cannot be serialized: {error}");
        Error::invalid_argument(problem).with_operation(operation)
    })
}
