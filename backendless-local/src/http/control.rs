//! Export and import of the state of the running server, for processes that know its token.
//!
//! The policy is that of a program on the machine of the server: it connects from this machine, to a name of this server, and
//! sends the token and no origin. So no page of a browser can use them, not even that of a site whose name resolves to this
//! machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::http::connection::ConnectionHandle;
use crate::http::origin::{LocalHosts, local_url, secrets_equal, single_header};
use crate::http::response::Json;
use crate::protocol::{ControlCommand, TOKEN_HEADER, TOKEN_VARIABLE};
use crate::services::Services;

/// The routes.
pub(super) fn routes(services: Services, address: SocketAddr, token: String) -> Router {
    let guard = Arc::new(Guard {
        hosts: LocalHosts::new(address),
        url: local_url(address),
        token,
    });
    Router::new()
        .route(ControlCommand::Export.path(), post(export))
        .route(ControlCommand::Import.path(), post(import))
        .route_layer(from_fn_with_state(guard, check))
        .with_state(services)
}

struct Guard {
    hosts: LocalHosts,
    /// The URL of the server for clients on this machine.
    url: String,
    token: String,
}

async fn check(
    State(guard): State<Arc<Guard>>,
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    match guard.check(&request, connection.is_local()) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            let message = format!("the server rejects the export or import: {why}");
            (StatusCode::FORBIDDEN, Json(json!({ "message": message }))).into_response()
        }
    }
}

impl Guard {
    /// Returns why a request is rejected, and what to do.
    fn check(&self, request: &Request, is_local: bool) -> Result<(), String> {
        let headers = request.headers();
        let host = single_header(headers, header::HOST.as_str())?.unwrap_or_default();
        if !is_local || !self.hosts.contains(host) {
            return Err(format!(
                "send it on the machine of the server, to {}",
                self.url
            ));
        }
        if headers.contains_key(header::ORIGIN) {
            return Err("a page of a browser sent it; send it with another program".to_owned());
        }
        match single_header(headers, TOKEN_HEADER)? {
            Some(token) if secrets_equal(token, &self.token) => Ok(()),
            _ => Err(format!(
                "the header '{TOKEN_HEADER}' does not have the token of this server. Each start has another one: copy the line \
                 'export {TOKEN_VARIABLE}=...' that the server printed at its start to the shell of the client"
            )),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    /// An absolute path.
    folder: PathBuf,
}

async fn export(State(services): State<Services>, body: Bytes) -> Response {
    match parse(&body) {
        Ok(folder) => respond(services.export(folder).await),
        Err(response) => response,
    }
}

async fn import(State(services): State<Services>, body: Bytes) -> Response {
    match parse(&body) {
        Ok(folder) => respond(services.import(folder).await),
        Err(response) => response,
    }
}

#[expect(clippy::result_large_err, reason = "The response of a rare error")]
fn parse(body: &[u8]) -> Result<PathBuf, Response> {
    let folder = serde_json::from_slice::<Body>(body).map(|body| body.folder);
    match folder {
        Ok(folder) if folder.is_absolute() => Ok(folder),
        _ => {
            let message = "the body is not {\"folder\": \"an absolute path\"}";
            Err((StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response())
        }
    }
}

fn respond(done: Result<(), Error>) -> Response {
    match done {
        Ok(()) => Json(json!({})).into_response(),
        Err(error) => {
            let message = json!({ "message": error.to_string() });
            (StatusCode::CONFLICT, Json(message)).into_response()
        }
    }
}
