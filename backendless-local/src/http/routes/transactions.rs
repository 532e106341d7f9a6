//! Route of transactions, which belong to the Data service.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::Value;

use crate::http::extract::Object;
use crate::http::response::{ErrorResponse, Json};
use crate::services::Services;
use crate::services::caller::Caller;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/transaction/unit-of-work", post(execute))
}

async fn execute(
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    Ok(Json(services.transactions.execute(caller, body).await?))
}
