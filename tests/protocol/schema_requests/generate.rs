//! Generator of requests from the document.

use std::collections::BTreeMap;
use std::fmt;

use backendless_tests::spec::Spec;
use serde_json::{Map, Value, json};

use super::examples::Example;
use crate::wire::{Outgoing, Reply};

/// A request, and what is wrong with it.
pub(super) struct Generated {
    pub(super) operation: String,
    /// What does not fit the document; `None` for a valid request.
    pub(super) flaw: Option<&'static str>,
    pub(super) outgoing: Outgoing,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outgoing {
            method,
            target,
            headers,
            body,
        } = &self.outgoing;
        let body = String::from_utf8_lossy(body);
        write!(f, "{method} {target} {headers:?} {body}")
    }
}

/// An operation of the document, with its references resolved.
struct Operation {
    id: String,
    method: String,
    path: String,
    parameters: Vec<Value>,
    body: Value,
}

/// A source of requests. The same seed gives the same requests, as long as the server gives the same
/// responses.
pub(super) struct Generator {
    random: fastrand::Rng,
    document: Value,
    operations: Vec<Operation>,
    /// Ids of rows that earlier requests created.
    ids: Vec<String>,
    /// Requests that are known to be valid, by operation.
    examples: BTreeMap<String, Vec<Example>>,
    /// The number of requests so far.
    count: usize,
}

/// The share of requests with a flaw: one of this number.
const ONE_FLAWED_OF: usize = 3;
const TABLES: [&str; 3] = ["Person", "Order", "Note"];

