//! Custom events, whose handlers are part of the application's Cloud Code.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::reading_result;
use crate::Client;
use crate::generated::raw;
use crate::request::Request;

/// Handle of the custom events of an application; created by [`Client::events`].
///
/// A cheap handle: clone it and move it into tasks.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// use std::collections::BTreeMap;
///
/// // The handler of the event `echo` of the local server returns its arguments.
/// let arguments = BTreeMap::from([("city".to_owned(), "Oslo".to_owned())]);
/// let result: BTreeMap<String, String> = client.events().dispatch("echo", &arguments).await?;
/// assert_eq!(result, arguments);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
}

impl Client {
    /// Returns the handle of the custom events; see [`Events`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let events = client.events();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn events(&self) -> Events {
        Events {
            client: self.clone(),
        }
    }
}

impl Events {
    /// Dispatches the event `name` with `arguments`, which serialize to a JSON object, and decodes the return value of its
    /// handler as an `R`.
    ///
    /// The response is decoded as that of [`CloudCode::invoke`](crate::CloudCode::invoke): with `()` as `R` its body is
    /// ignored, and an empty response is decoded as null.
    ///
    /// The request is not idempotent by default, because the SDK does not know what the handler does; set
    /// [`idempotent`](crate::Request::idempotent) if it may run twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/bl-js/bl_custom_events.html)).
    ///
    /// # Errors
    ///
    /// - [`Api`](crate::ErrorKind::Api) with a code of the application if the handler fails.
    /// - [`Decode`](crate::ErrorKind::Decode) if the return value does not match `R`.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the arguments cannot be serialized, or the name cannot
    ///   be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let result: serde_json::Value =
    ///     client.events().dispatch("echo", &serde_json::json!({"n": 1})).await?;
    /// assert_eq!(result["n"], 1);
    /// # });
    /// ```
    pub fn dispatch<A, R>(&self, name: impl Into<String>, arguments: &A) -> Request<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned + Send + 'static,
    {
        let request = raw::dispatch_event(&name.into(), arguments);
        Request::new(&self.client, request.map(reading_result))
    }
}
