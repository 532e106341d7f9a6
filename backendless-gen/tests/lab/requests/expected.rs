//! The request that a document describes, by the rules of OpenAPI 3.0 for the styles of parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::original::{Operation, Original, Parameter, essence, is_json, items, members};

/// A request in a form in which two requests are equal if a server reads the same from both.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The encoded pairs, sorted by name; those of one name are in their order.
    pub(crate) query: Vec<String>,
    /// Without those of HTTP itself. The names are in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Body,
}

#[derive(Debug, Default)]
pub(crate) enum Body {
    #[default]
    Absent,
    Json(Value),
    /// Encoded pairs, as in a query.
    Form(Vec<String>),
    Bytes(Vec<u8>),
    /// Parts of the caller's choice.
    Multipart,
}

/// The values of a request: those of the parameters, in their order, and the body with its media type.
pub(crate) struct Values {
    pub(crate) parameters: Vec<Option<Value>>,
    pub(crate) body: Option<(String, Value)>,
}

pub(crate) fn request(document: &Original, operation: &Operation, values: &Values) -> Request {
    let mut request = Request {
        method: operation.method.clone(),
        // A fragment distinguishes operations of one path, and is not sent.
        path: operation
            .path
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned(),
        ..Request::default()
    };
    for (parameter, value) in operation.parameters.iter().zip(&values.parameters) {
        let Some(value) = value else {
            continue;
        };
        match parameter.place.as_str() {
            "path" => {
                let text = simple(parameter, value, encoded);
                let name = format!("{{{}}}", parameter.name);
                request.path = request.path.replace(&name, &text);
            }
            "query" => request.query.extend(query(parameter, value)),
            _ => {
                let text = simple(parameter, value, str::to_owned);
                request
                    .headers
                    .insert(parameter.name.to_ascii_lowercase(), text);
            }
        }
    }
    sort(&mut request.query);
    if let Some((media_type, value)) = &values.body {
        let media = &operation.bodies[media_type];
        request
            .headers
            .insert("content-type".to_owned(), sent_type(media_type));
        request.body = body(document, media_type, media, value);
    }
    request
}

/// Sorts pairs by their names.
pub(crate) fn sort(pairs: &mut [String]) {
    let name = |pair: &String| pair.split('=').next().unwrap_or_default().to_owned();
    pairs.sort_by_key(name);
}

/// The media type without spaces and without the charset, which is that of JSON and of texts in Rust.
pub(crate) fn sent_type(media_type: &str) -> String {
    let parts = media_type.split(';').map(str::trim);
    let parts = parts.filter(|part| !part.starts_with("charset="));
    parts.collect::<Vec<_>>().join(";")
}

fn body(document: &Original, media_type: &str, media: &Value, value: &Value) -> Body {
    match essence(media_type).as_str() {
        _ if is_json(media_type) => Body::Json(value.clone()),
        "multipart/form-data" => Body::Multipart,
        "application/x-www-form-urlencoded" => Body::Form(form(document, media, value)),
        _ => Body::Bytes(text(value).into_bytes()),
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The text of a scalar.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The style `simple`: `a,b` for a list; `k,v,k,v` or exploded `k=v,k=v` for an object.
fn simple(parameter: &Parameter, value: &Value, encode: fn(&str) -> String) -> String {
    let text = |value: &Value| encode(&text(value));
    match value {
        value if parameter.is_json => encode(&value.to_string()),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Object(object) => {
            let between = match parameter.explode {
                true => "=",
                false => ",",
            };
            properties(object, between, encode).join(",")
        }
        value => text(value),
    }
}

fn properties(
    object: &Map<String, Value>,
    between: &str,
    encode: fn(&str) -> String,
) -> Vec<String> {
    let pair = |(key, value): (&String, &Value)| {
        format!("{}{between}{}", encode(key), encode(&text(value)))
    };
    object.iter().map(pair).collect()
}

fn query(parameter: &Parameter, value: &Value) -> Vec<String> {
    match parameter.is_json {
        true => Vec::from([pair(&parameter.name, &value.to_string())]),
        false => styled(&parameter.name, &parameter.style, parameter.explode, value),
    }
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encoded(name), encoded(value))
}

/// The pairs of a value in the style `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`.
fn styled(name: &str, style: &str, explode: bool, value: &Value) -> Vec<String> {
    let separator = match style {
        "spaceDelimited" => "%20",
        "pipeDelimited" => "%7C",
        _ => ",",
    };
    let joined = |texts: Vec<String>| format!("{}={}", encoded(name), texts.join(separator));
    match value {
        _ if style == "deepObject" => deep(name, value),
        Value::Array(items) if explode => {
            items.iter().map(|item| pair(name, &text(item))).collect()
        }
        Value::Array(items) => {
            let texts = items.iter().map(|item| encoded(&text(item)));
            Vec::from([joined(texts.collect())])
        }
        Value::Object(object) if explode => properties(object, "=", encoded),
        Value::Object(object) => Vec::from([joined(properties(object, separator, encoded))]),
        value => Vec::from([pair(name, &text(value))]),
    }
}

fn deep(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(_) => members(value)
            .flat_map(|(key, value)| deep(&format!("{name}[{key}]"), value))
            .collect(),
        Value::Array(_) => items(value).flat_map(|value| deep(name, value)).collect(),
        value => Vec::from([pair(name, &text(value))]),
    }
}

/// The pairs of a form. A property without an encoding is one pair, or one per item; an object is JSON.
fn form(document: &Original, media: &Value, value: &Value) -> Vec<String> {
    let mut pairs = Vec::new();
    for (name, value) in members(value) {
        let encoding = document.resolved(&media["encoding"][name]);
        let style = encoding["style"].as_str();
        let explode = encoding["explode"].as_bool();
        let has_style = style.is_some() || explode.is_some();
        let json = encoding["contentType"]
            .as_str()
            .map_or(value.is_object(), is_json);
        if json && !has_style {
            pairs.push(pair(name, &value.to_string()));
            continue;
        }
        let style = style.unwrap_or("form");
        pairs.extend(styled(
            name,
            style,
            explode.unwrap_or(style == "form"),
            value,
        ));
    }
    sort(&mut pairs);
    pairs
}
