//! A server between a client and another server that records the exchanges.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response, StatusCode};

/// A request and its response as they are on the wire.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method, in capitals.
    pub method: String,
    /// The complete path, still encoded, and the query with its `?`.
    pub target: String,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The body of the request.
    pub body: Bytes,
    /// The status of the response.
    pub status: StatusCode,
    /// The body of the response.
    pub response_body: Bytes,
}

/// A server that forwards every request to another one and records both sides.
pub struct RecordingProxy {
    url: String,
    exchanges: Exchanges,
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

#[derive(Clone)]
struct Upstream {
    http: reqwest::Client,
    origin: String,
    exchanges: Exchanges,
}

impl RecordingProxy {
    /// Starts a server in front of the one at `origin`.
    pub async fn in_front_of(origin: &str) -> Self {
        let exchanges = Exchanges::default();
        let upstream = Upstream {
            http: reqwest::Client::new(),
            origin: origin.to_owned(),
            exchanges: Arc::clone(&exchanges),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let router = Router::new().fallback(forward).with_state(upstream);
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            url: format!("http://{address}"),
            exchanges,
        }
    }

    /// The origin of this server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All exchanges so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let exchanges = self.exchanges.lock();
        exchanges.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn forward(State(upstream): State<Upstream>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .expect("the request is complete");
    let response = send(&upstream, &parts, body.clone()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.expect("the response is complete");
    let mut exchanges = upstream
        .exchanges
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    exchanges.push(Exchange {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body,
        status,
        response_body: bytes.clone(),
    });
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

async fn send(upstream: &Upstream, parts: &Parts, body: Bytes) -> reqwest::Response {
    let url = format!("{}{}", upstream.origin, parts.uri);
    let mut headers = parts.headers.clone();
    headers.remove("host");
    let request = upstream
        .http
        .request(parts.method.clone(), url)
        .headers(headers);
    request
        .body(body)
        .send()
        .await
        .expect("the server responds")
}
