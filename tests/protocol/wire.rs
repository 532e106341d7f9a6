//! Requests with exactly the target of a case, and their responses.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// A connection pool to one server. Targets are sent as they are.
pub(crate) struct Wire {
    http: Client<HttpConnector, Body>,
    origin: String,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// A request to a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) method: String,
    /// The target with the app path.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            http: Client::builder(TokioExecutor::new()).build_http(),
            origin: origin.to_owned(),
        }
    }

    /// Sends a request; an error is a problem of the server, or a target that no request line can have.
    pub(crate) async fn send(&self, outgoing: &Outgoing) -> Result<Reply, String> {
        let uri = format!("{}{}", self.origin, outgoing.target);
        let uri: Uri = uri.parse().map_err(|error| format!("{uri}: {error}"))?;
        let mut request = Request::builder().method(outgoing.method.as_str()).uri(uri);
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Body::from(outgoing.body.clone()))
            .map_err(|error| error.to_string())?;
        let response = self.http.request(request).await;
        let (head, body) = response
            .map_err(|error| format!("no response: {error:?}"))?
            .into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await;
        Ok(Reply {
            status: head.status,
            body: body.map_err(|error| format!("the body has no end: {error}"))?,
        })
    }
}

impl Reply {
    /// The body as JSON; a text if it is none.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&self.body).into_owned().into())
    }

    /// The error code of the service.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json().get("code")?.as_i64()
    }
}
