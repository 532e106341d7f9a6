//! `openapi.yaml` and its overlays, to check requests and responses against. It shares no code with the generator.

use std::collections::BTreeSet;
use std::path::Path;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

use crate::Exchange;

/// Operations whose JSON is known to differ between the service and the document, with the
/// difference.
const KNOWN_DIFFERENCES: [(&str, &str); 3] = [
    (
        "cacheGet",
        "returns any JSON value that was put; a miss is null",
    ),
    (
        "cachePut",
        "any JSON value can be cached, not objects alone",
    ),
    (
        "invokeCloudCodeService",
        "a method accepts and returns any JSON value, or nothing",
    ),
];

/// The parsed document.
pub struct Spec {
    document: Value,
}

fn load(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is readable");
    let documents = Yaml::load_from_str(&text).expect("the file is YAML");
    to_json(documents.first().expect("the file has one document"))
}

/// Applies the updates of an overlay.
fn apply(overlay: &Value, document: &mut Value) {
    for action in overlay["actions"].as_array().into_iter().flatten() {
        let target = action["target"].as_str().unwrap_or_default();
        let target = JsonPath::parse(target).expect("the target is a JSONPath");
        let nodes = target.query_located(document);
        let pointers: Vec<_> = nodes
            .locations()
            .map(|location| location.to_json_pointer())
            .collect();
        for pointer in pointers {
            let node = document.pointer_mut(&pointer);
            merge(node.expect("the query found it"), &action["update"]);
        }
    }
}

/// Merges as OpenAPI Overlay 1.1 says: objects by key, lists by appending, anything else replaces.
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(node), Value::Object(update)) => {
            for (key, value) in update {
                merge(node.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(node), Value::Array(update)) => node.extend(update.iter().cloned()),
        (Value::Array(node), update) => node.push(update.clone()),
        (node, update) => *node = update.clone(),
    }
}

/// Where the document places an operation.
#[derive(Clone, Debug)]
pub struct OperationAddress {
    /// The method, in capitals.
    pub method: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// The path of the live service, where it differs.
    pub live_path: Option<String>,
    /// Whether the operation has no security, so that no user token is sent.
    pub is_open: bool,
}

/// An operation of the document.
#[derive(Debug)]
pub struct SpecOperation {
    /// The operationId.
    pub id: String,
    /// The names and values of the path parameters, in the order of the path and still encoded.
    pub path_values: Vec<(String, String)>,
    definition: Value,
}

