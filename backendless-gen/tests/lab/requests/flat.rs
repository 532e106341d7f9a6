//! Schemas without references and `allOf`.

use serde_json::{Map, Value, json};

use super::original::{Original, items, members};

/// The unions of a schema: a list of objects with `members`, `any` and `discriminator`.
const CHOICES: &str = "\0choices";

const MAX_DEPTH: usize = 30;

/// The keywords of a schema and of all parts that a value must satisfy too.
#[derive(Clone)]
pub(crate) struct Flat(Value);

impl Flat {
    pub(crate) fn of(document: &Original, schema: &Value) -> Self {
        flatten(document, schema, 0)
    }

    pub(crate) fn map(&self) -> &Value {
        &self.0
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The type; by the keywords if none is given, `None` for any.
    pub(crate) fn kind(&self) -> Option<&str> {
        match self.get("type") {
            Some(Value::String(kind)) => return Some(kind),
            Some(Value::Array(kinds)) => {
                let mut kinds = kinds.iter().filter_map(Value::as_str);
                return kinds.find(|kind| *kind != "null").or(Some("null"));
            }
            _ => {}
        }
        let has = |key| self.get(key).is_some();
        match () {
            () if has("properties") || has("additionalProperties") => Some("object"),
            () if has("items") => Some("array"),
            () => None,
        }
    }

    pub(crate) fn is_nullable(&self, document: &Original) -> bool {
        let is_null = |kind: &Value| kind == "null";
        let by_type = match self.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(is_null),
            Some(kind) => is_null(kind) || self.get("nullable") == Some(&json!(true)),
            None => false,
        };
        let by_member = items(&self.0[CHOICES]).any(|choice| {
            items(&choice["members"]).any(|one| Self::of(document, one).is_nullable(document))
        });
        let has_values = self.get("enum").is_some_and(Value::is_array);
        by_type && (!has_values || items(&self.0["enum"]).any(Value::is_null)) || by_member
    }

    /// Removes one of the unions.
    pub(crate) fn take_choice(&mut self) -> Option<Value> {
        let choices = self.0.get_mut(CHOICES)?.as_array_mut()?;
        choices.pop()
    }

    /// Adds the keywords of another part.
    pub(crate) fn add(&mut self, other: Self) {
        let Value::Object(other) = other.0 else {
            return;
        };
        let Some(own) = self.0.as_object_mut() else {
            return;
        };
        for (key, value) in other {
            match (key.as_str(), own.get_mut(&key)) {
                ("properties", Some(Value::Object(properties))) => {
                    add_properties(properties, &value)
                }
                ("required" | CHOICES, Some(Value::Array(list))) => {
                    list.extend(items(&value).cloned());
                }
                ("enum", Some(Value::Array(list))) => {
                    list.retain(|one| items(&value).any(|other| other == one));
                }
                ("description", _) | (_, Some(_)) => {}
                (_, None) => {
                    own.insert(key, value);
                }
            }
        }
    }
}

fn add_properties(properties: &mut Map<String, Value>, others: &Value) {
    for (name, schema) in members(others) {
        let both = match properties.get(name) {
            Some(own) if own != schema => json!({ "allOf": [own, schema] }),
            _ => schema.clone(),
        };
        properties.insert(name.clone(), both);
    }
}

fn flatten(document: &Original, schema: &Value, depth: usize) -> Flat {
    let mut flat = Flat(json!({}));
    let Some(keywords) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
        return flat;
    };
    let reference = keywords.get("$ref").and_then(Value::as_str);
    if let Some(reference) = reference {
        flat.add(flatten(document, document.target(reference), depth + 1));
    }
    if reference.is_none() || document.keeps_siblings() {
        let mut own = Map::new();
        let mut choices = Vec::new();
        for (key, value) in keywords {
            match key.as_str() {
                "$ref" | "allOf" => {}
                "oneOf" | "anyOf" => choices.push(json!({
                    "members": value,
                    "any": key == "anyOf",
                    "discriminator": keywords.get("discriminator"),
                })),
                _ => {
                    own.insert(key.clone(), value.clone());
                }
            }
        }
        if !choices.is_empty() {
            own.insert(CHOICES.to_owned(), Value::Array(choices));
        }
        flat.add(Flat(Value::Object(own)));
        for part in items(&schema["allOf"]) {
            flat.add(flatten(document, part, depth + 1));
        }
    }
    flat
}
