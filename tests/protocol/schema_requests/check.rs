//! Checks of responses against the document.

use std::collections::BTreeMap;

use backendless_tests::spec::Spec;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::generate::Generated;
use crate::wire::Reply;

/// Compiled schemas of responses, by operation and status.
pub(super) struct Checker<'s> {
    spec: &'s Spec,
    validators: BTreeMap<(String, u16), Option<Validator>>,
}

impl<'s> Checker<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            validators: BTreeMap::new(),
        }
    }

    /// What is wrong with the response to a request.
    pub(super) fn problem_of(&mut self, request: &Generated, reply: &Reply) -> Option<String> {
        let status = reply.status.as_u16();
        let body = reply.json();
        if !(reply.status.is_success() || reply.status.is_client_error()) {
            return Some(format!("status {status}: {body}"));
        }
        if reply.status.is_client_error() {
            let is_error = body["code"].is_i64() && body["message"].is_string();
            return (!is_error)
                .then(|| format!("status {status} without code and message: {body}"));
        }
        if request.flaw.is_some() {
            return Some(format!("accepted with status {status}: {body}"));
        }
        self.schema_problem(&request.operation, status, reply, &body)
    }

    fn schema_problem(
        &mut self,
        id: &str,
        status: u16,
        reply: &Reply,
        body: &Value,
    ) -> Option<String> {
        let spec = self.spec;
        let validator = self
            .validators
            .entry((id.to_owned(), status))
            .or_insert_with(|| validator(spec, id, status));
        let validator = validator.as_ref()?;
        if reply.body.is_empty() {
            return Some("an empty body where the document has a schema".to_owned());
        }
        let body = spec_value(body);
        let error = validator.iter_errors(&body).next()?;
        Some(format!("{}: {error}", error.instance_path()))
    }
}

/// The validator of a success of an operation; `None` if the document describes no body.
fn validator(spec: &Spec, id: &str, status: u16) -> Option<Validator> {
    let paths = spec.document()["paths"].as_object()?.values();
    let mut operations = paths.flat_map(|item| item.as_object().into_iter().flatten());
    let (_, operation) = operations.find(|(_, operation)| operation["operationId"] == id)?;
    let schema =
        &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
    let mut schema = schema.as_object()?.clone();
    // Values of any kind, where the document says "object" and the service stores any JSON.
    if ANY_JSON.contains(&id) {
        return None;
    }
    schema.insert(
        "components".to_owned(),
        spec.document()["components"].clone(),
    );
    Some(jsonschema::draft4::new(&Value::Object(schema)).expect("the document has valid schemas"))
}

/// Operations whose response the document describes as an object, while the service returns any JSON,
/// by docs/live-service.md.
const ANY_JSON: [&str; 4] = [
    "cacheGet",
    "invokeCloudCodeService",
    "putToCloudCodeService",
    "deleteFromCloudCodeService",
];

/// The value without fields that are null, which the service sends for absent ones.
fn spec_value(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields
                .map(|(name, value)| (name.clone(), spec_value(value)))
                .collect()
        }
        Value::Array(items) => json!(items.iter().map(spec_value).collect::<Vec<_>>()),
        other => other.clone(),
    }
}
