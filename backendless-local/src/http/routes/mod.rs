//! Routes and handlers. A file has those of a service, or of a part of it: `data_bulk`, `data_queries`, `relations` and
//! `transactions` belong to the Data service, and `file_commands` to the Files service. A handler decodes the request, calls
//! the service and encodes its result.

mod cache;
mod cloud_code;
mod counters;
mod data;
mod data_bulk;
mod data_queries;
mod file_commands;
mod files;
mod geo;
mod info;
mod messaging;
mod relations;
mod transactions;
mod users;

use axum::Router;

use crate::services::Services;

/// All routes below the app path, or below the path of the API at a domain.
pub(super) fn all() -> Router<Services> {
    Router::new()
        .merge(data::routes())
        .merge(data_bulk::routes())
        .merge(data_queries::routes())
        .merge(relations::routes())
        .merge(transactions::routes())
        .merge(users::routes())
        .merge(info::routes())
        .merge(files::routes(file_commands::routes()))
        .merge(messaging::routes())
        .merge(geo::routes())
        .merge(cache::routes())
        .merge(counters::routes())
        .merge(cloud_code::routes())
}
