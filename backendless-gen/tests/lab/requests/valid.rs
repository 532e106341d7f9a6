//! Whether a value satisfies a schema, as far as members of a union differ.

use serde_json::{Value, json};

use super::original::{Original, items, members};

pub(crate) fn is_valid(document: &Original, schema: &Value, value: &Value) -> bool {
    check(document, schema, value, 0)
}

const MAX_DEPTH: usize = 40;

fn check(document: &Original, schema: &Value, value: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    let check = |schema: &Value, value: &Value| check(document, schema, value, depth + 1);
    let Some(keywords) = schema.as_object() else {
        return schema != &json!(false);
    };
    if let Some(reference) = schema["$ref"].as_str() {
        let is_target = check(document.target(reference), value);
        return is_target
            && (!document.keeps_siblings() || check(&without_reference(schema), value));
    }
    if value.is_null() && schema["nullable"] == json!(true) && keywords.contains_key("type") {
        return true;
    }
    let count = |key: &str| items(&schema[key]).filter(|one| check(one, value)).count();
    let is_kind = match keywords.get("type") {
        Some(Value::String(kind)) => is_of(kind, value),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .any(|one| is_of(one, value)),
        _ => true,
    };
    let has = |key: &str| keywords.contains_key(key);
    is_kind
        && (!has("enum") || items(&schema["enum"]).any(|one| one == value))
        && keywords.get("const").is_none_or(|one| one == value)
        && items(&schema["allOf"]).all(|one| check(one, value))
        && (!has("anyOf") || count("anyOf") > 0)
        && (!has("oneOf") || count("oneOf") == 1)
        && !keywords.get("not").is_some_and(|one| check(one, value))
        && items(value).all(|item| keywords.get("items").is_none_or(|one| check(one, item)))
        && is_within(schema, value)
        && is_object(document, schema, value, &check)
}

fn without_reference(schema: &Value) -> Value {
    let mut rest = schema.clone();
    if let Some(keywords) = rest.as_object_mut() {
        keywords.remove("$ref");
    }
    rest
}

/// Whether a value is of a type.
pub(crate) fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => true,
    }
}

/// The limits of texts and numbers, and the formats that members of a union differ in.
fn is_within(schema: &Value, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        let limit = |key: &str| schema[key].as_f64();
        return value.as_f64().is_none_or(|number| {
            limit("minimum").is_none_or(|limit| number >= limit)
                && limit("maximum").is_none_or(|limit| number <= limit)
        });
    };
    let length = text.chars().count() as u64;
    let is_format = match schema["format"].as_str().unwrap_or_default() {
        "uuid" => text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4,
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    };
    is_format
        && schema["minLength"]
            .as_u64()
            .is_none_or(|limit| length >= limit)
        && schema["maxLength"]
            .as_u64()
            .is_none_or(|limit| length <= limit)
}

fn is_object(
    document: &Original,
    schema: &Value,
    value: &Value,
    check: &dyn Fn(&Value, &Value) -> bool,
) -> bool {
    let Some(object) = value.as_object() else {
        return true;
    };
    let properties = &schema["properties"];
    let is_read_only = |name: &str| document.resolved(&properties[name])["readOnly"] == json!(true);
    let has_required = items(&schema["required"])
        .filter_map(Value::as_str)
        .all(|name| object.contains_key(name) || is_read_only(name));
    let are_valid = members(properties).all(|(name, one)| {
        let given = object.get(name);
        given.is_none_or(|given| check(one, given))
    });
    let additional = schema.get("additionalProperties");
    let mut others = object
        .iter()
        .filter(|(name, _)| properties.get(name.as_str()).is_none());
    has_required
        && are_valid
        && additional.is_none_or(|one| others.all(|(_, given)| check(one, given)))
}
