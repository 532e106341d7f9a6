//! Changes of a document that a vendor could make. Most results are valid.

use fastrand::Rng;
use serde_json::{Value, json};

/// Collects the JSON pointers of all nodes below `value`.
pub(crate) fn pointers(value: &Value, parent: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{parent}/{key}");
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| child(key, value)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| child(&index.to_string(), value));
        }
        _ => {}
    }
}

/// Removes a key or an item, and returns it.
pub(crate) fn remove(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(entries) => entries.remove(&key.replace("~1", "/").replace("~0", "~")),
        Value::Array(items) => Some(items.remove(key.parse().ok()?)),
        _ => None,
    }
}

/// Changes one to three places.
pub(crate) fn changed(random: &mut Rng, original: &Value) -> Value {
    let mut document = original.clone();
    for _ in 0..random.u8(1..=3) {
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        let kinds: [fn(&str) -> bool; 5] = [
            is_schema,
            is_parameter,
            is_response,
            is_content,
            is_operation,
        ];
        let kind = kinds[random.usize(..kinds.len())];
        let places: Vec<&String> = all.iter().filter(|pointer| kind(pointer)).collect();
        let Some(pointer) = random.choice(places).cloned() else {
            continue;
        };
        let Some(node) = document.pointer(&pointer).cloned() else {
            continue;
        };
        let new = match () {
            () if is_schema(&pointer) => schema(random, node),
            () if is_parameter(&pointer) => parameter(random, node),
            () if is_response(&pointer) => response(random, &mut document, &pointer, node),
            () if is_content(&pointer) => content(random, node),
            () => operation(random, node),
        };
        match (new, document.pointer_mut(&pointer)) {
            (Some(new), Some(place)) => *place = new,
            (Some(_), None) => {}
            (None, _) => drop(remove(&mut document, &pointer)),
        }
    }
    document
}

fn ends(pointer: &str) -> (&str, &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
    (parent, key)
}

fn is_schema(pointer: &str) -> bool {
    let (parent, key) = ends(pointer);
    matches!(key, "schema" | "items")
        || ["/properties", "/schemas", "/oneOf"]
            .iter()
            .any(|end| parent.ends_with(end))
}

fn is_parameter(pointer: &str) -> bool {
    ends(pointer).0.ends_with("/parameters")
}

fn is_response(pointer: &str) -> bool {
    ends(pointer).0.ends_with("/responses")
}

fn is_content(pointer: &str) -> bool {
    ends(pointer).1 == "content"
}

fn is_operation(pointer: &str) -> bool {
    pointer.starts_with("/paths/") && matches!(ends(pointer).1, "get" | "put" | "post" | "delete")
}

/// Another schema, or the same with another key.
fn schema(random: &mut Rng, mut node: Value) -> Option<Value> {
    let other = [
        json!({"type": "string"}),
        json!({"type": "boolean"}),
        json!({"type": "integer", "format": "int64"}),
        json!({"type": "number"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": true}),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "additionalProperties": false}),
        json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"$ref": "#/components/schemas/Item"}),
        json!({"$ref": "#/components/schemas/Thing"}),
        json!({}),
    ];
    let keys = [
        ("nullable", json!(true)),
        ("default", json!(3)),
        ("description", json!("Other words.")),
        ("deprecated", json!(true)),
        ("readOnly", json!(true)),
        ("maxLength", json!(5)),
        ("enum", json!(["a", "b"])),
        ("format", json!("uuid")),
        ("required", json!(["name", "ghost"])),
        ("required", json!([])),
        ("additionalProperties", json!(true)),
        ("additionalProperties", json!({"type": "string"})),
        ("title", json!("Named")),
    ];
    match random.u8(..6) {
        0 => return None,
        1 | 2 => return Some(other[random.usize(..other.len())].clone()),
        3 => {
            let property = other[random.usize(..other.len())].clone();
            node.as_object_mut()?.get_mut("properties")?["added"] = property;
        }
        _ => {
            let (key, value) = keys[random.usize(..keys.len())].clone();
            node.as_object_mut()?.insert(key.to_owned(), value);
        }
    }
    Some(node)
}

fn parameter(random: &mut Rng, mut node: Value) -> Option<Value> {
    let (key, value) = match random.u8(..7) {
        0 => return None,
        1 => ("name", json!("renamed")),
        2 => ("required", json!(true)),
        3 => ("required", json!(false)),
        4 => ("schema", json!({"type": "string"})),
        5 => ("deprecated", json!(true)),
        _ => ("description", json!("Other words.")),
    };
    node.as_object_mut()?.insert(key.to_owned(), value);
    Some(node)
}

/// Another status, or another response beside this one.
fn response(random: &mut Rng, document: &mut Value, pointer: &str, node: Value) -> Option<Value> {
    let statuses = ["200", "201", "204", "404", "default", "2XX"];
    let status = statuses[random.usize(..statuses.len())];
    let others = [
        json!({"description": "Empty."}),
        json!({"description": "JSON.", "content": {"application/json": {"schema": {"type": "integer"}}}}),
        json!({"description": "Bytes.", "content": {"image/png": {}}}),
        node.clone(),
    ];
    let responses = document.pointer_mut(ends(pointer).0)?.as_object_mut()?;
    responses.insert(
        status.to_owned(),
        others[random.usize(..others.len())].clone(),
    );
    random.bool().then_some(node)
}

fn content(random: &mut Rng, mut node: Value) -> Option<Value> {
    let entries = node.as_object_mut()?;
    let first = entries.keys().next().cloned();
    let name = ["text/xml", "text/plain", "application/vnd.shop+json"][random.usize(..3)];
    let value = match (first, random.bool()) {
        (Some(first), true) => entries.remove(&first)?,
        _ => json!({"schema": {"type": "string"}}),
    };
    entries.insert(name.to_owned(), value);
    Some(node)
}

fn operation(random: &mut Rng, mut node: Value) -> Option<Value> {
    let entries = node.as_object_mut()?;
    let parameter = |required: bool| json!([{"name": "added", "in": "query", "required": required, "schema": {"type": "string"}}]);
    let (key, value) = match random.u8(..8) {
        0 => return None,
        1 => ("operationId", json!("renamedOperation")),
        2 => ("tags", json!(["Other"])),
        3 => ("security", json!([])),
        4 => ("parameters", parameter(false)),
        5 => ("parameters", parameter(true)),
        6 => ("summary", json!("Other words.")),
        _ => {
            let body = json!({"content": {"application/json": {"schema": {"type": "string"}}}});
            ("requestBody", body)
        }
    };
    entries.insert(key.to_owned(), value);
    Some(node)
}
