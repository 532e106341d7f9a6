//! The cases that all operations have in common, expanded from `templates.json`.
//!
//! `PROTOCOL_BLESS=1 cargo test -p backendless-tests --test protocol expanded` writes the files.

use std::collections::BTreeMap;
use std::fs;

use backendless_tests::catalogue::{self, ResponseBody};
use backendless_tests::spec::{OperationAddress, Spec};
use serde_json::{Map, Value, json};

use crate::case::{files, folder, read};

/// The number of attempts of a client with the default policy.
const MAX_ATTEMPTS: u32 = 3;

/// An operation, and the first case that was written for it, which the templates change.
struct Base {
    id: String,
    case: Value,
    address: OperationAddress,
    is_idempotent: bool,
    reads: ResponseBody,
    /// The parameters of the path that span segments.
    multi_segment: Vec<String>,
}

#[test]
fn expanded_cases_are_those_of_the_templates() {
    let bless = std::env::var_os("PROTOCOL_BLESS").is_some();
    let target = folder().join("expanded");
    for (file, bases) in bases() {
        let cases: Vec<Value> = bases.iter().flat_map(expand).collect();
        let path = target.join(file);
        if bless {
            let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
            fs::create_dir_all(&target).unwrap();
            fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
        }
        assert!(
            read(&path) == Value::Array(cases),
            "{} is not what the templates say: set PROTOCOL_BLESS=1, run this test, and review the difference",
            path.display()
        );
    }
}

fn bases() -> Vec<(String, Vec<Base>)> {
    let spec = Spec::read();
    let files = files("cases").into_iter();
    files
        .map(|(file, cases)| (file, bases_of(&spec, &cases)))
        .collect()
}

fn bases_of(spec: &Spec, cases: &Value) -> Vec<Base> {
    let mut bases: Vec<Base> = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let id = case["operation"].as_str().unwrap_or_default();
        if bases.iter().any(|base| base.id == id) {
            continue;
        }
        let address = spec.address_of(id);
        let address = address.unwrap_or_else(|| panic!("{id} is not an operation"));
        let entry = catalogue::entry(id);
        bases.push(Base {
            id: id.to_owned(),
            case: case.clone(),
            multi_segment: multi_segment_parameters(spec, &address),
            address,
            is_idempotent: spec.is_idempotent(id),
            reads: entry.map_or(ResponseBody::Any, |entry| entry.response_body),
        });
    }
    bases
}

fn multi_segment_parameters(spec: &Spec, address: &OperationAddress) -> Vec<String> {
    let operation = &spec.document()["paths"][&address.path][address.method.to_lowercase()];
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let spanning = parameters.filter(|parameter| parameter["x-multi-segment"] == true);
    spanning
        .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
        .collect()
}

fn expand(base: &Base) -> Vec<Value> {
    let templates = read(&folder().join("templates.json"));
    let list = |name: &str| templates[name].as_array().cloned().unwrap_or_default();
    let mut cases = Vec::new();
    for template in list("outcomes") {
        cases.extend(outcome(base, &template));
    }
    for template in list("path values") {
        for name in parameters_of(&base.address.path) {
            cases.extend(path_value(base, &template, &name));
        }
    }
    cases
}

/// Whether the template has this operation in `except`.
fn is_excepted(base: &Base, template: &Value) -> bool {
    let ids = template["except"].as_array();
    ids.is_some_and(|ids| ids.iter().any(|id| *id == *base.id))
}

fn reads_enough(base: &Base, template: &Value) -> bool {
    base.reads
        >= match template["reads"].as_str() {
            Some("json") => ResponseBody::Required,
            Some("json or null") => ResponseBody::Nullable,
            _ => ResponseBody::Any,
        }
}

/// The case of a template with responses: the outcome is that of the template, or the error of the
/// operation in `instead`.
fn outcome(base: &Base, template: &Value) -> Option<Value> {
    if is_excepted(base, template) || !reads_enough(base, template) {
        return None;
    }
    let mut case = base.case.clone();
    case["name"] = template["name"].clone();
    let plain = &base.case["responses"][0];
    let responses = template["responses"].as_array().into_iter().flatten();
    let responses: Vec<Value> = responses.map(|response| changed(response, plain)).collect();
    if let Some(token) = template["user-token"].as_str() {
        case["call"]["user-token"] = json!(token);
        if !base.address.is_open {
            case["request"]["headers"]["user-token"] = json!(token);
        }
    }
    let retried = match template["retried"].as_str() {
        Some("always") => true,
        Some("if idempotent") => base.is_idempotent,
        _ => false,
    };
    case["expect"] = expected(base, template, &responses, retried);
    case["responses"] = json!(responses);
    Some(case)
}

