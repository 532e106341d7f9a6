//! Routes of relations, which belong to the Data service.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;

use crate::http::extract::{AnyJson, PathOf, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::query::find::Find;
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::parameters::Parameters;
use crate::services::relations::{Change, Children, Target};

pub(super) fn routes() -> Router<Services> {
    Router::new().route(
        "/data/{table-name}/{object-id}/{relation-column}",
        get(find)
            .post(|services, caller, path, query, body| {
                change(Change::Set, services, caller, path, query, body)
            })
            .put(|services, caller, path, query, body| {
                change(Change::Add, services, caller, path, query, body)
            })
            .delete(|services, caller, path, query, body| {
                change(Change::Remove, services, caller, path, query, body)
            }),
    )
}

#[derive(Deserialize)]
struct RelationPath {
    #[serde(rename = "table-name")]
    table: String,
    #[serde(rename = "object-id")]
    parent: String,
    #[serde(rename = "relation-column")]
    column: String,
}

impl From<RelationPath> for Target {
    fn from(path: RelationPath) -> Target {
        Target {
            table: path.table,
            parent: path.parent,
            column: path.column,
        }
    }
}

async fn find(
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<RelationPath>,
    Query(parameters): Query,
) -> Result<Json<Vec<Row>>, ErrorResponse> {
    let find = Find::from_parameters(parameters.0)?;
    let rows = services.relations.find(caller, path.into(), find);
    Ok(Json(rows.await?))
}

async fn change(
    change: Change,
    State(services): State<Services>,
    caller: Caller,
    PathOf(path): PathOf<RelationPath>,
    Query(parameters): Query,
    AnyJson(body): AnyJson,
) -> Result<Json<usize>, ErrorResponse> {
    let children = children(&parameters, body)?;
    let changed = services
        .relations
        .change(caller, path.into(), change, children);
    Ok(Json(changed.await?))
}

/// Reads the children: a where clause in the query, or an array of ids in the body.
fn children(parameters: &Parameters, body: Option<Value>) -> Result<Children, ServiceError> {
    match (parameters.one("whereClause")?, body) {
        (Some(clause), None | Some(Value::Null)) => Ok(Children::Where(clause.to_owned())),
        (Some(_), Some(_)) => Err(ServiceError::new(
            code::INVALID_PARAMETER,
            "both 'whereClause' and a body select the children: use one of them",
        )),
        (None, Some(Value::Array(ids))) => {
            let ids = ids.into_iter().map(|id| match id {
                Value::String(id) => Ok(id),
                _ => Err(not_ids()),
            });
            Ok(Children::Ids(ids.collect::<Result<_, _>>()?))
        }
        (None, Some(_)) => Err(not_ids()),
        (None, None) => Err(ServiceError::new(
            code::MISSING_PARAMETER,
            "the children are missing: expected an array of ids in the body, or 'whereClause' in the URL",
        )),
    }
}

fn not_ids() -> ServiceError {
    ServiceError::new(
        code::INVALID_VALUE,
        "the body is not an array of ids, which are strings",
    )
}
