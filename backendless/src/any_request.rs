//! Requests to any path of the API, for operations that this crate has no method for.

use std::fmt;
use std::future::IntoFuture;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Client;
use crate::prepared::{self, AnyBody, Reader, SecretDetector};
use crate::request::{Request, RequestFuture, sealed};
use crate::secret;
use crate::transport::Transport;

/// Request to any path of the API; created by [`Client::request`].
///
/// [`fetch`](Self::fetch) and [`fetch_bytes`](Self::fetch_bytes) decode the response. Awaited directly, or after
/// [`fetch_empty`](Self::fetch_empty), the request ignores the body of the response. It has the settings of every
/// [`Request`], such as [`header`](Request::header), [`query`](Request::query), [`timeout`](Request::timeout) and
/// [`with_response`](Request::with_response).
///
/// ```
/// use backendless::Method;
///
/// # backendless_local::doc_example!(|client| {
/// client.request(Method::PUT, "/cache/{key}").segment("greeting").json("hello").await?;
/// let request = client.request(Method::GET, "/cache/{key}").segment("greeting");
/// assert_eq!(request.fetch::<String>().await?, "hello");
/// # });
/// ```
pub type AnyRequest = Request<(), AnyRequestParameters>;

/// Parameters of [`AnyRequest`].
#[derive(Clone)]
pub struct AnyRequestParameters(prepared::AnyRequest);

impl Client {
    /// Creates a request to any path of the API, for an operation that this crate has no method for. It is sent like any
    /// other request: the app path and the user token are added, and timeouts, retries, limits, spans and errors are the
    /// same.
    ///
    /// `method` is GET, HEAD, OPTIONS, PUT, DELETE, POST or PATCH. `path` follows the app path, which is `/` with the
    /// application id and the key: `/data/Person`. It contains letters, digits, percent-encoded bytes and the other characters
    /// that RFC 3986 allows in a segment. A segment `{name}` is a placeholder, whose value
    /// [`segment`](AnyRequest::segment) sets; the value of `{name*}` may contain slashes. Errors and spans contain the path
    /// as it is given here, so set ids and other values of a user with placeholders.
    ///
    /// The request is [idempotent](Request::idempotent) if its method is GET, HEAD, OPTIONS, PUT or DELETE (RFC 9110,
    /// section 9.2.2), unless method and path are those of a documented operation that is not, such as
    /// `PUT /counters/{name}/increment/get`, or a PUT has a JSON body with a value that the service computes. A documented
    /// operation also has its own use of the session: a login sends no user token, and a logout ends the session.
    ///
    /// # Errors
    ///
    /// The errors of every request, see [`ErrorKind`](crate::ErrorKind), and
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) before anything is sent, if
    ///
    /// - the method is not supported,
    /// - the path does not start with a slash, has an empty segment (also as `//host`), `.` or `..` in any encoding, a `?`,
    ///   a `#`, a backslash or a control character,
    /// - the path contains the application id, the key or the token of this client, or is longer than 2048 bytes,
    /// - the number of values differs from the number of placeholders,
    /// - a value is empty, `.` or `..`, or contains a backslash or a control character, or
    /// - a value selects another operation than any other value would, such as `logout` in `/users/{id}`, or `count` in
    ///   `/data/{table}/{id}`. Only the value of `/{path*}`, which is a complete path, selects the operation.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Person").create(&serde_json::json!({"name": "Bob"})).await?;
    /// let request = client.request(Method::GET, "/data/{table}/properties").segment("Person");
    /// let columns = request.fetch::<Vec<serde_json::Value>>().await?;
    /// assert!(columns.iter().any(|column| column["name"] == "name"));
    ///
    /// let error = client.request(Method::GET, "/data/{table}").segment("..").await.unwrap_err();
    /// assert_eq!(error.kind(), backendless::ErrorKind::InvalidArgument);
    /// # });
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> AnyRequest {
        let parameters = AnyRequestParameters(prepared::AnyRequest {
            method,
            template: path.into(),
            values: Vec::new(),
            body: None,
        });
        Request::with_parameters(self.clone(), parameters)
    }
}

impl AnyRequest {
    /// Sets the value of the next placeholder of the path, which is percent-encoded as one segment. The value of a placeholder
    /// `{name*}` is a path itself: its slashes separate segments. Errors and spans do not contain the value.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Person").create(&serde_json::json!({"name": "Bob"})).await?;
    /// let request = client.request(Method::GET, "/data/{table}/{id}").segment("Person").segment(7);
    /// let error = request.fetch::<backendless::Record>().await.unwrap_err();
    /// assert!(error.is_not_found());
    /// assert!(error.to_string().starts_with("GET /data/{table}/{id}: 404"));
    /// # });
    /// ```
    pub fn segment(mut self, value: impl fmt::Display) -> Self {
        self.parameters.0.values.push(value.to_string());
        self
    }

