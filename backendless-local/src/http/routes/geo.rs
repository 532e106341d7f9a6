//! Routes of the Geo service.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::ServiceError;
use crate::services::Services;
use crate::services::geo::Point;
use crate::text::shorten;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/geo/points", get(find).post(save))
}

/// Saves the point in the body. Parameters of the URL would be ignored.
async fn save(
    State(services): State<Services>,
    Query(parameters): Query,
    Object(body): Object,
) -> Result<Json<Value>, ErrorResponse> {
    if let Some((name, _)) = parameters.0.first() {
        let parameter = format!("the parameter '{}' of POST /geo/points", shorten(name));
        return Err(ServiceError::not_implemented(parameter).into());
    }
    let point = services.geo.save(body).await?;
    // The live service returns the point inside an object, too.
    Ok(Json(json!({ "geopoint": point })))
}

async fn find(
    State(services): State<Services>,
    Query(parameters): Query,
) -> Result<Json<Vec<Point>>, ErrorResponse> {
    Ok(Json(services.geo.find(&parameters).await?))
}
