//! Cloud Code: methods of the application's own services, with arguments and answers of any shape.

use std::fmt;
use std::future::IntoFuture;

use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::generated::raw;
use crate::operations::INVOKE_CLOUD_CODE_SERVICE;
use crate::request::{Request, RequestFuture, sealed};
use crate::transport::secret_header;
use crate::{Client, Error, Result};

/// Headers that the client sets itself, or that would change the framing of the request.
const NOT_SETTABLE: [&str; 7] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "user-token",
];

/// The Cloud Code services of an application; made by [`Client::cloud_code`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// // The local server's `echo` answers its argument.
/// let answer: Vec<u8> = client.cloud_code().invoke("echo", "echo", &[1, 2, 3]).await?;
/// assert_eq!(answer, [1, 2, 3]);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct CloudCode {
    client: Client,
}

impl CloudCode {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Calls `method` of `service` with `arguments`, which are sent as JSON of any shape, and reads
    /// the answer as an `R`.
    ///
    /// An empty answer reads as null: `R` is `()` or an `Option` for methods that answer nothing.
    /// What the method does is not known, so the call is taken for not idempotent.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) with code 14001 or 14002 if there is no such service
    /// or method; [`Api`](crate::ErrorKind::Api) with code 14000, or one of its own, for an error
    /// that the method raises; [`Decode`](crate::ErrorKind::Decode) for an answer that is no `R`;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for what cannot be sent; and what
    /// every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.cloud_code().invoke::<_, ()>("Cart", "total", &1).await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # });
    /// ```
    pub fn invoke<A, R>(
        &self,
        service: impl Into<String>,
        method: impl Into<String>,
        arguments: &A,
    ) -> Invocation<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned + 'static,
    {
        let arguments = to_raw_value(arguments).map_err(|error| {
            let problem = format!("the arguments cannot be serialized: {error}");
            Error::invalid_argument(problem).with_operation(&INVOKE_CLOUD_CODE_SERVICE)
        });
        self.invocation(service.into(), method.into(), arguments.map(Some))
    }

    /// Calls `method` of `service` without arguments: the request has no body.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let answer: Option<u8> = client.cloud_code().invoke_no_args("echo", "echo").await?;
    /// assert_eq!(answer, None);
    /// # });
    /// ```
    pub fn invoke_no_args<R>(
        &self,
        service: impl Into<String>,
        method: impl Into<String>,
    ) -> Invocation<R>
    where
        R: DeserializeOwned + 'static,
    {
        self.invocation(service.into(), method.into(), Ok(None))
    }

    fn invocation<R>(
        &self,
        service: String,
        method: String,
        arguments: Result<Option<Box<RawValue>>>,
    ) -> Invocation<R> {
        let parameters = InvocationParameters {
            service,
            method,
            arguments,
            headers: Vec::new(),
        };
        Request::with_parameters(self.client.clone(), parameters)
    }
}

/// Request that invokes a Cloud Code method; created by [`CloudCode::invoke`].
pub type Invocation<R> = Request<R, InvocationParameters>;

/// Parameters of [`Invocation`].
pub struct InvocationParameters {
    service: String,
    method: String,
    /// The arguments, or what is wrong with them or with a header.
    arguments: Result<Option<Box<RawValue>>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl<R> Invocation<R> {
    /// Adds a header, which the service passes on to the method, such as `bl-execution-type`.
    ///
    /// A name or value that a header cannot have, and a header that the client sets itself, are rejected when the request is
    /// sent.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match header(name.as_ref(), value.as_ref()) {
            Ok(header) => self.parameters.headers.push(header),
            Err(problem) => {
                let error = Error::invalid_argument(problem);
                let error = error.with_operation(&INVOKE_CLOUD_CODE_SERVICE);
                self.parameters.arguments = Err(error);
            }
        }
        self
    }
}

/// Parses a header, or returns what is wrong with it. Its value may be a secret.
fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    match (name.parse::<HeaderName>(), secret_header(value)) {
        (Ok(parsed), _) if NOT_SETTABLE.contains(&parsed.as_str()) => {
            Err(format!("header {name:?} is set by the client itself"))
        }
        (Ok(name), Some(value)) => Ok((name, value)),
        (Err(_), _) => Err(format!("header {name:?} is not a valid name of a header")),
        (_, None) => Err(format!(
            "header {name:?}: the value contains a character that a header cannot contain, or spaces around it"
        )),
    }
}

impl<R: DeserializeOwned + 'static> sealed::Sendable<R> for InvocationParameters {
    fn send(request: Request<R, Self>) -> RequestFuture<R> {
        let (client, parameters, settings) = request.into_parts();
        let Self {
            service,
            method,
            arguments,
            headers,
        } = parameters;
        let request = arguments.and_then(|arguments| {
            raw::invoke_cloud_code_service(&service, &method, arguments.as_deref())
        });
        let request = request.map(|request| request.with_headers(headers));
        Request::new(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the service and the method; the arguments are the caller's data.
impl fmt::Debug for InvocationParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("service", &self.service)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