impl Spec {
    /// Reads the committed document with its overlays.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut document = load(&root.join("openapi.yaml"));
        let overlays = std::fs::read_dir(root.join("overlays")).expect("the overlays are readable");
        let mut overlays: Vec<_> = overlays
            .map(|entry| entry.expect("the entry is readable").path())
            .collect();
        overlays.sort();
        for overlay in &overlays {
            apply(&load(overlay), &mut document);
        }
        Self { document }
    }

    /// The document with the overlays applied.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The ids of all operations.
    pub fn operation_ids(&self) -> BTreeSet<String> {
        let operations = self.operations();
        operations
            .map(|(_, _, operation)| id_of(operation))
            .collect()
    }

    /// Whether an operation may be executed twice, whatever its parameters are, by the reviewed metadata of the overlays.
    /// Without metadata only a safe method counts.
    pub fn is_idempotent(&self, id: &str) -> bool {
        let mut operations = self.operations();
        let found = operations.find(|(_, _, operation)| id_of(operation) == id);
        found.is_some_and(
            |(_, method, operation)| match operation.get("x-idempotency") {
                Some(reviewed) => reviewed == "safe" || reviewed == "idempotent",
                None => matches!(method.as_str(), "get" | "head" | "options"),
            },
        )
    }

    /// The method, the path and the path of the live service of an operation, and whether it has security.
    pub fn address_of(&self, id: &str) -> Option<OperationAddress> {
        let mut operations = self.operations();
        let (path, method, definition) =
            operations.find(|(_, _, operation)| id_of(operation) == id)?;
        let live_path = definition["x-live-path"].as_str();
        Some(OperationAddress {
            method: method.to_uppercase(),
            path: path.clone(),
            live_path: live_path.map(str::to_owned),
            is_open: definition["security"].as_array().is_some_and(Vec::is_empty),
        })
    }

    /// The ids of the operations whose successful response may contain a user token: its schema has the property, or the
    /// document says so.
    pub fn operations_that_return_a_token(&self) -> BTreeSet<String> {
        let returns_token = |operation: &Value| {
            let responses = &operation["responses"];
            let schema = &responses["200"]["content"]["application/json"]["schema"];
            let has_property = self.has_property(schema, "user-token");
            let texts = [&operation["description"], &responses["200"]["description"]];
            let mut texts = texts.into_iter().filter_map(Value::as_str);
            has_property || texts.any(|text| text.contains("user-token"))
        };
        let operations = self.operations();
        operations
            .filter(|(_, _, operation)| returns_token(operation))
            .map(|(_, _, operation)| id_of(operation))
            .collect()
    }

    fn has_property(&self, schema: &Value, name: &str) -> bool {
        let target = schema["$ref"].as_str();
        let target = target.and_then(|target| target.strip_prefix('#'));
        let schema = target.and_then(|target| self.document.pointer(target));
        schema.is_some_and(|schema| schema["properties"].get(name).is_some())
    }

    /// The operation ids and names of all parameters in `place`: `path` or `query`.
    pub fn parameters(&self, place: &str) -> BTreeSet<(String, String)> {
        let mut parameters = BTreeSet::new();
        for (_, _, operation) in self.operations() {
            for parameter in self.list(&operation["parameters"]) {
                if parameter["in"] == place {
                    let name = parameter["name"].as_str().unwrap_or_default();
                    parameters.insert((id_of(operation), name.to_owned()));
                }
            }
        }
        parameters
    }

    fn operations(&self) -> impl Iterator<Item = (&String, &String, &Value)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method, operation))
        })
    }

    /// The operation of a request with this method and this target, which starts behind the app path.
    /// A path without parameters takes precedence, as in the service.
    pub fn operation_of(&self, method: &str, target: &str) -> Option<SpecOperation> {
        let path = target.split('?').next().unwrap_or_default();
        let found = self.operations().filter_map(|(template, m, definition)| {
            let path_values = path_values(template, path)?;
            m.eq_ignore_ascii_case(method).then(|| SpecOperation {
                id: id_of(definition),
                definition: definition.clone(),
                path_values,
            })
        });
        found.min_by_key(|operation| operation.path_values.len())
    }

    /// The violations of the document in an exchange.
    pub fn problems_of(&self, exchange: &Exchange, app_path: &str) -> Vec<String> {
        let line = format!("{} {}", exchange.method, exchange.target);
        let Some(target) = exchange.target.strip_prefix(app_path) else {
            return vec![format!("{line}: is not below the app path")];
        };
        let Some(operation) = self.operation_of(&exchange.method, target) else {
            return vec![format!("{line}: is not an operation")];
        };
        let mut problems = self.problems_of_parameters(&operation, target, exchange);
        problems.extend(self.problems_of_body(&operation, exchange));
        problems.extend(self.problems_of_response(&operation, exchange));
        let about = problems.into_iter();
        about
            .map(|problem| format!("{} ({line}): {problem}", operation.id))
            .collect()
    }

    fn problems_of_parameters(
        &self,
        operation: &SpecOperation,
        target: &str,
        exchange: &Exchange,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let mut given: Vec<(String, String)> = reqwest::Url::parse(&format!("http://x/?{query}"))
            .map(|url| url.query_pairs().into_owned().collect())
            .unwrap_or_default();
        for parameter in self.list(&operation.definition["parameters"]) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let values: Vec<String> = match parameter["in"].as_str() {
                // Its properties are the names of the parameters.
                Some("query") if parameter["schema"]["type"] == "object" => {
                    if given.is_empty() && parameter["required"] == true {
                        problems.push(format!("{name} is missing"));
                    }
                    given.clear();
                    continue;
                }
                Some("query") => {
                    let (this, others) = given.into_iter().partition(|(n, _)| n == name);
                    given = others;
                    let this: Vec<(String, String)> = this;
                    this.into_iter().map(|(_, value)| value).collect()
                }
                _ => {
                    let values = operation.path_values.iter().filter(|(n, _)| n == name);
                    values.map(|(_, value)| value.clone()).collect()
                }
            };
            match values.as_slice() {
                [] if parameter["required"] == true => problems.push(format!("{name} is missing")),
                [] => {}
                [value] if parameter["schema"]["type"] != "array" => {
                    let value = typed(value, &parameter["schema"]);
                    problems.extend(self.schema_violations(name, &value, &parameter["schema"]));
                }
                _ if parameter["schema"]["type"] == "array" => {}
                _ => problems.push(format!("{name} is given more than once")),
            }
        }
        problems.extend(
            given
                .iter()
                .map(|(name, _)| format!("{name} is not a parameter")),
        );
        let open = operation.definition["security"]
            .as_array()
            .is_some_and(Vec::is_empty);
        if open && exchange.headers.contains_key("user-token") {
            problems.push("a user token for an operation without security".to_owned());
        }
        problems
    }

    fn problems_of_body(&self, operation: &SpecOperation, exchange: &Exchange) -> Vec<String> {
        let declared = &operation.definition["requestBody"];
        let media_type = exchange
            .headers
            .get("content-type")
            .and_then(|v| v.to_str().ok());
        let media_type = media_type.and_then(|text| text.split(';').next());
        match (declared, media_type) {
            (Value::Null, None) if exchange.body.is_empty() => Vec::new(),
            (Value::Null, _) => vec!["a body where none is declared".to_owned()],
            (declared, None) if declared["required"] != true && exchange.body.is_empty() => {
                Vec::new()
            }
            (_, None) => vec!["a body without a media type".to_owned()],
            (declared, Some(media_type)) => match &declared["content"][media_type] {
                Value::Null => vec![format!("the body is of the type {media_type}")],
                content if media_type == "application/json" => {
                    self.json_violations(operation, "the body", &exchange.body, &content["schema"])
                }
                _ => Vec::new(),
            },
        }
    }

    fn problems_of_response(&self, operation: &SpecOperation, exchange: &Exchange) -> Vec<String> {
        let status = exchange.status.as_str();
        let declared = self.resolved(&operation.definition["responses"][status]);
        match &declared["content"]["application/json"]["schema"] {
            _ if declared.is_null() => vec![format!("the status {status} is not declared")],
            // A response may have a body that the document does not describe.
            Value::Null => Vec::new(),
            schema => {
                self.json_violations(operation, "the response", &exchange.response_body, schema)
            }
        }
    }

    fn json_violations(
        &self,
        operation: &SpecOperation,
        what: &str,
        body: &[u8],
        schema: &Value,
    ) -> Vec<String> {
        if KNOWN_DIFFERENCES.iter().any(|(id, _)| *id == operation.id) {
            return Vec::new();
        }
        match serde_json::from_slice(body) {
            Ok(value) => self.schema_violations(what, &without_nulls(value), schema),
            Err(error) => vec![format!("{what} is not JSON: {error}")],
        }
    }

    /// The violations of a schema of the document in a value.
    fn schema_violations(&self, what: &str, value: &Value, schema: &Value) -> Vec<String> {
        let mut root = schema.as_object().cloned().unwrap_or_default();
        root.insert("components".to_owned(), self.document["components"].clone());
        let validator = jsonschema::draft4::new(&Value::Object(root)).expect("a schema");
        let errors = validator.iter_errors(value);
        errors.map(|error| format!("{what}: {error}")).collect()
    }

    fn list(&self, list: &Value) -> Vec<Value> {
        let items = list.as_array().into_iter().flatten();
        items.map(|item| self.resolved(item)).collect()
    }

    fn resolved(&self, value: &Value) -> Value {
        match value["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'))
        {
            Some(pointer) => self.document.pointer(pointer).cloned().unwrap_or_default(),
            None => value.clone(),
        }
    }
}

