//! The runner for the local server: requests of the corpus and of the official SDK.

use std::collections::BTreeMap;
use std::process::Command;

use backendless::Profile;
use backendless_local::{Dialect, Server, ServiceError};
use backendless_tests::catalogue;
use serde_json::{Value, json};

use crate::case::{Case, files, folder, handwritten, read, written_out};
use crate::client::expected_request;
use crate::message;
use crate::wire::{Outgoing, Wire};

/// A local server with what the sequences need.
async fn server() -> Server {
    let echo = |arguments: Value| Ok::<Value, ServiceError>(arguments);
    let server = catalogue::local_server()
        // Times to live are in seconds.
        .dialect(Dialect::Live)
        .email_confirmation(false)
        .role("Editors")
        .remote_file("http://example.com/pic.png", "picture")
        .push_template("IOS", "tpl", json!({}))
        .email_template("tpl")
        .service("Svc", "method", echo)
        .service("shop", "buy", echo)
        .event("evt", echo)
        .event("sold", echo);
    server.start().await.expect("the server starts")
}

/// The values that earlier steps of a sequence captured.
#[derive(Default)]
pub(crate) struct Captured(pub(crate) BTreeMap<String, String>);

impl Captured {
    /// The text with `${name}` replaced by its value.
    fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(&format!("${{{name}}}"), value);
        }
        filled
    }

    fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, value)| (self.fill(name), self.fill_value(value)))
                    .collect()
            }
            other => other.clone(),
        }
    }
}

/// The bytes of a request of the corpus.
pub(crate) fn outgoing(request: &Value, app_path: &str) -> Outgoing {
    let target = request["target"].as_str().unwrap_or_default();
    let body = &request["body"];
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        headers.extend(value.as_str().map(|value| (name.clone(), value.to_owned())));
    }
    if body.get("json").is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let bytes = match body["multipart"].as_array() {
        Some(parts) => {
            headers.push((
                "content-type".to_owned(),
                "multipart/form-data; boundary=part".to_owned(),
            ));
            form(parts)
        }
        None => message::body_of(body),
    };
    Outgoing {
        method: request["method"].as_str().unwrap_or_default().to_owned(),
        target: format!("{app_path}{target}"),
        headers,
        body: bytes,
    }
}

fn form(parts: &[Value]) -> Vec<u8> {
    let text = |part: &Value, name: &str| part[name].as_str().unwrap_or_default().to_owned();
    let mut body = String::new();
    for part in parts {
        let (name, file, content) = (
            text(part, "name"),
            text(part, "filename"),
            text(part, "text"),
        );
        body += &format!(
            "--part\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{content}\r\n"
        );
    }
    (body + "--part--\r\n").into_bytes()
}

/// Runs a sequence on a server of its own, and returns the steps whose response differs.
async fn run_sequence(name: &str, sequence: &Value) -> Vec<String> {
    run_steps(&server().await, name, sequence).await.1
}

/// Runs the steps of a sequence, and returns the captured values and the steps whose response differs.
pub(crate) async fn run_steps(
    server: &Server,
    name: &str,
    sequence: &Value,
) -> (Captured, Vec<String>) {
    let wire = Wire::new(&server.url());
    let app_path = format!("/{}/{}", server.app_id(), server.api_key());
    let mut captured = Captured::default();
    let mut problems = Vec::new();
    for step in sequence["steps"].as_array().into_iter().flatten() {
        let step = captured.fill_value(&written_out(step));
        let title = format!("{name}: {}", step["name"]);
        let reply = match wire.send(&outgoing(&step["request"], &app_path)).await {
            Ok(reply) => reply,
            Err(problem) => {
                problems.push(format!("{title}: {problem}"));
                continue;
            }
        };
        let body = reply.json();
        if let Some(problem) = problem_of(&step["response"], reply.status.as_u16(), &body) {
            problems.push(format!("{title}: {problem}"));
        }
        for (name, pointer) in step["capture"].as_object().into_iter().flatten() {
            let value = body.pointer(pointer.as_str().unwrap_or_default());
            let value = value.map(crate::arguments::text_of).unwrap_or_default();
            captured.0.insert(name.clone(), value);
        }
    }
    (captured, problems)
}

