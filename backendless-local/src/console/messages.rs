//! Channels and their messages, the outbox of e-mails, push notifications, and the log of the application.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::{Value, json};

use super::{App, required};
use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::messaging::Email;
use crate::services::recorded::Recorded;

/// Maximum number of e-mails, notifications or log messages in a response: the last ones.
const MAX_ITEMS: u32 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/channels", get(channels).delete(delete_channel))
        .route("/channels/messages", get(messages).post(publish))
        .route("/emails", get(emails))
        .route("/emails/one", get(email))
        .route("/emails/preview", post(preview))
        .route("/pushes", get(pushes))
        .route("/log", get(log))
}

async fn channels(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(Json(app.server.services.messaging.channels().await?))
}

async fn delete_channel(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let channel = required(&parameters, "channel")?.to_owned();
    app.server
        .services
        .messaging
        .delete_channel(channel)
        .await?;
    Ok(Json(Value::Null))
}

async fn messages(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Vec<Value>>, ErrorResponse> {
    let channel = required(&parameters, "channel")?.to_owned();
    Ok(Json(app.server.services.messaging.messages(channel).await?))
}

async fn publish(
    State(app): State<App>,
    Query(parameters): Query,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let channel = required(&parameters, "channel")?.to_owned();
    let id = app.server.services.messaging.publish(channel, body).await?;
    Ok(Json(json!({ "messageId": id })))
}

/// Returns items with their numbers.
fn numbered(items: Vec<Recorded<impl Serialize>>) -> Json<Vec<Value>> {
    let items = items.into_iter();
    Json(
        items
            .map(|Recorded { number, item }| json!({"number": number, "item": item}))
            .collect(),
    )
}

async fn emails(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(numbered(
        app.server
            .services
            .messaging
            .newest_emails(MAX_ITEMS)
            .await?,
    ))
}

async fn pushes(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(numbered(
        app.server
            .services
            .messaging
            .newest_pushes(MAX_ITEMS)
            .await?,
    ))
}

async fn log(State(app): State<App>) -> Result<Json<Vec<Value>>, ErrorResponse> {
    Ok(numbered(app.server.services.log.newest(MAX_ITEMS).await?))
}

/// Returns an e-mail with its bodies.
async fn email(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Email>, ErrorResponse> {
    let number = parameters.integer("number")?;
    let email = app.server.services.messaging.email(number).await?;
    Ok(Json(email.ok_or_else(|| no_email(number, ""))?))
}

fn no_email(number: i64, part: &str) -> ServiceError {
    let message = format!("there is no e-mail {number}{part}");
    ServiceError::not_found(code::NOT_FOUND, message)
}

/// Returns the address of the HTML part of an e-mail, for a frame.
async fn preview(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let number = parameters.integer("number")?;
    let email = app.server.services.messaging.email(number).await?;
    let html = email.and_then(|email| email.html);
    let html = html.ok_or_else(|| no_email(number, " with an HTML part"))?;
    Ok(Json(json!({ "path": app.previews.add(&html) })))
}
