//! HTTP: routing, admission, decoding of requests, encoding of responses, fault injection.
//!
//! [`router`] is the entry point. The rules of the operations are in `services`.

mod admission;
mod body;
pub(crate) mod connection;
mod extract;
mod fault_injection;
mod reserved;
mod response;
mod routes;
mod url;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::faults::FaultInjector;
use crate::http::response::ErrorResponse;
use crate::service_error::ServiceError;
use crate::services::Services;

pub(crate) fn router(
    services: Services,
    origin: String,
    faults: Option<Arc<FaultInjector>>,
) -> Router {
    let router = Router::new()
        .nest("/{app-id}/{rest-api-key}", routes::all(origin))
        .fallback(admission::unknown_route)
        .method_not_allowed_fallback(admission::method_not_allowed)
        .layer(from_fn_with_state(services.clone(), admission::admit))
        .layer(from_fn(run_detached))
        .with_state(services);
    match faults {
        Some(faults) => router.layer(from_fn_with_state(faults, fault_injection::inject)),
        None => router,
    }
}

/// Runs a request in a task of its own: a panic becomes an error response, and a request whose
/// client disconnects runs to its end, so that no write stops between two steps.
async fn run_detached(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let error = ServiceError::internal("a request handler panicked");
            ErrorResponse::from(error).into_response()
        }
    }
}
