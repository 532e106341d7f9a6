//! Routes of the Users service.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post, put};
use serde::Deserialize;

use crate::http::extract::{Object, PathOf};
use crate::http::response::{ErrorResponse, Json};
use crate::query::row::Row;
use crate::services::Services;
use crate::services::caller::Caller;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/users/register", post(register))
        .route("/users/login", post(login))
        .route("/users/logout", get(logout))
        .route("/users/restorepassword/{identity}", get(restore_password))
        .route("/users/{object-id}", put(update))
}

async fn register(
    State(services): State<Services>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.users.register(body).await?))
}

async fn login(
    State(services): State<Services>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    Ok(Json(services.users.login(&body).await?))
}

async fn logout(State(services): State<Services>, caller: Caller) -> Result<(), ErrorResponse> {
    Ok(services.users.logout(caller).await?)
}

#[derive(Deserialize)]
struct IdentityPath {
    identity: String,
}

async fn restore_password(
    State(services): State<Services>,
    PathOf(path): PathOf<IdentityPath>,
) -> Result<(), ErrorResponse> {
    Ok(services.users.restore_password(&path.identity).await?)
}

#[derive(Deserialize)]
struct UserPath {
    #[serde(rename = "object-id")]
    object_id: String,
}

async fn update(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<UserPath>,
    Object(body): Object,
) -> Result<Json<Row>, ErrorResponse> {
    let user = services.users.update(caller, path.object_id, body);
    Ok(Json(user.await?))
}