fn id_of(operation: &Value) -> String {
    operation["operationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The values of the parameters of `template` in `path`, if it matches. The parameter `path` at the
/// end of a template, or before a slash at its end, takes all remaining segments.
fn path_values(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    let mut expected = template.split('/');
    while let Some(part) = expected.next() {
        let segment = segments.next()?;
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some("path") if expected.clone().all(str::is_empty) => {
                let mut rest = vec![segment];
                rest.extend(segments.by_ref());
                // A path ends with a slash if, and only if, its template does.
                if rest.last().is_some_and(|last| last.is_empty()) != expected.next().is_some() {
                    return None;
                }
                let path = rest.join("/");
                values.push(("path".to_owned(), path.trim_end_matches('/').to_owned()));
            }
            Some(name) => values.push((name.to_owned(), segment.to_owned())),
            None if part == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(values)
}

/// The text of a parameter as a value of the type in its schema.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        _ => json!(text),
    }
}

/// The value without properties that are null: the service sends null for an absent property, which
/// the document does not mention.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.into_iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(key, value)| (key, without_nulls(value)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn to_json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => (*value).into(),
            Scalar::Integer(value) => (*value).into(),
            Scalar::FloatingPoint(value) => value.into_inner().into(),
            Scalar::String(text) => text.as_ref().into(),
        },
        Yaml::Sequence(items) => items.iter().map(to_json).collect(),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match to_json(key) {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                map.insert(key, to_json(value));
            }
            Value::Object(map)
        }
        other => panic!("unsupported YAML: {other:?}"),
    }
}
