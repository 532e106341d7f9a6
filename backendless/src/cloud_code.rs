//! Cloud Code: methods of the application's own services, with arguments and answers of any shape.

use std::fmt;

use reqwest::header::HeaderName;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::generated::raw;
use crate::operations::INVOKE_CLOUD_CODE_SERVICE;
use crate::request::{CallFuture, Request, sendable};
use crate::transport::{CallOptions, finish, secret_header};
use crate::{Client, Error, Result};

/// Headers that the client sets itself, or that would change how the message is cut.
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
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let client = backendless::Client::builder(server.app_id(), server.api_key())
/// #     .api_url(server.url()).build()?;
/// // The local server's `echo` answers its argument.
/// let answer: Vec<u8> = client.cloud_code().invoke("echo", "echo", &[1, 2, 3]).await?;
/// assert_eq!(answer, [1, 2, 3]);
/// # Ok(())
/// # }
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// let error = client.cloud_code().invoke::<_, ()>("Cart", "total", &1).await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(())
    /// # }
    /// ```
    pub fn invoke<'a, A, R>(
        &self,
        service: impl Into<String>,
        method: impl Into<String>,
        arguments: &'a A,
    ) -> Invocation<'a, A, R>
    where
        A: Serialize + Sync + ?Sized,
        R: DeserializeOwned + Send + 'static,
    {
        Invocation::new(&self.client, service.into(), method.into(), Some(arguments))
    }

    /// Calls `method` of `service` without arguments: the request has no body.
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// let answer: Option<u8> = client.cloud_code().invoke_no_args("echo", "echo").await?;
    /// assert_eq!(answer, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn invoke_no_args<R>(
        &self,
        service: impl Into<String>,
        method: impl Into<String>,
    ) -> Invocation<'static, (), R>
    where
        R: DeserializeOwned + Send + 'static,
    {
        Invocation::new(&self.client, service.into(), method.into(), None)
    }
}

/// A call of a Cloud Code method that is about to be made; made by [`CloudCode::invoke`].
#[must_use = "a method is called when the invocation is awaited"]
pub struct Invocation<'a, A: ?Sized, R> {
    client: Client,
    service: String,
    method: String,
    arguments: Option<&'a A>,
    options: CallOptions,
    problem: Option<String>,
    answer: std::marker::PhantomData<fn() -> R>,
}

impl<'a, A: ?Sized, R> Invocation<'a, A, R> {
    fn new(client: &Client, service: String, method: String, arguments: Option<&'a A>) -> Self {
        Self {
            client: client.clone(),
            service,
            method,
            arguments,
            options: CallOptions::default(),
            problem: None,
            answer: std::marker::PhantomData,
        }
    }

    /// Sends a header along, which the service passes on to the method: `bl-execution-type`, say.
    ///
    /// A name or value that no header can have, and a name that the client sets itself, are refused
    /// when the call is made.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        // The value may be a secret for all that is known.
        match (name.parse::<HeaderName>(), secret_header(value.as_ref())) {
            (Ok(parsed), _) if NOT_SETTABLE.contains(&parsed.as_str()) => {
                self.problem = Some(format!("header {name:?} is set by the client itself"));
            }
            (Ok(name), Some(value)) => {
                self.options.headers.push((name, value));
            }
            (Err(_), _) => self.problem = Some(format!("header {name:?} is no header's name")),
            (_, None) => {
                self.problem = Some(format!(
                    "header {name:?}: the value is no header's value, or has spaces around it"
                ));
            }
        }
        self
    }
}

impl<'a, A, R> Invocation<'a, A, R>
where
    A: Serialize + Sync + ?Sized,
    R: DeserializeOwned + Send + 'static,
{
    fn call(self) -> CallFuture<'a, R> {
        let Self {
            service,
            method,
            arguments,
            problem,
            ..
        } = self;
        let request = Request::new(self.client, move |raw: raw::Client| async move {
            check(problem)?;
            let answer = raw
                .invoke_cloud_code_service(&service, &method, arguments)
                .await;
            finish(answer, &INVOKE_CLOUD_CODE_SERVICE)
        });
        request.with_options(self.options).call()
    }
}

fn check(problem: Option<String>) -> Result<()> {
    match problem {
        None => Ok(()),
        Some(problem) => {
            Err(Error::invalid_argument(problem).with_operation(&INVOKE_CLOUD_CODE_SERVICE))
        }
    }
}

sendable!(
    ['a, A, R] Invocation<'a, A, R>, 'a, R,
    where A: Serialize + Sync + ?Sized, R: DeserializeOwned + Send + 'static
);

/// Tells what is called; the arguments are the caller's.
impl<A: ?Sized, R> fmt::Debug for Invocation<'_, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("service", &self.service)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
