//! A server of bulk creates, whose responses are sent when a test releases them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use backendless::{Client, RetryPolicy};
use backendless_tests::{API_KEY, APP_ID};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::support::error_body;

/// A running server. A chunk is named by `n` of its first row, and the id of a row is `id-<n>`.
pub(super) struct ChunkServer {
    pub(super) client: Client,
    state: Arc<Chunks>,
}

struct Chunks {
    released: watch::Sender<Vec<usize>>,
    received: Mutex<Vec<usize>>,
    /// The chunk that the server rejects.
    rejected: Option<usize>,
}

impl ChunkServer {
    pub(super) async fn start(rejected: Option<usize>) -> Self {
        let state = Arc::new(Chunks {
            released: watch::Sender::default(),
            received: Mutex::default(),
            rejected,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(respond)
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::builder(APP_ID, API_KEY).api_url(url);
        let client = client.retry(RetryPolicy::none()).build().unwrap();
        Self { client, state }
    }

    /// Returns a function that sends the response to a chunk, now or when it arrives.
    pub(super) fn release(&self) -> impl Fn(usize) + Send + 'static {
        let state = Arc::clone(&self.state);
        move |chunk| state.released.send_modify(|released| released.push(chunk))
    }

    /// The chunks that arrived, sorted.
    pub(super) fn received(&self) -> Vec<usize> {
        let mut received = self.state.received.lock().unwrap().clone();
        received.sort_unstable();
        received
    }
}

async fn respond(State(state): State<Arc<Chunks>>, body: Bytes) -> impl IntoResponse {
    let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
    let number = |row: &Value| row["n"].as_u64().unwrap();
    let chunk = usize::try_from(number(&rows[0])).unwrap();
    state.received.lock().unwrap().push(chunk);
    let mut released = state.released.subscribe();
    released
        .wait_for(|released| released.contains(&chunk))
        .await
        .unwrap();
    let (status, body) = match state.rejected == Some(chunk) {
        true => (StatusCode::BAD_REQUEST, error_body(1007)),
        false => {
            let ids = rows.iter().map(|row| format!("id-{}", number(row)));
            (StatusCode::OK, json!(ids.collect::<Vec<_>>()).to_string())
        }
    };
    (status, [(CONTENT_TYPE, "application/json")], body)
}
