//! Mocks of requests to any path.

use http::Method;
use serde::Serialize;

use super::{Mock, MockServer, RequestMatcher, Responder};
use crate::operation::{ErrorCodes, Idempotency, Operation, Origin, PathParameter, SessionUse};

impl MockServer {
    /// Adds a mock of a request with this method and path, as [`Client::request`](crate::Client::request) sends it. `path` is
    /// a path template: `{name}` matches one segment, and `{name*}` one or more.
    ///
    /// # Panics
    ///
    /// Panics if `path` does not start with a slash.
    ///
    /// ```
    /// use backendless::{Method, mock::MockServer};
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::start_async().await;
    /// let get = server.request(Method::GET, "/hive/{key}", |when, then| {
    ///     when.segment("key", "a b").query("limit", "5");
    ///     then.ok(&json!([1, 2]));
    /// });
    /// let request = server.client().request(Method::GET, "/hive/{key}").segment("a b");
    /// assert_eq!(request.query("limit", 5).fetch::<Vec<u8>>().await?, [1, 2]);
    /// get.assert();
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<F>(&self, method: Method, path: &str, configure: F) -> Mock<'_>
    where
        F: FnOnce(AnyRequestWhen, AnyRequestThen),
    {
        assert!(
            path.starts_with('/'),
            "the path of a mock starts with a slash"
        );
        self.expect(operation(&method, path), |when, then| {
            configure(AnyRequestWhen(when), AnyRequestThen(then));
        })
    }
}

/// Creates the operation that a mock expects. It is never freed: operations are static, and a test has few mocks.
fn operation(method: &Method, path: &str) -> &'static Operation {
    let parameters: Vec<PathParameter> = path.split('/').filter_map(parameter).collect();
    Box::leak(Box::new(Operation {
        id: "request",
        service: "Any",
        method: leaked(method.as_str().to_owned()),
        path: leaked(path.replace("*}", "}")),
        origin: Origin::Overlay,
        session: SessionUse::Uses,
        idempotency: Idempotency::NotIdempotent,
        error_codes: ErrorCodes::Service,
        returns_token: false,
        path_parameters: parameters.leak(),
    }))
}

fn parameter(segment: &str) -> Option<PathParameter> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(PathParameter {
        name: leaked(name.trim_end_matches('*').to_owned()),
        multi_segment: name.ends_with('*'),
        reserved: &[],
    })
}

fn leaked(text: String) -> &'static str {
    String::leak(text)
}

/// Request matcher of a mock of any path. Requests may differ in everything that it does not set.
#[derive(Debug)]
pub struct AnyRequestWhen(RequestMatcher);

impl AnyRequestWhen {
    /// Matches only requests whose decoded value of the placeholder `name` equals this value.
    pub fn segment(self, name: &str, value: impl Into<String>) -> Self {
        Self(self.0.path(leaked(name.to_owned()), value.into()))
    }

    /// Matches only requests with this query parameter once, and with this decoded value.
    pub fn query(self, name: &str, value: impl Into<String>) -> Self {
        self.query_values(name, [value.into()])
    }

    /// Matches only requests with this query parameter once for each of the decoded values, in this order.
    pub fn query_values<V: Into<String>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self(self.0.query(leaked(name.to_owned()), values))
    }

    /// Matches only requests with this header, whose name is compared ignoring case.
    pub fn header(self, name: &str, value: impl Into<String>) -> Self {
        Self(self.0.header(leaked(name.to_owned()), value.into()))
    }

    /// Matches only requests with this JSON body. Bodies are compared as values, not as text.
    ///
    /// # Panics
    ///
    /// Panics if `body` cannot be serialized as JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(body))
    }

    /// Matches only requests with this body.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.bytes(body.into()))
    }

    /// Matches only requests with this user token.
    pub fn user_token(self, token: impl Into<String>) -> Self {
        Self(self.0.user_token(token.into()))
    }

    /// Returns the matcher of httpmock with all conditions so far, to add others.
    pub fn into_inner(self) -> httpmock::When {
        self.0.into_inner()
    }
}

/// Response of a mock of any path.
#[derive(Debug)]
pub struct AnyRequestThen(Responder);

impl AnyRequestThen {
    /// Responds with status 200 and this JSON.
    ///
    /// # Panics
    ///
    /// Panics if `body` cannot be serialized as JSON.
    pub fn ok(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(body))
    }

    /// Responds with status 200 and an empty body.
    pub fn empty(self) -> Self {
        Self(self.0.empty())
    }

    /// Responds with status 200 and these bytes.
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.bytes(body.into()))
    }

    /// Responds with this status and an error in the format of Backendless.
    pub fn error(self, status: u16, code: i64, message: &str) -> Self {
        Self(self.0.error(status, code, message))
    }

    /// Returns the responder of httpmock with the response so far, to change the rest.
    pub fn into_inner(self) -> httpmock::Then {
        self.0.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    #[tokio::test]
    async fn a_mock_responds_only_to_the_request_it_describes() {
        let server = MockServer::start_async().await;
        let mock = server.request(Method::POST, "/files/{path*}/meta", |when, then| {
            let when = when.segment("path", "a b/c").header("x-my", "1");
            when.query_values("v", ["1", "2"]).json(&json!({"a": 1}));
            then.ok(&7);
        });
        let client = server.client();
        let request = |path: &str, name: &str, body: u8| {
            let request = client.request(Method::POST, "/files/{path*}/meta");
            let request = request.segment(path).header(name, "1");
            request.query("v", vec![1, 2]).json(&json!({ "a": body }))
        };
        let matching = request("a b/c", "x-my", 1).fetch::<u8>().await;
        assert_eq!(matching.unwrap(), 7);
        mock.assert();
        for other in [
            request("a b/d", "x-my", 1),
            request("a b/c", "x-other", 1),
            request("a b/c", "x-my", 2),
        ] {
            let error = other.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Api);
            assert!(error.message().contains("Mocks: request, "), "{error}");
        }
    }

    #[tokio::test]
    async fn responses_are_bytes_nothing_or_an_error() {
        let server = MockServer::start_async().await;
        server.request(Method::GET, "/bytes", |when, then| {
            when.user_token("TOKEN");
            then.bytes("<a/>");
        });
        server.request(Method::DELETE, "/empty", |_, then| {
            then.empty();
        });
        server.request(Method::PUT, "/error", |when, then| {
            when.body("text");
            then.error(400, 1009, "no table");
        });
        let client = server.client().with_user_token("TOKEN");
        let bytes = client.request(Method::GET, "/bytes").fetch_bytes();
        assert_eq!(bytes.await.unwrap(), "<a/>");
        client.request(Method::DELETE, "/empty").await.unwrap();
        let put = client
            .request(Method::PUT, "/error")
            .body("text", "text/plain");
        assert!(put.await.unwrap_err().is_not_found());
    }

    #[tokio::test]
    async fn mock_of_an_operation_responds_to_its_path() {
        let server = MockServer::start_async().await;
        let mock = server.count_objects(|when, then| {
            when.table_name("Person");
            then.ok(&3);
        });
        let request = server
            .client()
            .request(Method::GET, "/data/{table}/count")
            .segment("Person");
        assert_eq!(request.fetch::<u8>().await.unwrap(), 3);
        mock.assert();
    }
}