    /// Sets a JSON body. A second body replaces the first.
    ///
    /// A value that cannot be serialized, such as NaN, is rejected when the request is sent, with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use backendless::Method;
    /// use serde_json::json;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let request = client.request(Method::POST, "/data/Person").json(&json!({"name": "Bob"}));
    /// let bob: backendless::Record = request.fetch().await?;
    /// assert_eq!(bob["name"], "Bob");
    /// # });
    /// ```
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.parameters.0.body = Some(AnyBody::json(body));
        self
    }

    /// Sets a body of bytes with its content type, such as `text/plain` or `application/xml; charset=utf-8`. A second body
    /// replaces the first.
    ///
    /// A content type that is not a media type is rejected when the request is sent, with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument). Passwords in the body are recognized, so that no error repeats
    /// them, if the content type is JSON.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let request = client.request(Method::PUT, "/files/binary/{path*}").segment("docs/a.txt");
    /// request.body("YWJj", "text/plain").await?;
    /// assert_eq!(client.files().download("docs/a.txt").await?.bytes().await?, "abc");
    /// # });
    /// ```
    pub fn body(mut self, body: impl Into<Bytes>, content_type: impl AsRef<str>) -> Self {
        self.parameters.0.body = Some(AnyBody::bytes(body.into(), content_type.as_ref()));
        self
    }

    /// Returns the request whose response is decoded as an `R`.
    ///
    /// The response is JSON, unless its content type declares text:
    ///
    /// - An empty response is decoded as null: use an `Option` as `R` for a response that may be empty.
    /// - A response of a type such as `text/plain` is a string, without quotes, that becomes a `String` or another `R` that
    ///   can be read from a JSON string. Only if `R` cannot, such as a struct, the text is decoded as JSON.
    /// - A response without a content type, or with one that is neither text nor JSON, is decoded as JSON, and as a string if
    ///   it is not valid JSON.
    /// - With `()` as `R`, the body is ignored.
    ///
    /// A response that is HTML or XML is an error of kind [`Decode`](crate::ErrorKind::Decode), because the address is
    /// probably wrong; [`fetch_bytes`](Self::fetch_bytes) returns it.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Person").create(&serde_json::json!({"name": "Bob"})).await?;
    /// let request = client.request(Method::GET, "/data/Person/count").query("where", "name = 'Bob'");
    /// assert_eq!(request.fetch::<u64>().await?, 1);
    /// # });
    /// ```
    pub fn fetch<R: DeserializeOwned + Send + 'static>(self) -> Request<R> {
        self.prepare(Reader::json_or_text(), false)
    }

    /// Returns the request whose response is ignored but for its status and its headers.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let request = client.request(Method::PUT, "/counters/{name}/reset").segment("visits");
    /// let response = request.fetch_empty().with_response().await?;
    /// assert_eq!(response.status(), 200);
    /// # });
    /// ```
    pub fn fetch_empty(self) -> Request<()> {
        // The response to a login contains a token.
        self.prepare(Reader::Body(secret::wipe), false)
    }

    /// Returns the request whose response is returned as bytes, of any content type.
    ///
    /// Its maximum length is [`max_response_size`](crate::ClientBuilder::max_response_size). For long files, use
    /// [`Files::download`](crate::Files::download), which does not read them into memory.
    ///
    /// ```
    /// use backendless::Method;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let request = client.request(Method::GET, "/counters/{name}/get").segment("visits");
    /// assert_eq!(request.fetch_bytes().await?, "0");
    /// # });
    /// ```
    pub fn fetch_bytes(self) -> Request<Bytes> {
        self.prepare(Reader::Body(std::convert::identity), true)
    }

    fn prepare<R: Send + 'static>(self, reader: Reader<R>, accepts_pages: bool) -> Request<R> {
        let (client, AnyRequestParameters(request), settings) = self.into_parts();
        let prepared = request.prepare(&client.transport, reader, accepts_pages);
        Request::new(&client, prepared).with_settings(settings)
    }
}

impl SecretDetector for Transport {
    fn is_secret(&self, segment: &str) -> bool {
        Self::is_secret(self, segment)
    }

    fn is_secret_in(&self, text: &str) -> bool {
        Self::is_secret_in(self, text)
    }
}

impl sealed::Sendable<()> for AnyRequestParameters {
    fn send(request: Request<(), Self>) -> RequestFuture<()> {
        request.fetch_empty().into_future()
    }
}

/// Prints the method: values and body are the caller's data.
impl fmt::Debug for AnyRequestParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyRequest").field(&self.0.method).finish()
    }
}
