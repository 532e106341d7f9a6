//! HTTP: routing, admission, decoding of requests, encoding of responses, fault injection.
//!
//! [`router`] is the entry point. The rules of the operations are in `services`.

mod admission;
mod body;
pub(crate) mod connection;
mod extract;
mod fault_injection;
mod multipart;
mod rate_limit;
mod reserved;
mod response;
mod routes;
mod url;

use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::sync::Semaphore;

use crate::faults::FaultInjector;
use crate::http::connection::ConnectionHandle;
use crate::http::response::ErrorResponse;
use crate::limits::Limits;
use crate::service_error::ServiceError;
use crate::services::{DOMAIN_PATH, Services};
use crate::usage::RequestCounter;

pub(crate) fn router(
    services: Services,
    faults: Option<Arc<FaultInjector>>,
    counter: Arc<RequestCounter>,
    limits: Limits,
) -> Router {
    let running = Arc::new(Semaphore::new(limits.connections));
    let at_domain = routes::all().with_state(services.at_domain());
    // Without it, the router would match `/api/x/info` as a path with an app id and a key.
    let other_at_domain = format!("{DOMAIN_PATH}/{{*path}}");
    let router = Router::new()
        .nest("/{app-id}/{rest-api-key}", routes::all())
        .nest(DOMAIN_PATH, at_domain)
        .route(&other_at_domain, any(admission::unknown_route))
        .fallback(admission::unknown_route)
        .method_not_allowed_fallback(admission::method_not_allowed)
        .layer(from_fn_with_state(
            (services.clone(), limits),
            admission::admit,
        ))
        .layer(from_fn_with_state(running, run_detached))
        .with_state(services);
    let router = match faults {
        Some(faults) => router.layer(from_fn_with_state(
            (faults, limits),
            fault_injection::inject,
        )),
        None => router,
    };
    router
        .layer(from_fn_with_state((counter, limits), rate_limit::limit))
        .layer(from_fn(suspend_time_limit))
}

/// Suspends the time limit of the connection until the response is returned.
async fn suspend_time_limit(
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    let _running = connection.start_request();
    next.run(request).await
}

/// Runs a request in a task of its own: a panic becomes an error response, and a request whose
/// client disconnects runs to its end, so that no write stops between two steps. The number of such requests is
/// limited: the connection of a request may be closed before it ends.
async fn run_detached(
    State(running): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    let permit = running.acquire_owned().await;
    let run = async move {
        let response = next.run(request).await;
        drop(permit);
        response
    };
    match tokio::spawn(run).await {
        Ok(response) => response,
        Err(_) => {
            let error = ServiceError::internal("a request handler panicked");
            ErrorResponse::from(error).into_response()
        }
    }
}
