//! Cloud Code: methods of the application's own services, with arguments and results of any shape, and its custom
//! [`events`].

mod events;
mod execution;
mod methods;

pub use events::Events;
pub use execution::ExecutionType;
pub use methods::{GetInvocation, GetInvocationParameters};

use std::fmt;
use std::future::IntoFuture;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::generated::raw;
use crate::operations::INVOKE_CLOUD_CODE_SERVICE;
use crate::prepared::{Prepared, Reader};
use crate::request::{Request, RequestFuture, argument, sealed};
use crate::{Client, Result};

/// Handle of the Cloud Code services of an application; created by [`Client::cloud_code`].
///
/// A cheap handle: clone it and move it into tasks.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// // The method `echo` of the local server returns its arguments.
/// let result: Vec<u8> = client.cloud_code().invoke("echo", "echo", &[1, 2, 3]).await?;
/// assert_eq!(result, [1, 2, 3]);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct CloudCode {
    client: Client,
}

impl Client {
    /// Returns the handle of the Cloud Code services; see [`CloudCode`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let cloud_code = client.cloud_code();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn cloud_code(&self) -> CloudCode {
        CloudCode::new(self.clone())
    }
}

impl CloudCode {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Invokes `method` of `service` with `arguments`, which are sent as JSON of any shape, and decodes the result as
    /// an `R`.
    ///
    /// The response is JSON, unless its content type declares text:
    ///
    /// - With `()` as `R`, every response of a method that succeeds is accepted, and its body is ignored.
    /// - An empty response is decoded as null: use an `Option` as `R` for a method that may have no result.
    /// - A response of a type such as `text/plain` is a string, without quotes, that becomes a `String` or another `R`
    ///   that can be read from a JSON string. Only if `R` cannot, such as a struct, the text is decoded as JSON.
    /// - A response without a content type, or with one that is neither text nor JSON, is decoded as JSON, and as a
    ///   string if it is not valid JSON. A response that is declared as JSON must be valid JSON.
    ///
    /// The request is not idempotent by default, because the SDK does not know what the method does; set
    /// [`idempotent`](crate::Request::idempotent) if it may be invoked twice.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 14001 or 14002 if the service or the method does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 14000, or a code of the application, if the method raises an error.
    /// - [`Decode`](crate::ErrorKind::Decode) if the result does not match `R`.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the arguments, a name or a header cannot be sent.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
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
        R: DeserializeOwned + Send + 'static,
    {
        let arguments = argument("the arguments", arguments, &INVOKE_CLOUD_CODE_SERVICE);
        self.invocation(service.into(), method.into(), arguments.map(Some))
    }

    /// Invokes `method` of `service` without arguments: the request has no body.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let result: Option<u8> = client.cloud_code().invoke_no_args("echo", "echo").await?;
    /// assert_eq!(result, None);
    /// # });
    /// ```
    pub fn invoke_no_args<R>(
        &self,
        service: impl Into<String>,
        method: impl Into<String>,
    ) -> Invocation<R>
    where
        R: DeserializeOwned + Send + 'static,
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
        };
        Request::with_parameters(self.client.clone(), parameters)
    }
}

/// Request that invokes a Cloud Code method; created by [`CloudCode::invoke`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let invocation = client.cloud_code().invoke::<_, String>("echo", "echo", "hello");
/// assert_eq!(invocation.idempotent(true).await?, "hello");
/// # });
/// ```
pub type Invocation<R> = Request<R, InvocationParameters>;

/// Parameters of [`Invocation`].
pub struct InvocationParameters {
    service: String,
    method: String,
    /// The arguments, or their error.
    arguments: Result<Option<Box<RawValue>>>,
}

impl<R: DeserializeOwned + Send + 'static> sealed::Sendable<R> for InvocationParameters {
    fn send(request: Request<R, Self>) -> RequestFuture<R> {
        let (client, parameters, settings) = request.into_parts();
        let Self {
            service,
            method,
            arguments,
        } = parameters;
        let request = arguments.and_then(|arguments| {
            raw::invoke_cloud_code_service(&service, &method, arguments.as_deref())
        });
        let request = request.map(|request: Prepared<R>| Prepared {
            reader: Reader::json_or_text(),
            ..request
        });
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
