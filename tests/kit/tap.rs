//! A server between a client and another server, which keeps what goes through it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response, StatusCode};

/// One request and its answer, as they went over the wire.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method, in capitals.
    pub method: String,
    /// The whole path with its encoding, and the query with its `?`.
    pub target: String,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The body of the request.
    pub body: Bytes,
    /// The status of the answer.
    pub status: StatusCode,
    /// The body of the answer.
    pub answer: Bytes,
}

/// A server that hands everything on to another one, and its answers back.
pub struct Tap {
    url: String,
    exchanges: Exchanges,
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

#[derive(Clone)]
struct Way {
    http: reqwest::Client,
    origin: String,
    exchanges: Exchanges,
}

impl Tap {
    /// Starts a server in front of the one at `origin`.
    pub async fn before(origin: &str) -> Self {
        let exchanges = Exchanges::default();
        let way = Way {
            http: reqwest::Client::new(),
            origin: origin.to_owned(),
            exchanges: Arc::clone(&exchanges),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("the listener is bound");
        let router = Router::new().fallback(hand_on).with_state(way);
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

async fn hand_on(State(way): State<Way>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .expect("the request comes whole");
    let answer = send(&way, &parts, body.clone()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.expect("the answer comes whole");
    let mut exchanges = way.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
    exchanges.push(Exchange {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body,
        status,
        answer: bytes.clone(),
    });
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

async fn send(way: &Way, parts: &Parts, body: Bytes) -> reqwest::Response {
    let url = format!("{}{}", way.origin, parts.uri);
    let mut headers = parts.headers.clone();
    headers.remove("host");
    let request = way.http.request(parts.method.clone(), url).headers(headers);
    request
        .body(body)
        .send()
        .await
        .expect("the server behind answers")
}
