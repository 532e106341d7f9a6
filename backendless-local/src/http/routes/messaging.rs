//! Routes of the Messaging service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::extract::{AnyJson, Named, Object, PathOf};
use crate::http::response::{ErrorResponse, Json};
use crate::id::new_id;
use crate::services::{Services, messaging};

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/messaging/email", post(send_email))
        .route("/messaging/{name}", post(publish))
        .route("/messaging/{name}/subscribe", post(subscribe))
        .route("/messaging/{name}/{subscription}", get(poll))
}

fn message_status(message_id: &str) -> Json<Value> {
    Json(json!({ "messageId": message_id, "status": "scheduled", "errorMessage": null }))
}

async fn publish(
    State(services): State<Services>,
    PathOf(Named { name: channel }): PathOf<Named>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let message_id = services.messaging.publish(channel, body).await?;
    Ok(message_status(&message_id))
}

/// Returns a new name. Every name is a valid subscription and receives the messages of its channel;
/// the specification does not have this operation.
async fn subscribe(AnyJson(body): AnyJson) -> Result<Json<Value>, ErrorResponse> {
    messaging::check_subscription(body)?;
    Ok(Json(json!({ "subscriptionId": new_id() })))
}

#[derive(Deserialize)]
struct SubscriptionPath {
    #[serde(rename = "name")]
    channel: String,
    subscription: String,
}

async fn poll(
    State(services): State<Services>,
    PathOf(path): PathOf<SubscriptionPath>,
) -> Result<Json<Value>, ErrorResponse> {
    let messages = services.messaging.poll(path.channel, path.subscription);
    Ok(Json(json!({ "messages": messages.await? })))
}

async fn send_email(
    State(services): State<Services>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let message_id = services.messaging.send_email(body).await?;
    Ok(message_status(&message_id))
}
