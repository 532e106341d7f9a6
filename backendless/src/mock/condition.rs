//! A condition of a mock, and how a request differs from it.

use std::fmt;

use httpmock::HttpMockRequest;
use serde_json::Value;

use super::route::Route;

/// Maximum length in characters of a value in a message.
const MAX_VALUE_LENGTH: usize = 200;
/// Maximum number of differences of a JSON body in a message.
const MAX_DIFFERENCES: usize = 8;

/// A condition on a request.
pub(super) enum Condition {
    Path {
        name: &'static str,
        value: String,
    },
    Query {
        name: &'static str,
        values: Vec<String>,
    },
    QueryNumber {
        name: &'static str,
        value: f64,
    },
    Header {
        name: &'static str,
        value: String,
    },
    UserToken(String),
    Json(Value),
    Bytes(Vec<u8>),
}

/// Whether a request has a condition, or how it differs.
pub(super) enum Matches {
    Yes,
    No(Vec<String>),
}

impl Condition {
    pub(super) fn check(&self, route: &Route, request: &HttpMockRequest) -> Matches {
        let difference = match self {
            Self::Path { name, value } => {
                let values = route.values(request).unwrap_or_default();
                let found = values.into_iter().find(|(found, _)| found == name);
                let found = found.map(|(_, decoded)| decoded);
                (found.as_ref() != Some(value)).then(|| differs(name, value, found.as_deref()))
            }
            Self::Query { name, values } => {
                let found = query(request, name);
                let found_text = (!found.is_empty()).then(|| found.join(", "));
                (found != *values).then(|| differs(name, &values.join(", "), found_text.as_deref()))
            }
            Self::QueryNumber { name, value } => {
                let found = query(request, name);
                let is_equal = matches!(found.as_slice(), [one] if one.parse() == Ok(*value));
                let found_text = (!found.is_empty()).then(|| found.join(", "));
                (!is_equal).then(|| differs(name, &value.to_string(), found_text.as_deref()))
            }
            Self::Header { name, value } => {
                let found = header(request, name);
                (found != Some(value)).then(|| differs(name, value, found.map(String::as_str)))
            }
            Self::UserToken(token) => match header(request, "user-token") {
                Some(found) if found == token => None,
                Some(_) => Some("another user token was received".to_owned()),
                None => Some("no user token was received".to_owned()),
            },
            Self::Json(expected) => return check_json(expected, request.body_ref()),
            Self::Bytes(expected) => {
                let found = request.body_ref();
                (found != expected).then(|| {
                    format!(
                        "the body of {} bytes is not the expected one of {} bytes",
                        found.len(),
                        expected.len()
                    )
                })
            }
        };
        match difference {
            None => Matches::Yes,
            Some(difference) => Matches::No(Vec::from([difference])),
        }
    }
}

/// Writes what is expected. The user token is a secret, and a body is too long for a line.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { name, value } | Self::Header { name, value } => {
                write!(f, "{name} = {value}")
            }
            Self::Query { name, values } => write!(f, "{name} = {}", values.join(", ")),
            Self::QueryNumber { name, value } => write!(f, "{name} = {value}"),
            Self::UserToken(_) => f.write_str("the user token"),
            Self::Json(_) => f.write_str("the JSON body"),
            Self::Bytes(_) => f.write_str("the body"),
        }
    }
}

fn differs(name: &str, expected: &str, found: Option<&str>) -> String {
    match found {
        Some(found) => {
            let (found, expected) = shorten_both(found, expected);
            format!("{name} is `{found}`, expected `{expected}`")
        }
        None => format!("{name} is missing, expected `{}`", shorten(expected)),
    }
}

fn check_json(expected: &Value, body: &[u8]) -> Matches {
    if body.is_empty() {
        return Matches::No(Vec::from(["the JSON body is missing".to_owned()]));
    }
    let Ok(found) = serde_json::from_slice::<Value>(body) else {
        return Matches::No(Vec::from([format!(
            "the body of {} bytes is not JSON",
            body.len()
        )]));
    };
    if found == *expected {
        return Matches::Yes;
    }
    let mut differences = Vec::new();
    compare(expected, &found, &mut String::new(), &mut differences);
    let more = differences.len().saturating_sub(MAX_DIFFERENCES);
    if more > 0 {
        differences.truncate(MAX_DIFFERENCES);
        differences.push(format!("the body has {more} more differences"));
    }
    Matches::No(differences)
}

/// Appends each difference with its JSON pointer.
fn compare(expected: &Value, found: &Value, pointer: &mut String, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let at = push(pointer, key);
                match found.get(key) {
                    Some(found) => compare(value, found, pointer, differences),
                    None => differences.push(format!(
                        "body{pointer} is missing, expected {}",
                        json(pointer, value)
                    )),
                }
                pointer.truncate(at);
            }
            for (key, value) in found {
                if !expected.contains_key(key) {
                    let at = push(pointer, key);
                    let value = json(pointer, value);
                    differences.push(format!("body{pointer} is {value}, expected nothing"));
                    pointer.truncate(at);
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                let at = push(pointer, &index.to_string());
                compare(expected, found, pointer, differences);
                pointer.truncate(at);
            }
        }
        _ if expected == found => {}
        _ => {
            let (found, expected) = json_of_both(pointer, found, expected);
            differences.push(format!("body{pointer} is {found}, expected {expected}"));
        }
    }
}

/// Appends a segment to a JSON pointer, and returns its previous length.
fn push(pointer: &mut String, segment: &str) -> usize {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    length
}

/// Writes a value of a body, without the passwords in it.
fn json(pointer: &str, value: &Value) -> String {
    match pointer.ends_with("/password") {
        true => "a password".to_owned(),
        false => shorten(&without_passwords(value).to_string()),
    }
}

/// Writes two values that differ, as [`json`] does.
fn json_of_both(pointer: &str, found: &Value, expected: &Value) -> (String, String) {
    if pointer.ends_with("/password") {
        return (json(pointer, found), json(pointer, expected));
    }
    let text = |value| without_passwords(value).to_string();
    shorten_both(&text(found), &text(expected))
}

fn without_passwords(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match key.as_str() {
                "password" => (key.clone(), "a password".into()),
                _ => (key.clone(), without_passwords(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_passwords).collect(),
        other => other.clone(),
    }
}

/// Cuts a text to the maximum length of a value in a message.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE_LENGTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Shortens two texts that differ, so that the first difference is in both results.
fn shorten_both(one: &str, other: &str) -> (String, String) {
    /// Number of equal characters before the difference.
    const CONTEXT: usize = 40;
    let pairs = one.chars().zip(other.chars());
    let equal = pairs.take_while(|(one, other)| one == other).count();
    let is_short = |text: &str| text.chars().nth(MAX_VALUE_LENGTH).is_none();
    if equal < MAX_VALUE_LENGTH - CONTEXT || (is_short(one) && is_short(other)) {
        return (shorten(one), shorten(other));
    }
    let tail = |text: &str| {
        let tail: String = text.chars().skip(equal - CONTEXT).collect();
        format!("...{}", shorten(&tail))
    };
    (tail(one), tail(other))
}

fn query(request: &HttpMockRequest, name: &str) -> Vec<String> {
    let all = request.query_params().into_iter();
    all.filter(|(found, _)| found == name)
        .map(|(_, value)| value)
        .collect()
}

fn header<'r>(request: &'r HttpMockRequest, name: &str) -> Option<&'r String> {
    let mut all = request.headers_vec().iter();
    all.find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
