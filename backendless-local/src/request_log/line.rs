//! A request as a line of JSON.

use serde_json::json;

use super::masking::{Masker, Secrets};
use super::{Entry, error_code};

/// Returns the line, without its end.
pub(super) fn line(entry: &Entry, secrets: &Secrets) -> String {
    let exchange = &entry.exchange;
    let line = json!({
        "time": entry.received,
        "method": exchange.method,
        "path": Masker::of(exchange, secrets).path_without_parameters(),
        "status": exchange.status,
        "code": error_code(exchange.status, &exchange.response.body),
        "milliseconds": entry.duration.as_secs_f64() * 1000.0,
    });
    line.to_string()
}
