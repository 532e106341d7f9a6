//! Routes of the Cloud Code service.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::extract::{AnyJson, Argument, Named, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::parameters::Parameters;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route(
            "/services/{service}/{method}",
            post(invoke)
                .get(invoke_get)
                .put(|services, path, body| invoke_with_body("set", services, path, body))
                .delete(|services, path, body| invoke_with_body("delete", services, path, body)),
        )
        .route("/servercode/events/{name}", post(dispatch))
}

#[derive(Deserialize)]
struct MethodPath {
    service: String,
    method: String,
}

async fn invoke(
    State(services): State<Services>,
    PathOf(path): PathOf<MethodPath>,
    Argument(argument): Argument,
) -> Result<Json<Value>, ErrorResponse> {
    let argument = argument.unwrap_or_default();
    let code = &services.cloud_code;
    let result = code.invoke(&path.service, &path.method, argument);
    Ok(Json(result.await?))
}

/// Runs the method with the prefix `get`. Its argument has the query parameters, or is null if there are none.
async fn invoke_get(
    State(services): State<Services>,
    PathOf(path): PathOf<MethodPath>,
    Query(Parameters(parameters)): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let parameters: Map<String, Value> = parameters
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    let argument = match parameters.is_empty() {
        true => Value::Null,
        false => parameters.into(),
    };
    invoke_route(&services, path, "get", argument).await
}

/// Runs the method with a prefix. Its argument is the body.
async fn invoke_with_body(
    prefix: &str,
    State(services): State<Services>,
    PathOf(path): PathOf<MethodPath>,
    Argument(argument): Argument,
) -> Result<Json<Value>, ErrorResponse> {
    invoke_route(&services, path, prefix, argument.unwrap_or_default()).await
}

async fn invoke_route(
    services: &Services,
    path: MethodPath,
    prefix: &str,
    argument: Value,
) -> Result<Json<Value>, ErrorResponse> {
    let code = &services.cloud_code;
    let result = code.invoke_route(&path.service, prefix, &path.method, argument);
    Ok(Json(result.await?))
}

async fn dispatch(
    State(services): State<Services>,
    PathOf(Named { name: event }): PathOf<Named>,
    AnyJson(arguments): AnyJson,
) -> Result<Json<Value>, ErrorResponse> {
    let arguments = arguments.unwrap_or_else(|| Value::Object(Map::new()));
    if !arguments.is_object() {
        let message = "the arguments of an event are a JSON object";
        return Err(ServiceError::new(code::UNPARSABLE_BODY, message).into());
    }
    let result = services.cloud_code.dispatch(&event, arguments);
    Ok(Json(result.await?))
}
