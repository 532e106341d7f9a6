//! Routes of the Messaging service.

use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::extract::{AnyJson, Named, Object, PathOf};
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/messaging/email", post(send_email))
        .route("/messaging/channels/{name}", delete(delete_channel))
        .route("/messaging/push/{name}", post(push_with_template))
        .route("/messaging/pushtemplates/{name}", get(push_templates))
        .route("/messaging/registrations", post(register_device))
        .route(
            "/messaging/registrations/{name}",
            get(device).delete(unregister_device),
        )
        .route(
            "/messaging/{name}",
            post(publish).get(status).delete(cancel),
        )
        .route("/messaging/{name}/subscribe", post(subscribe))
        .route("/messaging/{name}/{subscription}", get(poll))
        .route("/emailtemplate/send", post(send_email_from_template))
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

/// Any other name is a valid subscription as well, because the document lacks this operation.
async fn subscribe(
    State(services): State<Services>,
    PathOf(Named { name: channel }): PathOf<Named>,
    AnyJson(body): AnyJson,
) -> Result<Json<Value>, ErrorResponse> {
    let id = services.messaging.subscribe(channel, body).await?;
    Ok(Json(json!({ "subscriptionId": id })))
}

async fn status(
    State(services): State<Services>,
    PathOf(Named { name: id }): PathOf<Named>,
) -> Result<Json<Value>, ErrorResponse> {
    Ok(Json(services.messaging.status(id).await?))
}

async fn cancel(
    State(services): State<Services>,
    PathOf(Named { name: id }): PathOf<Named>,
) -> Result<Json<Value>, ErrorResponse> {
    Ok(Json(services.messaging.cancel(id).await?))
}

async fn delete_channel(
    State(services): State<Services>,
    PathOf(Named { name: channel }): PathOf<Named>,
) -> Result<Json<bool>, ErrorResponse> {
    services.messaging.delete_channel(channel).await?;
    Ok(Json(true))
}

async fn push_with_template(
    State(services): State<Services>,
    PathOf(Named { name }): PathOf<Named>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let message_id = services.messaging.push_with_template(name, body).await?;
    Ok(message_status(&message_id))
}

async fn push_templates(
    State(services): State<Services>,
    PathOf(Named { name: device_type }): PathOf<Named>,
) -> Json<Map<String, Value>> {
    Json(services.messaging.push_templates(&device_type))
}

async fn register_device(
    State(services): State<Services>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let id = services.messaging.register_device(body).await?;
    Ok(Json(json!({ "registrationId": id })))
}

async fn device(
    State(services): State<Services>,
    PathOf(Named { name: id }): PathOf<Named>,
) -> Result<Json<Value>, ErrorResponse> {
    Ok(Json(services.messaging.device(id).await?))
}

async fn unregister_device(
    State(services): State<Services>,
    PathOf(Named { name: id }): PathOf<Named>,
) -> Result<Json<Value>, ErrorResponse> {
    services.messaging.unregister_device(id).await?;
    Ok(Json(json!({ "result": true })))
}

async fn send_email_from_template(
    State(services): State<Services>,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    let message_id = services.messaging.send_email_from_template(body).await?;
    Ok(message_status(&message_id))
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
