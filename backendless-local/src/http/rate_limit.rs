//! Counts requests, and rejects those that exceed the limit of a server.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::body::discard_in_time;
use crate::http::response::ErrorResponse;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};
use crate::usage::RequestCounter;

/// Runs a request, unless it exceeds the limit.
pub(crate) async fn limit(
    State((counter, limits)): State<(Arc<RequestCounter>, Limits)>,
    request: Request,
    next: Next,
) -> Response {
    if counter.admit() {
        return next.run(request).await;
    }
    discard_in_time(request.into_body(), &limits).await;
    let limit = counter.limit().unwrap_or_default();
    let message = format!("The limit of {limit} requests per minute is exceeded");
    let error = ServiceError::new(code::RATE_LIMIT, message);
    ErrorResponse::with_status(StatusCode::TOO_MANY_REQUESTS, error).into_response()
}
