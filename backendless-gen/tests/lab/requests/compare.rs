//! Differences between the request that was received and the one that the document describes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::expected::{Body, Request, sent_type, sort};
use super::original::Operation;
use super::recording::Received;

/// Headers of HTTP itself and of the recording.
const OF_HTTP: [&str; 4] = ["host", "connection", "content-length", "lab-call"];

pub(crate) fn differences(
    operation: &Operation,
    expected: &Request,
    received: &Received,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: &str, received: &str| {
        if expected != received {
            found.push(format!("{what}: expected {expected}, received {received}"));
        }
    };
    let (path, query) = match received.target.split_once('?') {
        Some((path, query)) => (path, pairs(query)),
        None => (received.target.as_str(), Vec::new()),
    };
    compare("method", &expected.method, &received.method);
    compare("path", &expected.path, path);
    compare("query", &expected.query.join("&"), &query.join("&"));
    let headers = headers(operation, received);
    compare("headers", &text(&expected.headers), &text(&headers));
    let length = received
        .headers
        .iter()
        .any(|(name, _)| name == "content-length");
    let is_absent = matches!(expected.body, Body::Absent);
    compare("has a body", &(!is_absent).to_string(), &length.to_string());
    let body = String::from_utf8_lossy(&received.body).into_owned();
    match &expected.body {
        Body::Absent => compare("body", "", &body),
        Body::Multipart => {}
        Body::Bytes(bytes) => compare("body", &String::from_utf8_lossy(bytes), &body),
        Body::Form(form) => compare("form", &form.join("&"), &pairs(&body).join("&")),
        Body::Json(value) => {
            let received = serde_json::from_str(&body).unwrap_or(Value::String(body));
            let mut places = Vec::new();
            different("", value, &received, &mut places);
            compare("JSON", "", &places.join("; "));
        }
    }
    found
}

/// The pairs of a query or a form, sorted, with the escapes of RFC 3986: forms write a space as `+`.
fn pairs(text: &str) -> Vec<String> {
    let text = text
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~");
    let mut pairs: Vec<String> = text.split('&').map(str::to_owned).collect();
    pairs.retain(|pair| !pair.is_empty());
    sort(&mut pairs);
    pairs
}

fn text(headers: &BTreeMap<String, String>) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    lines.collect::<Vec<_>>().join(" | ")
}

/// The headers of the operation. An `accept` is left out if it contains only media types of responses.
fn headers(operation: &Operation, received: &Received) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in &received.headers {
        let is_declared = |media_type: &str| {
            let mut declared = operation.responses.iter();
            declared.any(|one| sent_type(one) == sent_type(media_type))
        };
        let is_http = OF_HTTP.contains(&name.as_str());
        if is_http || name == "accept" && value.split(", ").all(is_declared) {
            continue;
        }
        let value = match name.as_str() {
            "content-type" => value.split("; boundary=").next().map(sent_type),
            _ => None,
        }
        .unwrap_or_else(|| value.clone());
        let earlier = headers.insert(name.clone(), value.clone());
        if let Some(earlier) = earlier {
            headers.insert(name.clone(), format!("{earlier} and {value}"));
        }
    }
    headers
}

/// Adds the places in which two JSON values differ. Numbers are compared by their values.
fn different(at: &str, expected: &Value, received: &Value, places: &mut Vec<String>) {
    match (expected, received) {
        (Value::Object(expected), Value::Object(received)) => {
            for (name, value) in expected {
                match received.get(name) {
                    Some(received) => different(&format!("{at}/{name}"), value, received, places),
                    None => places.push(format!("{at}/{name} is missing: {value}")),
                }
            }
            for (name, value) in received
                .iter()
                .filter(|(name, _)| !expected.contains_key(*name))
            {
                places.push(format!("{at}/{name} is added: {value}"));
            }
        }
        (Value::Array(expected), Value::Array(received)) if expected.len() == received.len() => {
            for (index, (expected, received)) in expected.iter().zip(received).enumerate() {
                different(&format!("{at}/{index}"), expected, received, places);
            }
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            if one.as_f64() != other.as_f64() {
                places.push(format!("{at} is {received}, expected {expected}"));
            }
        }
        _ if expected == received => {}
        _ => places.push(format!("{at} is {received}, expected {expected}")),
    }
}