fn problem_of(expected: &Value, status: u16, body: &Value) -> Option<String> {
    if expected["status"] != status {
        return Some(format!(
            "status {status} instead of {}: {body}",
            expected["status"]
        ));
    }
    match (expected.get("code"), expected.get("json")) {
        (Some(code), _) if body["code"] != *code => {
            Some(format!("code {} instead of {code}: {body}", body["code"]))
        }
        (_, Some(json)) => difference(json, body, ""),
        _ => None,
    }
}

/// The first place where `actual` does not have what `expected` has. An object may have more fields.
fn difference(expected: &Value, actual: &Value, place: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().find_map(|(name, value)| {
                let place = format!("{place}/{name}");
                match actual.get(name) {
                    Some(actual) => difference(value, actual, &place),
                    None => Some(format!("{place} is missing")),
                }
            })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs.into_iter().find_map(|(index, (expected, actual))| {
                difference(expected, actual, &format!("{place}/{index}"))
            })
        }
        (Value::String(any), _) if any == "$any" => None,
        (expected, actual) if expected == actual => None,
        (expected, actual) => Some(format!("{place} is {actual} instead of {expected}")),
    }
}

#[tokio::test]
async fn the_local_server_responds_as_the_sequences_say() {
    let mut problems = Vec::new();
    let mut steps = 0;
    for (file, sequences) in files("sequences") {
        for sequence in sequences.as_array().into_iter().flatten() {
            steps += sequence["steps"].as_array().map_or(0, Vec::len);
            let name = format!("{file}, {}", sequence["name"]);
            problems.extend(run_sequence(&name, sequence).await);
        }
    }
    println!("{steps} steps");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Sends the requests of all cases, in both dialects, and those whose responses are errors too: the
/// local server knows each of them, and none makes it fail.
#[tokio::test]
async fn the_local_server_knows_every_request_of_the_corpus() {
    let server = server().await;
    let wire = Wire::new(&server.url());
    let app_path = format!("/{}/{}", server.app_id(), server.cloud_code_key());
    let mut problems = Vec::new();
    for case in handwritten() {
        for profile in [Profile::Document, Profile::Live] {
            problems.extend(unknown_request(&wire, &app_path, &case, profile).await);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

async fn unknown_request(
    wire: &Wire,
    app_path: &str,
    case: &Case,
    profile: Profile,
) -> Option<String> {
    let mut request = expected_request(&case.value, profile);
    if request.is_null() {
        return None;
    }
    // The token is of no session of this server.
    if let Some(headers) = request["headers"].as_object_mut() {
        headers.remove("user-token");
    }
    let reply = match wire.send(&outgoing(&request, app_path)).await {
        Ok(reply) => reply,
        Err(problem) => return Some(format!("{}: {problem}", case.title)),
    };
    let is_known =
        reply.status.is_success() || (reply.status.is_client_error() && reply.code().is_some());
    let is_route = !matches!(reply.status.as_u16(), 405 | 415 | 501);
    (!is_known || !is_route).then(|| format!("{}: {} {}", case.title, reply.status, reply.json()))
}

/// Replays the recorded requests of the official SDK.
#[tokio::test]
async fn the_local_server_responds_to_the_official_sdk() {
    let recorded = read(&folder().join("js-sdk.json"));
    let problems = run_sequence("js-sdk.json", &recorded).await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Runs `replay.mjs`, which shares no code with this repository's Rust. Without node, it is skipped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replay_script_accepts_the_local_server() {
    let server = server().await;
    let script = folder().join("replay.mjs");
    let (url, app, key) = (
        server.url(),
        server.app_id().to_owned(),
        server.api_key().to_owned(),
    );
    let run = tokio::task::spawn_blocking(move || {
        Command::new("node")
            .arg(script)
            .args([url, app, key])
            .output()
    });
    let output = match run.await.unwrap() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: node does not start: {error}");
            return;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{text}");
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn difference_names_the_place() {
    let expected = json!({"a": [1, {"b": "$any"}]});
    assert_eq!(
        difference(&expected, &json!({"a": [1, {"b": 2, "c": 3}], "d": 4}), ""),
        None
    );
    assert_eq!(
        difference(&expected, &json!({"a": [1, {"c": 2}]}), ""),
        Some("/a/1/b is missing".to_owned())
    );
    assert_eq!(
        difference(&expected, &json!({"a": [2, {"b": 2}]}), ""),
        Some("/a/0 is 2 instead of 1".to_owned())
    );
}
