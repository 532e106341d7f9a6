//! Faults, the clock, and the deletion of all data.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{App, required, required_count};
use crate::faults::Fault;
use crate::http::extract::Query;
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::text::shorten;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/faults", get(faults).put(set_fault))
        .route("/clock", post(advance))
        .route("/reset", post(reset))
}

/// Returns the faults that can be switched: one of each kind, and those of the builder.
fn known_faults(app: &App) -> Vec<Fault> {
    let mut faults = Fault::EACH.to_vec();
    for (fault, _) in app.server.faults.rates() {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults
}

async fn faults(State(app): State<App>) -> Json<Vec<Value>> {
    let injector = &app.server.faults;
    let (rates, counts) = (injector.rates(), injector.counts());
    let faults = known_faults(&app).into_iter().map(|fault| {
        let rates = rates.iter().filter(|(other, _)| *other == fault);
        let counts = counts.iter().filter(|(other, _)| *other == fault);
        json!({
            "name": fault.to_string(),
            "rate": rates.map(|(_, rate)| rate).sum::<f64>(),
            "count": counts.map(|(_, count)| count).sum::<u64>(),
        })
    });
    Json(faults.collect())
}

async fn set_fault(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let name = required(&parameters, "name")?;
    let invalid = |message: String| ServiceError::new(code::INVALID_PARAMETER, message);
    let rate = required(&parameters, "rate")?
        .parse::<f64>()
        .map_err(|_| invalid("the rate is not a number: use one from 0 to 1".to_owned()))?;
    let faults = known_faults(&app);
    let fault = faults.iter().find(|fault| fault.to_string() == name);
    let fault = *fault.ok_or_else(|| {
        let names: Vec<String> = faults.iter().map(Fault::to_string).collect();
        let names = names.join(", ");
        invalid(format!(
            "there is no fault '{}': use one of {names}",
            shorten(name)
        ))
    })?;
    let set = app.server.faults.set_rate(fault, rate);
    set.map_err(|error| invalid(error.to_string()))?;
    Ok(Json(Value::Null))
}

/// Advances the clock, and returns its time.
async fn advance(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let seconds = required_count(&parameters, "seconds")?;
    app.server.clock.advance(Duration::from_secs(seconds));
    Ok(Json(json!({ "now": app.server.clock.now() })))
}

async fn reset(State(app): State<App>) -> Result<Json<Value>, ErrorResponse> {
    app.server.services.reset().await?;
    Ok(Json(Value::Null))
}
