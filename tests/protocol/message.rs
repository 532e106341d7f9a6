//! Headers and bodies of the corpus.

use std::io::Write;

use base64::Engine;
use serde_json::{Value, json};

/// The headers of a response, with those that its body implies.
pub(crate) fn headers_of(response: &Value) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let given = response["headers"].as_object();
    let has_type = given.is_some_and(|given| given.contains_key("content-type"));
    if response.get("json").is_some() && !has_type {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    if response["gzip"] == true {
        headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    }
    for (name, value) in given.into_iter().flatten() {
        headers.push((name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    headers
}

/// The bytes of the body of a request or response.
pub(crate) fn body_of(message: &Value) -> Vec<u8> {
    let bytes = match (message.get("json"), message["text"].as_str()) {
        (Some(value), _) => value.to_string().into_bytes(),
        (None, Some(text)) => text.as_bytes().to_vec(),
        (None, None) => {
            let text = message["base64"].as_str().unwrap_or_default();
            let bytes = base64::engine::general_purpose::STANDARD.decode(text);
            bytes.expect("the case has valid base64")
        }
    };
    if message["gzip"] == true {
        compressed(&bytes)
    } else {
        bytes
    }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("a Vec accepts all bytes")
}

/// The headers that a request must have (`Some`) or must not have (`None`).
pub(crate) fn expected_headers(request: &Value) -> Vec<(String, Option<String>)> {
    let mut headers = vec![
        ("user-token".to_owned(), None),
        ("referer".to_owned(), None),
    ];
    if !request["body"]["json"].is_null() || request["body"].get("json").is_some() {
        headers.push((
            "content-type".to_owned(),
            Some("application/json".to_owned()),
        ));
    }
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        headers.retain(|(known, _)| known != name);
        headers.push((name.clone(), value.as_str().map(str::to_owned)));
    }
    headers
}

/// The decoded parameters of a query, sorted by name; those with one name keep their order.
pub(crate) fn query_parameters(query: &str) -> Vec<(String, String)> {
    let url =
        reqwest::Url::parse(&format!("http://host/?{query}")).expect("a query is valid in a URL");
    let mut parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    parameters.sort_by(|(one, _), (other, _)| one.cmp(other));
    parameters
}

/// What differs between the body of a request and the one that the case expects.
pub(crate) fn problem_of_body(expected: &Value, content_type: &str, body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (actual, expected) = if let Some(value) = expected.get("json") {
        (
            serde_json::from_slice(body).unwrap_or_else(|_| json!(text)),
            value.clone(),
        )
    } else if let Some(parts) = expected.get("multipart") {
        (parts_of(content_type, &text), parts.clone())
    } else {
        (
            json!(text),
            json!(expected["text"].as_str().unwrap_or_default()),
        )
    };
    (actual != expected).then(|| format!("sent the body {actual}\n    instead of {expected}"))
}

/// The parts of a form: for each its name, file name and content.
fn parts_of(content_type: &str, body: &str) -> Value {
    let Some((_, boundary)) = content_type.split_once("boundary=") else {
        return json!(body);
    };
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    let parts = body.split(&delimiter).filter_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let value = |name: &str| {
            let (_, rest) = head.split_once(&format!("; {name}=\""))?;
            quoted(rest)
        };
        Some(json!({
            "name": value("name"),
            "filename": value("filename"),
            "text": content.strip_suffix("\r\n").unwrap_or(content),
        }))
    });
    parts.collect()
}

/// The value of a quoted string (RFC 9110, section 5.6.4) without its first quote; `None` if it has no end.
fn quoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(value),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

/// `ConnectionLost` as `connection-lost`.
pub(crate) fn kebab_case(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(character.to_lowercase());
    }
    text
}
