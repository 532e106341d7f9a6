//! The log of requests.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use super::{App, required_count};
use crate::http::extract::Query;
use crate::http::response::{ErrorResponse, Json};
use crate::request_log::{MAX_BODY_BYTES, RecordedMessage, RequestLog, Summary};
use crate::service_error::{ServiceError, code};
use crate::text::shorten;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/requests", get(list).delete(clear))
        .route("/requests/one", get(show))
}

/// The requests with ids above the parameter `after`, and those with the ids `incomplete`, separated by commas, without
/// headers and bodies.
async fn list(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let after = parameters.count("after")?.unwrap_or(0);
    let incomplete = match parameters.one("incomplete")? {
        Some(ids) => ids.split(',').map(id).collect::<Result<Vec<_>, _>>()?,
        None => Vec::new(),
    };
    let capacity = app.server.log.capacity();
    let requests = read(&app, move |log| {
        let summaries = log.summaries(after, &incomplete);
        let requests = summaries.iter().map(|request| summary(request));
        requests.collect::<Vec<_>>()
    });
    let requests = requests.await?;
    Ok(Json(json!({"requests": requests, "capacity": capacity})))
}

/// Reads the log in a thread of its own: masking secrets would delay all other requests.
async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&RequestLog) -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let log = Arc::clone(&app.server.log);
    let read = tokio::task::spawn_blocking(move || read(&log));
    read.await.map_err(ServiceError::internal)
}

fn id(text: &str) -> Result<u64, ServiceError> {
    text.parse().map_err(|_| {
        let message = format!("'{}' is not the id of a request", shorten(text));
        ServiceError::new(code::INVALID_PARAMETER, message)
    })
}

async fn show(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let id = required_count(&parameters, "id")?;
    let found = read(&app, move |log| log.get(id)).await?;
    let (of_list, request) = found.ok_or_else(|| {
        let message = format!("the log no longer contains the request {id}");
        ServiceError::not_found(code::NOT_FOUND, message)
    })?;
    let mut all = summary(&of_list);
    all["request"] = message(request.request());
    all["response"] = message(request.response());
    all["maxBodyBytes"] = MAX_BODY_BYTES.into();
    Ok(Json(all))
}

async fn clear(State(app): State<App>) -> Json<Value> {
    app.server.log.clear();
    Json(Value::Null)
}

fn summary(request: &Summary) -> Value {
    let received = request.received.duration_since(UNIX_EPOCH);
    let received = received.unwrap_or_default().as_millis();
    json!({
        "id": request.id,
        "method": request.method,
        "path": request.path,
        "template": request.template,
        "status": request.status,
        "code": request.error_code,
        "message": request.error_message,
        "fault": request.fault.map(|fault| fault.to_string()),
        "received": u64::try_from(received).unwrap_or(u64::MAX),
        "millis": request.duration.as_secs_f64() * 1000.0,
        "requestBytes": request.request_bytes,
        "responseBytes": request.response_bytes,
        "isComplete": request.is_complete,
    })
}

fn message(message: &RecordedMessage) -> Value {
    json!({
        "headers": message.headers(),
        "body": message.body(),
        "bytes": message.body_bytes(),
        "isTruncated": message.is_truncated(),
    })
}
