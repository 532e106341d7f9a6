//! A request as a line of JSON on stderr.

use std::io::Write;

use serde_json::json;

use super::masking::{Masker, Secrets};
use super::{Entry, error_code};

pub(super) fn print(entry: &Entry, secrets: &Secrets) {
    let exchange = &entry.exchange;
    let mut masker = Masker::new(secrets);
    masker.collect_headers(exchange.request.headers.all());
    let path = exchange.path.split('?').next().unwrap_or_default();
    let line = json!({
        "time": entry.received,
        "method": exchange.method,
        "path": masker.path(path),
        "status": exchange.status,
        "code": error_code(exchange.status, &exchange.response.body),
        "milliseconds": entry.duration.as_secs_f64() * 1000.0,
    });
    // A closed stderr does not stop the server.
    let _ = writeln!(std::io::stderr(), "{line}");
}
