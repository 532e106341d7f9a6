//! Access of pages of other origins, as the Fetch standard defines it (<https://fetch.spec.whatwg.org/#http-cors-protocol>):
//! only those of the listed origins may call the server.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// How long a browser may keep the response to a preflight request, in seconds.
const MAX_AGE: &str = "600";

pub(super) async fn allow(
    State(origins): State<Arc<Vec<String>>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        let mut origins = origins.iter();
        origins.any(|listed| listed.as_bytes() == origin.as_bytes())
    });
    let preflight = preflight(&request, allowed.is_some());
    let mut response = match preflight {
        Some(response) => response,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    // The response depends on the origin, also if it is not allowed.
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let all = HeaderValue::from_static("*");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, all);
    }
    response
}

/// Returns the response to a preflight request; `None` for another request.
fn preflight(request: &Request, is_allowed: bool) -> Option<Response> {
    let asked = request.headers();
    if request.method() != Method::OPTIONS
        || !asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    {
        return None;
    }
    let mut headers = HeaderMap::new();
    if is_allowed {
        let methods = HeaderValue::from_static(METHODS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        let max_age = HeaderValue::from_static(MAX_AGE);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, max_age);
    }
    Some((StatusCode::NO_CONTENT, headers).into_response())
}