fn expected(base: &Base, template: &Value, responses: &[Value], retried: bool) -> Value {
    let succeeds_at_once = template.get("error").is_none();
    let ends_well = responses.len() > 1 && retried;
    if succeeds_at_once || ends_well {
        let mut expect = base.case["expect"].clone();
        if ends_well {
            expect["attempts"] = json!(responses.len());
            if let Some(seconds) = template.get("waits") {
                expect["waits"] = seconds.clone();
            }
        }
        return expect;
    }
    let mut error = template["error"].clone();
    if let Some(other) = template["instead"].get(&base.id) {
        error = merged(&error, other);
    }
    error["attempts"] = json!(if retried { MAX_ATTEMPTS } else { 1 });
    json!({"error": error})
}

/// The response of a template. `{"plain": changes}` is that of the base with changes.
fn changed(response: &Value, plain: &Value) -> Value {
    match response.get("plain") {
        Some(changes) => merged(plain, changes),
        None => response.clone(),
    }
}

fn merged(value: &Value, changes: &Value) -> Value {
    let mut merged: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    for (name, change) in changes.as_object().into_iter().flatten() {
        merged.insert(name.clone(), change.clone());
    }
    Value::Object(merged)
}

/// The names of the parameters of a path, in their order.
fn parameters_of(path: &str) -> Vec<String> {
    let parts = path.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// The case with another value of a parameter of the path.
fn path_value(base: &Base, template: &Value, name: &str) -> Option<Value> {
    let spans = base.multi_segment.iter().any(|spanning| spanning == name);
    let has_name = template["except"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|id| *id == *name);
    let is_other_kind = template["segments"]
        .as_bool()
        .is_some_and(|of_paths| of_paths != spans);
    if is_excepted(base, template) || has_name || is_other_kind {
        return None;
    }
    let value = template["value"].as_str().unwrap_or_default();
    let mut case = base.case.clone();
    case["name"] = json!(format!(
        "{}: {}",
        name,
        template["name"].as_str().unwrap_or_default()
    ));
    case["call"]["parameters"][name] = json!(value);
    if let Some(error) = template.get("error") {
        case["request"] = Value::Null;
        case.as_object_mut()?.remove("live");
        case["expect"] = json!({"error": merged(error, &json!({"attempts": 0}))});
        return Some(case);
    }
    let parameters = &case["call"]["parameters"];
    let target = target(base, &base.address.path, parameters);
    let live_path = base.address.live_path.as_ref();
    let live = live_path.map(|path| self::target(base, path, parameters));
    case["request"]["target"] = json!(target);
    if spans {
        rename_file(&mut case, value);
    }
    if let Some(live) = live {
        case["live"]["target"] = json!(live);
    }
    if let Some(field) = template["expect value"]
        .get(&base.id)
        .and_then(Value::as_str)
    {
        case["expect"]["value"][field] = json!(value);
    }
    Some(case)
}

/// Gives the parts of a form the name of the file at `path`.
fn rename_file(case: &mut Value, path: &str) {
    let parts = case.pointer_mut("/request/body/multipart");
    let parts = parts.and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        part["filename"] = json!(path.rsplit('/').next());
    }
}

/// The target of a path with the values of its parameters, and the query of the base.
fn target(base: &Base, path: &str, parameters: &Value) -> String {
    let mut target = path.to_owned();
    let values: BTreeMap<&String, &Value> = parameters.as_object().into_iter().flatten().collect();
    for (name, value) in values {
        let value = value.as_str().unwrap_or_default();
        let encoded = if base.multi_segment.contains(name) {
            let segments: Vec<String> = value.split('/').map(encoded).collect();
            segments.join("/")
        } else {
            encoded(value)
        };
        target = target.replace(&format!("{{{name}}}"), &encoded);
    }
    let base_target = base.case["request"]["target"].as_str().unwrap_or_default();
    match base_target.split_once('?') {
        Some((_, query)) => format!("{target}?{query}"),
        None => target,
    }
}

/// Percent-encodes all bytes but those that RFC 3986, section 2.3, calls unreserved.
fn encoded(value: &str) -> String {
    let bytes = value.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}