impl Generator {
    pub(super) fn new(spec: &Spec, examples: BTreeMap<String, Vec<Example>>, seed: u64) -> Self {
        let document = spec.document().clone();
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, definition) in item.as_object().into_iter().flatten() {
                let Some(id) = definition["operationId"].as_str() else {
                    continue;
                };
                let parameters = definition["parameters"].as_array().into_iter().flatten();
                operations.push(Operation {
                    id: id.to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    parameters: parameters.map(|p| resolved(&document, p)).collect(),
                    body: resolved(&document, &definition["requestBody"]),
                });
            }
        }
        operations.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            random: fastrand::Rng::with_seed(seed),
            document,
            operations,
            ids: vec!["B2".to_owned()],
            examples,
            count: 0,
        }
    }

    /// The next request: each operation in turn, generated from its schemas or, half of the valid ones, an example.
    pub(super) fn next_request(&mut self, app_path: &str) -> Generated {
        let operation = &self.operations[self.count % self.operations.len()];
        self.count += 1;
        let (id, method, mut path) = (
            operation.id.clone(),
            operation.method.clone(),
            operation.path.clone(),
        );
        let (parameters, body) = (operation.parameters.clone(), operation.body.clone());
        let mut flaw = None;
        let wants_flaw = self.random.usize(..ONE_FLAWED_OF) == 0;
        if let Some(outgoing) = self.example(&id, wants_flaw) {
            return Generated {
                operation: id,
                flaw: None,
                outgoing,
            };
        }
        let mut query = Vec::new();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] == "path" {
                let value = self.path_value(name);
                path = path.replace(&format!("{{{name}}}"), &value);
            } else if parameter["in"] == "query" {
                self.add_query(parameter, name, wants_flaw, &mut flaw, &mut query);
            }
        }
        let (headers, bytes) = self.body(&body, wants_flaw, &mut flaw);
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        let outgoing = Outgoing {
            method,
            target: format!("{app_path}{path}{query}"),
            headers,
            body: bytes,
        };
        Generated {
            operation: id,
            flaw,
            outgoing,
        }
    }

    /// An example of an operation: the first one as its first request, later any of them as half of the valid requests.
    fn example(&mut self, id: &str, wants_flaw: bool) -> Option<Outgoing> {
        let examples = self.examples.get(id)?;
        if self.count <= self.operations.len() {
            return examples.first().map(|Example(outgoing)| outgoing.clone());
        }
        let Example(outgoing) = examples.get(self.random.usize(..examples.len().max(1)))?;
        (!wants_flaw && self.random.bool()).then(|| outgoing.clone())
    }

    /// Keeps the ids of created rows for later requests.
    pub(super) fn learn(&mut self, request: &Generated, reply: &Reply) {
        let creates = matches!(
            request.operation.as_str(),
            "createObject" | "upsertObject" | "deepSaveObject"
        );
        if creates
            && reply.status.is_success()
            && let Some(id) = reply.json()["objectId"].as_str()
        {
            self.ids.push(id.to_owned());
        }
    }

    fn path_value(&mut self, name: &str) -> String {
        let known: &[&str] = match name {
            "table-name" => &TABLES,
            "counter-name" | "counter-pattern" => &["visits", "vis%2A"],
            "key" => &["greeting", "k%201"],
            "path" => &["docs/a.txt", "docs", "my%20dir/b.txt"],
            "channel-name" => &["default", "news"],
            "service-name" => &["Svc"],
            "method-name" => &["method"],
            "event-name" => &["evt"],
            "relation-column" => &["friends", "friends:Person:n"],
            "provider" => &["google"],
            "role" => &["Catalogue", "AuthenticatedUser"],
            "object-id" | "user-id" => {
                let index = self.random.usize(..self.ids.len());
                return percent_encoded(&self.ids[index]);
            }
            _ => &[],
        };
        match known {
            known if !known.is_empty() && self.random.u8(..10) > 0 => {
                known[self.random.usize(..known.len())].to_owned()
            }
            // Not empty, and no word that another path has.
            _ => percent_encoded(&format!("x{}", self.text())),
        }
    }

    fn add_query(
        &mut self,
        parameter: &Value,
        name: &str,
        wants_flaw: bool,
        flaw: &mut Option<&'static str>,
        query: &mut Vec<String>,
    ) {
        let schema = resolved(&self.document, &parameter["schema"]);
        let is_required = parameter["required"] == true;
        let may_flaw = wants_flaw && flaw.is_none() && self.random.bool();
        if is_required && may_flaw && schema["type"] != "object" {
            *flaw = Some("without a required parameter");
            return;
        }
        if !is_required && self.random.u8(..3) > 0 {
            return;
        }
        let value = match schema["type"].as_str() {
            Some("integer" | "number" | "boolean") if may_flaw => {
                *flaw = Some("with a parameter of another type");
                json!("x1")
            }
            _ if schema["enum"].is_array() && may_flaw => {
                *flaw = Some("with a value that the enumeration lacks");
                json!("NONE-OF-THEM")
            }
            Some("object") => {
                query.push(format!("objectId={}", percent_encoded(&self.ids[0])));
                return;
            }
            Some("array") => json!("name"),
            _ => self.query_value(name, &schema),
        };
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        query.push(format!(
            "{}={}",
            percent_encoded(name),
            percent_encoded(&text)
        ));
    }

    fn query_value(&mut self, name: &str, schema: &Value) -> Value {
        let texts: &[&str] = match name {
            "where" | "whereClause" => &["age > 3", "name = 'x'", "age >", "objectId is not null"],
            "sortBy" => &["name", "age desc", "created%"],
            "property" | "excludeProps" => &["name", "name,age"],
            "groupBy" => &["name"],
            "having" => &["Count(objectId) > 0"],
            "loadRelations" => &["*", "friends"],
            _ => &[],
        };
        if !texts.is_empty() {
            return json!(texts[self.random.usize(..texts.len())]);
        }
        self.value(schema, 0)
    }

    fn body(
        &mut self,
        body: &Value,
        wants_flaw: bool,
        flaw: &mut Option<&'static str>,
    ) -> (Vec<(String, String)>, Vec<u8>) {
        let Some(content) = body["content"].as_object() else {
            return (Vec::new(), Vec::new());
        };
        let index = self.random.usize(..content.len());
        let Some((media_type, content)) = content.iter().nth(index) else {
            return (Vec::new(), Vec::new());
        };
        if media_type == "multipart/form-data" {
            let body = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--part--\r\n";
            let media_type = format!("{media_type}; boundary=part");
            return (vec![("content-type".to_owned(), media_type)], body.into());
        }
        let headers = vec![("content-type".to_owned(), media_type.clone())];
        if media_type == "text/plain" {
            return (headers, b"aGVsbG8=".to_vec());
        }
        let schema = resolved(&self.document, &content["schema"]);
        let mut value = self.value(&schema, 0);
        if wants_flaw && flaw.is_none() {
            let is_parsed = self.random.u8(..4) > 0;
            *flaw = is_parsed.then(|| self.spoil(&mut value, &schema)).flatten();
            if flaw.is_none() {
                *flaw = Some("with a body that is no JSON");
                return (headers, b"{\"a\":".to_vec());
            }
        }
        (headers, value.to_string().into_bytes())
    }

    /// Makes a value not fit its schema, if the schema allows that.
    fn spoil(&mut self, value: &mut Value, schema: &Value) -> Option<&'static str> {
        if self.random.u8(..4) == 0 && has_type(schema) {
            *value = match value {
                Value::Array(_) => json!({"not": "a list"}),
                _ => json!([["not an object"]]),
            };
            return Some("with a body of another type");
        }
        let fields = value.as_object_mut()?;
        let required: Vec<&str> = schema["required"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let name = required.get(self.random.usize(..required.len().max(1)))?;
        let property = resolved(&self.document, &schema["properties"][*name]);
        if self.random.bool() {
            fields.remove(*name);
            return Some("without a required field");
        }
        let other = match property["type"].as_str()? {
            "string" => json!({"not": "a text"}),
            "array" => json!("not a list"),
            "object" => json!("not an object"),
            "integer" | "number" => json!("not a number"),
            _ => return None,
        };
        fields.insert((*name).to_owned(), other);
        Some("with a field of another type")
    }

    /// A value that fits a schema.
    fn value(&mut self, schema: &Value, depth: u32) -> Value {
        let schema = resolved(&self.document, schema);
        if let Some(values) = schema["enum"].as_array() {
            return values[self.random.usize(..values.len())].clone();
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(self.random.bool()),
            Some("integer") => json!(self.integer_within(&schema)),
            Some("number") => json!(self.number_within(&schema)),
            Some("string") => json!(self.text()),
            Some("array") => {
                let length = self.random.usize(1..3);
                (0..length)
                    .map(|_| self.value(&schema["items"], depth + 1))
                    .collect()
            }
            Some("object") => self.object(&schema, depth),
            _ => self.any_value(depth),
        }
    }

    fn object(&mut self, schema: &Value, depth: u32) -> Value {
        let mut fields = Map::new();
        let required: Vec<&Value> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        let properties = schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        for (name, property) in &properties {
            // The service sets these columns.
            let is_system = matches!(
                name.as_str(),
                "created" | "updated" | "ownerId" | "___class" | "objectId"
            );
            let is_required = required.iter().any(|required| *required == name);
            if is_required || (!is_system && self.random.u8(..3) == 0) {
                fields.insert(name.clone(), self.value(property, depth + 1));
            }
        }
        if properties.is_empty() || schema["additionalProperties"] == true {
            let row = self.row();
            fields.extend(row.as_object().cloned().unwrap_or_default());
        }
        Value::Object(fields)
    }

    /// A row with some of the columns of the tables.
    pub(super) fn row(&mut self) -> Value {
        let mut row = Map::new();
        row.insert("name".to_owned(), json!(self.text()));
        if self.random.bool() {
            row.insert("age".to_owned(), json!(self.random.i32(-5..120)));
        }
        if self.random.bool() {
            row.insert("active".to_owned(), json!(self.random.bool()));
        }
        if self.random.bool() {
            row.insert(
                "score".to_owned(),
                json!(f64::from(self.random.i32(-1000..1000)) / 8.0),
            );
        }
        if self.random.u8(..4) == 0 {
            row.insert("note".to_owned(), Value::Null);
        }
        Value::Object(row)
    }

    fn any_value(&mut self, depth: u32) -> Value {
        match self.random.u8(..if depth > 2 { 4 } else { 6 }) {
            0 => Value::Null,
            1 => json!(self.random.bool()),
            2 => json!(self.integer()),
            3 => json!(self.text()),
            4 => json!([self.text(), null]),
            _ => self.row(),
        }
    }

    pub(super) fn integer(&mut self) -> i64 {
        let edges = [0, 1, -1, 7, 60, 1_000, i64::from(i32::MAX)];
        edges[self.random.usize(..edges.len())]
    }

    fn integer_within(&mut self, schema: &Value) -> i64 {
        let low = schema["minimum"].as_i64().unwrap_or(-3);
        let high = schema["maximum"]
            .as_i64()
            .unwrap_or(low.saturating_add(100));
        self.random.i64(low..=high.max(low))
    }

    fn number_within(&mut self, schema: &Value) -> f64 {
        let low = schema["minimum"].as_f64().unwrap_or(0.0);
        let high = schema["maximum"].as_f64().unwrap_or(50.0);
        low + (high - low) * self.random.f64()
    }

    pub(super) fn text(&mut self) -> String {
        const TEXTS: [&str; 8] = [
            "Ann",
            "O'Hara",
            "a b",
            "ünï",
            "%41+",
            "😀",
            "\"quoted\"",
            "null",
        ];
        let text = TEXTS[self.random.usize(..TEXTS.len())];
        format!("{text}{}", self.random.u8(..100))
    }
}

/// Whether a schema names the properties of an object, or the items of a list: others accept any JSON.
fn has_type(schema: &Value) -> bool {
    schema["properties"].is_object() || schema["type"] == "array"
}

/// The value that a reference refers to, or the value itself.
fn resolved(document: &Value, value: &Value) -> Value {
    let pointer = value["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix('#'));
    match pointer {
        Some(pointer) => document.pointer(pointer).cloned().unwrap_or_default(),
        None => value.clone(),
    }
}

pub(super) fn percent_encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
