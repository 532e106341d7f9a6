//! E-mails as documents in a frame, which cannot send the header with the token.
//!
//! Each document has a random address that works once. It is shown without scripts, in an origin of its own, and loads
//! nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{App, PATH, content, not_found};
use crate::id::new_id;

/// Number of documents that wait for their frame.
const CAPACITY: usize = 16;

const CONTENT_SECURITY_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'";

/// Documents by the last segment of their address, the oldest first.
#[derive(Default)]
pub(super) struct Previews(Mutex<VecDeque<(String, String)>>);

impl Previews {
    /// Adds a document and returns its path.
    pub(super) fn add(&self, html: String) -> String {
        let id = new_id();
        let mut documents = self.documents();
        if documents.len() >= CAPACITY {
            documents.pop_front();
        }
        let path = format!("{PATH}/preview/{id}");
        documents.push_back((id, html));
        path
    }

    fn take(&self, id: &str) -> Option<String> {
        let mut documents = self.documents();
        let at = documents.iter().position(|(other, _)| other == id)?;
        documents.remove(at).map(|(_, html)| html)
    }

    fn documents(&self) -> MutexGuard<'_, VecDeque<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/preview/{id}", get(show))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Response {
    let Some(html) = app.previews.take(&id) else {
        return not_found().await.into_response();
    };
    let mut response = content("text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-frame-options", "SAMEORIGIN"),
    ] {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
