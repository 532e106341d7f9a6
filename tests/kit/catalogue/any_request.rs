//! A request to a path that no operation of the document has.

use backendless::{Client, Method, Record, Request};
use serde_json::json;

use super::Values;

/// A request with `values` wherever a caller can set one. It is not idempotent.
pub fn any_request(client: &Client, values: &Values) -> Request<Record> {
    let value = values.value.as_str();
    client
        .request(Method::POST, "/hive/{key}/values")
        .segment(value)
        .query("note", value)
        .header("x-note", value)
        .json(&json!({"a": value}))
        .fetch()
}
