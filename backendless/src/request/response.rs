//! Responses with their status, their headers and the number of attempts.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use http::HeaderMap;

use super::{Parameters, Request, RequestFuture, sealed};
use crate::transport::{HeadSlot, ResponseHead};
use crate::{Error, Result};

/// Response: its decoded value, its status and headers, and the number of attempts. Created by
/// [`Request::with_response`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let response = client.counters().increment("visits").with_response().await?;
/// assert_eq!(response.value, 1);
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.attempts(), 1);
/// assert!(response.header("content-type").is_some());
/// # });
/// ```
#[derive(Clone)]
pub struct Response<R> {
    /// The decoded value.
    pub value: R,
    status: u16,
    headers: HeaderMap,
    attempts: u32,
}

impl<R> Response<R> {
    /// Returns the decoded value.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let response = client.counters().increment("visits").with_response().await?;
    /// assert_eq!(response.into_value(), 1);
    /// # });
    /// ```
    pub fn into_value(self) -> R {
        self.value
    }

    /// Returns the HTTP status, from 200 to 299. Any other status is an [`Error`], unless the method documents a value for
    /// it, such as `None` for the 404 of [`Cache::get`](crate::Cache::get).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let response = client.counters().get("visits").with_response().await?;
    /// assert_eq!(response.status(), 200);
    /// # });
    /// ```
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the first header with this name, ignoring case; `None` without such a header, or if its value is not ASCII
    /// text.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let response = client.counters().get("visits").with_response().await?;
    /// assert_eq!(response.header("Content-Type"), Some("application/json"));
    /// assert_eq!(response.header("x-missing"), None);
    /// # });
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns all headers, with those of the same name in the order of the response.
    ///
    /// `Debug` prints only the values of common headers that contain no secret, such as `content-type`: any other is
    /// [sensitive](http::HeaderValue::is_sensitive), such as a cookie or a token.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let response = client.counters().get("visits").with_response().await?;
    /// let warnings: Vec<_> = response.headers().get_all("warning").iter().collect();
    /// assert!(warnings.is_empty());
    /// # });
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns how many attempts were sent, the successful one included.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let response = client.counters().get("visits").with_response().await?;
    /// assert_eq!(response.attempts(), 1);
    /// # });
    /// ```
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Prints the value, the status, the number of the headers and the number of attempts. The server chooses the names and
/// values of the headers, which may be secrets, such as a cookie.
impl<R: fmt::Debug> fmt::Debug for Response<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// Parameters of a request that returns a [`Response`]: those of the request that returns the value.
pub struct WithResponseParameters<R, P> {
    parameters: P,
    value: PhantomData<fn() -> R>,
}

impl<R, P> Request<R, P> {
    /// Returns a request whose result is a [`Response`]: the value with the status and the headers of the response, and the
    /// number of attempts.
    ///
    /// The settings of this request can be set before and after this call. Without this call, nothing is stored.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let request = notes.create(&serde_json::json!({"text": "milk"})).with_response();
    /// let response = request.timeout(Duration::from_secs(5)).await?;
    /// println!("{} after {} attempts", response.value.object_id, response.attempts());
    /// # });
    /// ```
    pub fn with_response(self) -> Request<Response<R>, WithResponseParameters<R, P>> {
        let (client, parameters, settings) = self.into_parts();
        let parameters = WithResponseParameters {
            parameters,
            value: PhantomData,
        };
        Request::with_parameters(client, parameters).with_settings(settings)
    }
}

impl<R: 'static, P: Parameters<R>> sealed::Sendable<Response<R>> for WithResponseParameters<R, P> {
    fn send(request: Request<Response<R>, Self>) -> RequestFuture<Response<R>> {
        let (client, parameters, mut settings) = request.into_parts();
        let slot = Arc::new(HeadSlot::default());
        settings.head = Some(Arc::clone(&slot));
        let request = Request::with_parameters(client, parameters.parameters);
        let value = P::send(request.with_settings(settings));
        Box::pin(async move {
            let value = value.await;
            respond(value, &slot)
        })
    }
}

fn respond<R>(value: Result<R>, slot: &HeadSlot) -> Result<Response<R>> {
    let value = value?;
    let head = slot.take();
    let head = head.ok_or_else(|| Error::internal("the request succeeded without a response"));
    let ResponseHead {
        status,
        headers,
        attempts,
    } = head?;
    Ok(Response {
        value,
        status,
        headers,
        attempts,
    })
}

impl<R, P: Clone> Clone for WithResponseParameters<R, P> {
    fn clone(&self) -> Self {
        Self {
            parameters: self.parameters.clone(),
            value: PhantomData,
        }
    }
}

impl<R, P: fmt::Debug> fmt::Debug for WithResponseParameters<R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WithResponse")
            .field(&self.parameters)
            .finish()
    }
}
