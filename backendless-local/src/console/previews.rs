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

/// Elements that cause requests or connections, which the policy of the document does not prevent: a link with
/// `rel=preconnect`, and properties of the document.
const ACTIVE_ELEMENTS: [&str; 3] = ["<link", "<meta", "<base"];

/// Renames active elements to unknown ones, which have no effect. Also in texts and attributes, where it changes only what
/// is shown.
fn without_active_elements(html: &str) -> String {
    let mut safe = String::with_capacity(html.len());
    let mut copied = 0;
    for (at, _) in html.match_indices('<') {
        let is_active = |element: &&str| {
            let start = html.as_bytes().get(at..at + element.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(element.as_bytes()))
        };
        if ACTIVE_ELEMENTS.iter().any(is_active) {
            safe.push_str(&html[copied..=at]);
            safe.push_str("x-");
            copied = at + 1;
        }
    }
    safe.push_str(&html[copied..]);
    safe
}

/// Documents by the last segment of their address, the oldest first.
#[derive(Default)]
pub(super) struct Previews(Mutex<VecDeque<(String, String)>>);

impl Previews {
    /// Adds a document and returns its path.
    pub(super) fn add(&self, html: &str) -> String {
        let id = new_id();
        let mut documents = self.documents();
        if documents.len() >= CAPACITY {
            documents.pop_front();
        }
        let path = format!("{PATH}/preview/{id}");
        documents.push_back((id, without_active_elements(html)));
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
        // Browsers resolve the names of links before they are opened.
        ("x-dns-prefetch-control", "off"),
    ] {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_cause_connections_are_renamed() {
        for (html, expected) in [
            ("<p>Hi</p>", "<p>Hi</p>"),
            (
                "<link rel=\"preconnect\" href=\"https://mail-1.example\">",
                "<x-link rel=\"preconnect\" href=\"https://mail-1.example\">",
            ),
            (
                "<svg><LiNk/rel=preconnect href=//a><Base href=//b></svg>",
                "<svg><x-LiNk/rel=preconnect href=//a><x-Base href=//b></svg>",
            ),
            (
                "é<meta http-equiv=refresh content=0>ü<",
                "é<x-meta http-equiv=refresh content=0>ü<",
            ),
            ("<lin", "<lin"),
            ("<style>a < b</style>< link>", "<style>a < b</style>< link>"),
        ] {
            assert_eq!(without_active_elements(html), expected);
        }
    }
}
