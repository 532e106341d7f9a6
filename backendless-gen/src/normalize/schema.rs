//! Converts a schema of OpenAPI 3.1, which is JSON Schema, to one of OpenAPI 3.0.
//!
//! A converted schema accepts each value that the original accepts. It may accept more where 3.0 lacks a keyword: the
//! types of the SDK do not check values.

use serde_json::{Value, json};

use crate::document::{Data, Node, Place};

/// Keywords that only restrict values, and annotations of JSON Schema. They have no effect on the generated types.
const WITHOUT_EFFECT: [&str; 22] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$id",
    "$schema",
    "$vocabulary",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "examples",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "summary",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentEncoding",
    "contentMediaType",
];

/// The keywords that apply to one type only.
const KEYWORDS: [(&str, &[&str]); 5] = [
    ("string", &["format", "pattern", "minLength", "maxLength"]),
    ("number", NUMBER),
    ("integer", NUMBER),
    ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
    ),
];

const NUMBER: &[&str] = &[
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// Converts a schema whose subschemas are converted. Returns a note for each meaning that is lost.
pub(super) fn convert(schema: &mut Node) -> Vec<(Place, String)> {
    let mut notes = Vec::new();
    if let Data::Bool(accepts) = schema.data {
        let all = json!({});
        schema.replace(if accepts { all } else { json!({ "not": {} }) });
    }
    if schema.mapping().is_none() {
        return notes;
    }
    let reference = schema.mapping().and_then(|entries| {
        let is_alone = entries.len() == 1;
        entries.get("$ref").cloned().filter(|_| !is_alone)
    });
    if reference.is_some() {
        schema.remove("$ref");
    }
    constant(schema);
    binary(schema);
    example(schema);
    for keyword in WITHOUT_EFFECT {
        schema.remove(keyword);
    }
    notes.extend(tuple(schema));
    notes.extend(patterns(schema));
    limits(schema);
    enumeration(schema);
    types(schema);
    null_members(schema);
    if let Some(reference) = reference {
        beside_reference(schema, reference);
    }
    notes
}

/// Whether a converted schema accepts `null` only.
fn is_null(schema: &Node) -> bool {
    *schema == Node::new(schema.place, null())
}

fn null() -> Value {
    json!({ "nullable": true, "enum": [null] })
}

/// `const` becomes `enum` with one value.
fn constant(schema: &mut Node) {
    let Some(value) = schema.take("const") else {
        return;
    };
    if schema.get("type").is_none() {
        let kind = match &value.data {
            Data::Null => "null",
            Data::Bool(_) => "boolean",
            Data::Number(number) if number.is_f64() => "number",
            Data::Number(_) => "integer",
            Data::String(_) => "string",
            Data::Sequence(_) => "array",
            Data::Mapping(_) => "object",
        };
        schema.set("type", kind.into());
    }
    schema.set_list("enum", vec![value]);
}

/// The media type or the encoding of a string becomes its `format`.
fn binary(schema: &mut Node) {
    let text = |key| schema.get(key).and_then(Node::str).map(str::to_owned);
    let format = match (text("contentEncoding"), text("contentMediaType")) {
        (Some(encoding), _) if encoding.starts_with("base64") => "byte",
        (None, Some(media_type))
            if !media_type.contains("json") && !media_type.starts_with("text/") =>
        {
            "binary"
        }
        _ => return,
    };
    if schema.get("format").is_none() {
        schema.set("format", format.into());
    }
    if schema.get("type").is_none() {
        schema.set("type", "string".into());
    }
}

/// The first of `examples` becomes the `example`.
fn example(schema: &mut Node) {
    let examples = schema.get("examples").and_then(Node::sequence);
    let Some(first) = examples.and_then(<[Node]>::first).cloned() else {
        return;
    };
    if schema.get("example").is_none() {
        schema.insert("example", first);
    }
}

/// A tuple becomes a list of any values.
fn tuple(schema: &mut Node) -> Option<(Place, String)> {
    let tuple = schema.take("prefixItems")?;
    schema.set("items", json!({}));
    let problem = "the types of the items of a tuple (`prefixItems`) are not generated: its items are any JSON values";
    Some((tuple.place, problem.to_owned()))
}

/// `patternProperties` becomes `additionalProperties`.
fn patterns(schema: &mut Node) -> Option<(Place, String)> {
    let patterns = schema.take("patternProperties")?;
    let schemas: Vec<Node> = patterns.mapping()?.values().cloned().collect();
    let others = schema.take("additionalProperties");
    let closed = others
        .as_ref()
        .is_none_or(|others| others.bool() == Some(false));
    match schemas.as_slice() {
        [only] if closed => {
            schema.insert("additionalProperties", only.clone());
            None
        }
        _ => {
            schema.set("additionalProperties", true.into());
            let problem = "the types of `patternProperties` are not generated: additional properties are any JSON values";
            Some((patterns.place, problem.to_owned()))
        }
    }
}

/// A numeric exclusive limit becomes a limit with a boolean beside it.
fn limits(schema: &mut Node) {
    for (exclusive, limit, is_minimum) in [
        ("exclusiveMinimum", "minimum", true),
        ("exclusiveMaximum", "maximum", false),
    ] {
        let number = |key| match &schema.get(key)?.data {
            Data::Number(number) => number.as_f64(),
            _ => None,
        };
        let Some(strict) = number(exclusive) else {
            continue;
        };
        let is_implied = number(limit).is_some_and(|other| match is_minimum {
            true => other > strict,
            false => other < strict,
        });
        if let Some(value) = schema.take(exclusive).filter(|_| !is_implied) {
            schema.insert(limit, value);
            schema.set(exclusive, true.into());
        }
    }
}

/// `null` among the values of an enum becomes `nullable`, unless the type excludes it.
fn enumeration(schema: &mut Node) {
    let Some(values) = schema
        .get("enum")
        .and_then(Node::sequence)
        .map(<[Node]>::to_vec)
    else {
        return;
    };
    let (nulls, others): (Vec<Node>, Vec<Node>) = values
        .into_iter()
        .partition(|value| value.data == Data::Null);
    if nulls.is_empty() {
        return;
    }
    if others.is_empty() {
        return schema.replace(null());
    }
    schema.set_list("enum", others);
    if schema.get("type").is_none() {
        schema.set("nullable", true.into());
    }
}

/// A list of types becomes one type, `nullable`, or a choice with one schema per type.
fn types(schema: &mut Node) {
    let Some(kind) = schema.get("type").cloned() else {
        return;
    };
    let mut names: Vec<&str> = match &kind.data {
        Data::String(name) if name == "null" => vec![name],
        Data::Sequence(items) if items.iter().all(|item| item.str().is_some()) => {
            items.iter().filter_map(Node::str).collect()
        }
        // Another value is rejected by the validation.
        _ => return,
    };
    let before = names.len();
    names.retain(|name| *name != "null");
    let accepts_null = names.len() != before;
    if names.contains(&"number") {
        names.retain(|name| *name != "integer");
    }
    names.dedup();
    match names.as_slice() {
        [] => return schema.replace(null()),
        [only] => schema.set("type", (*only).into()),
        _ => {
            schema.remove("type");
            let is_composed = ["allOf", "anyOf", "oneOf"]
                .iter()
                .any(|key| schema.get(key).is_some());
            // All six types are any value; a composition states the types itself.
            if names.len() < 5 && !is_composed {
                let choices = names.iter().map(|name| choice(schema, name)).collect();
                for (_, keywords) in KEYWORDS {
                    keywords.iter().for_each(|keyword| {
                        schema.remove(keyword);
                    });
                }
                schema.remove("enum");
                schema.set_list("oneOf", choices);
            }
        }
    }
    if accepts_null {
        schema.set("nullable", true.into());
    }
}

/// The schema of the values of one type.
fn choice(schema: &Node, kind: &str) -> Node {
    let mut choice = Node::new(schema.place, json!({ "type": kind }));
    let keywords = KEYWORDS.iter().find(|(name, _)| *name == kind);
    for keyword in keywords.map(|(_, keywords)| *keywords).unwrap_or_default() {
        if let Some(value) = schema.get(keyword) {
            choice.insert(keyword, value.clone());
        }
    }
    let values = schema
        .get("enum")
        .and_then(Node::sequence)
        .unwrap_or_default();
    let values: Vec<Node> = values
        .iter()
        .filter(|value| is_of(value, kind))
        .cloned()
        .collect();
    if !values.is_empty() {
        choice.set_list("enum", values);
    }
    choice
}

fn is_of(value: &Node, kind: &str) -> bool {
    match &value.data {
        Data::Null => false,
        Data::Bool(_) => kind == "boolean",
        Data::Number(_) => matches!(kind, "integer" | "number"),
        Data::String(_) => kind == "string",
        Data::Sequence(_) => kind == "array",
        Data::Mapping(_) => kind == "object",
    }
}

/// A choice between `null` and others becomes `nullable`.
fn null_members(schema: &mut Node) {
    for key in ["anyOf", "oneOf"] {
        let Some(members) = schema
            .get(key)
            .and_then(Node::sequence)
            .map(<[Node]>::to_vec)
        else {
            continue;
        };
        let count = members.len();
        let mut members: Vec<Node> = members
            .into_iter()
            .filter(|member| !is_null(member))
            .collect();
        if members.len() == count {
            continue;
        }
        schema.remove(key);
        let only = match members.len() {
            0 => return schema.replace(null()),
            1 => members.pop(),
            _ => None,
        };
        match only {
            Some(only) => merge(schema, only),
            None => schema.set_list(key, members),
        }
        schema.set("nullable", true.into());
    }
}

/// Adds the only member of a choice: its keywords if none is there already, otherwise as a composition.
fn merge(schema: &mut Node, member: Node) {
    const DOCUMENTATION: [&str; 3] = ["description", "title", "example"];
    let entries = member.mapping().cloned().unwrap_or_default();
    let is_new = |key: &String| DOCUMENTATION.contains(&key.as_str()) || schema.get(key).is_none();
    if member.get("$ref").is_some() || !entries.keys().all(is_new) {
        return add_part(schema, member);
    }
    for (key, value) in entries {
        if schema.get(&key).is_none() {
            schema.insert(&key, value);
        }
    }
}

/// Moves a `$ref` with keywords beside it into `allOf`: 3.0 ignores the keywords otherwise.
fn beside_reference(schema: &mut Node, reference: Node) {
    let mut part = Node::new(schema.place, json!({}));
    part.insert("$ref", reference);
    let is_empty = schema.mapping().is_some_and(|entries| entries.is_empty());
    match is_empty {
        true => *schema = part,
        false => add_part(schema, part),
    }
}

/// Adds the first part of a composition.
fn add_part(schema: &mut Node, part: Node) {
    let mut parts = vec![part];
    parts.extend(
        schema
            .take("allOf")
            .and_then(|list| list.sequence().map(<[Node]>::to_vec))
            .unwrap_or_default(),
    );
    schema.set_list("allOf", parts);
}
