//! The console: pages for a browser on this machine, and the JSON API that they use.
//!
//! The page is at `/`, everything else below [`PATH`], which is not the beginning of a path of the service: no app id
//! contains `~`. Requests to the console do not count as requests of clients, get no faults, and are not recorded.
//!
//! The developer's browser also visits other sites, which may send requests to this server. [`guard`] describes why they
//! can neither read nor change anything. Data never becomes HTML: the scripts in `assets` create elements and set their
//! text, and the Content-Security-Policy forbids the rest.

mod archive;
mod assets;
mod control;
mod files;
mod guard;
mod messages;
mod overview;
mod previews;
mod requests;
mod state;
mod tables;
mod users;
mod values;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::any_service;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;

use crate::http::response::ErrorResponse;
use crate::http::{ServerParts, run_detached, suspend_time_limit};
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::parameters::Parameters;

/// The path below which everything of the console is, except its page.
const PATH: &str = "/~console";

/// The state of a request to the console.
#[derive(Clone)]
struct App {
    /// What the console shows and changes.
    server: Arc<ServerParts>,
    guard: Arc<guard::Guard>,
    previews: Arc<previews::Previews>,
}

/// Adds the console to the routes of the service.
pub(crate) fn router(server: ServerParts, api: Router) -> Router {
    let app = App {
        guard: Arc::new(guard::Guard::new(server.address, new_id())),
        previews: Arc::default(),
        server: Arc::new(server),
    };
    // Not that of the service: a request to `/` passes both.
    let running = Arc::new(Semaphore::new(app.server.limits.connections));
    let data = Router::new()
        .merge(overview::routes())
        .merge(requests::routes())
        .merge(tables::routes())
        .merge(users::routes())
        .merge(files::routes())
        .merge(messages::routes())
        .merge(values::routes())
        .merge(control::routes())
        .merge(state::routes())
        .fallback(not_found)
        .layer(from_fn_with_state(app.clone(), guard::check_data));
    let below = Router::new()
        .nest("/api", data)
        .merge(assets::routes())
        .merge(previews::routes())
        .fallback(not_found);
    let root = any_service(api.clone()).layer(from_fn_with_state(app.clone(), page));
    Router::new()
        .route("/", root)
        .nest(PATH, below)
        .layer(from_fn_with_state(app.clone(), guard::check))
        .layer(map_response(with_headers))
        .layer(from_fn_with_state(running, run_detached))
        .layer(from_fn(suspend_time_limit))
        .fallback_service(api)
        .with_state(app)
}

/// Returns the page to a browser. A request of a client is one of the service: it is recorded and counted.
async fn page(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || !guard::accepts_html(&request) {
        return next.run(request).await;
    }
    let nonce = new_id();
    let mut response = assets::page(app.guard.token(), &nonce);
    let policy = page_policy(&nonce);
    // Always valid: an id has only letters, digits and `-`.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn not_found() -> ErrorResponse {
    let message = "the console has no such page";
    ServiceError::not_found(code::NOT_FOUND, message).into()
}

/// The policy of every response but the page, none of which is a document.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The policy of the page: no scripts and styles of others, no frames around it, and no request to another origin.
///
/// Stored files have the origin of the page, and any type. So the origin alone does not admit a script: the page names its
/// script with a nonce, which the scripts that it imports share.
fn page_policy(nonce: &str) -> String {
    format!(
        "{CONTENT_SECURITY_POLICY}; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src 'self' \
         blob:; frame-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Adds the headers that all responses of the console have; a handler may have set stricter ones.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set("content-security-policy", CONTENT_SECURITY_POLICY);
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "no-referrer");
    set("cross-origin-resource-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cache-control", "no-store");
    response
}

/// Returns a response with a content type.
fn content(media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    (StatusCode::OK, headers, body.into()).into_response()
}

/// Returns a response that a browser saves and never opens: a stored file has any type, and the origin of the console.
fn attachment(file: tokio::fs::File, media_type: &'static str, length: u64) -> Response {
    let mut response = content(media_type, Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    for (name, value) in [
        (header::CONTENT_DISPOSITION, "attachment"),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns a required parameter of the URL that is a non-negative integer.
fn required_count(parameters: &Parameters, name: &str) -> Result<u64, ServiceError> {
    let count = parameters.count(name)?;
    count.ok_or_else(|| missing(name))
}

/// Returns a required parameter of the URL.
fn required<'p>(parameters: &'p Parameters, name: &str) -> Result<&'p str, ServiceError> {
    parameters.one(name)?.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> ServiceError {
    let message = format!("the parameter '{name}' is missing");
    ServiceError::new(code::MISSING_PARAMETER, message)
}
