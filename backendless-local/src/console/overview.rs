//! The overview: how to connect, how much of everything there is, and how many requests arrive.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use super::App;
use crate::http::origin::local_url;
use crate::http::response::{ErrorResponse, Json};
use crate::services::caller::Caller;
use crate::services::files::Count;
use crate::services::users;
use crate::usage::{HISTORY_POINTS, HISTORY_STEP};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/overview", get(overview))
        .route("/usage", get(usage))
}

async fn overview(State(app): State<App>) -> Result<Json<Value>, ErrorResponse> {
    let console = &app.server;
    let services = &console.services;
    let tables = services.data.tables().await?;
    let users = tables.iter().find(|table| table.name == users::TABLE);
    let users = users.map_or(0, |table| table.rows);
    let others = tables.iter().filter(|table| table.name != users::TABLE);
    let rows: i64 = others.map(|table| table.rows).sum();
    let files = Count {
        directory: None,
        pattern: None,
        is_recursive: true,
        has_directories: false,
    };
    let files = services.files.count(Caller::server_side(), files).await?;
    let (cloud_code, _) = services.cloud_code.names();
    let counts = json!([
        ["tables", tables.len()],
        ["rows", rows],
        ["users", users],
        ["files", files],
        ["channels", services.messaging.channel_count().await?],
        ["e-mails", services.messaging.email_count().await?],
        ["push notifications", services.messaging.push_count().await?],
        ["geo points", services.geo.point_count().await?],
        ["cache values", services.cache.entry_count().await?],
        ["counters", services.counters.counter_count().await?],
        ["Cloud Code services", cloud_code.len()],
    ]);
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "endpoint": local_url(console.address),
        "environment": console.environment,
        "counts": counts,
    })))
}

/// The numbers of requests, and the clock, which the page reads every few seconds.
async fn usage(State(app): State<App>) -> Json<Value> {
    let console = &app.server;
    let usage = console.counter.usage();
    let has_faults = console.faults.rates().iter().any(|(_, rate)| *rate > 0.0);
    Json(json!({
        "current": usage.current_minute(),
        "busiest": usage.busiest_minute(),
        "rejected": usage.rejected(),
        "limit": console.counter.limit(),
        "history": console.counter.history(),
        "historyPoints": HISTORY_POINTS,
        "stepSeconds": HISTORY_STEP,
        "now": console.clock.now(),
        "advancedMillis": u64::try_from(console.clock.offset().as_millis()).unwrap_or(u64::MAX),
        "hasFaults": has_faults,
    }))
}
