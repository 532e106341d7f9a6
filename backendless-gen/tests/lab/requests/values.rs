//! Values that satisfy the schemas of a document.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::flat::Flat;
use super::original::{Original, items, members};
use super::scalars::{self, hash};
use super::valid;

/// Optional properties are given down to this depth.
const MAX_OPTIONAL_DEPTH: usize = 6;

/// A value in deeper schemas is given up.
const MAX_DEPTH: usize = 24;

/// Which of the optional parts of a request are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    All,
    /// As all, but lists and maps are empty where they may be.
    Empty,
    Required,
}

/// Where a value is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Visible ASCII only.
    Header,
    Elsewhere,
}

pub(crate) struct Synthesizer<'d> {
    pub(crate) document: &'d Original,
    pub(crate) mode: Mode,
    pub(crate) place: Place,
    pub(crate) seed: u64,
    /// The number of unions of which a value satisfies more than one member, whatever member is chosen.
    pub(crate) ambiguous: &'d Cell<usize>,
}

/// The schemas around a value.
#[derive(Clone, Default)]
struct Around {
    name: String,
    depth: usize,
    references: Vec<String>,
    is_required: bool,
}

impl Synthesizer<'_> {
    /// A value of a schema. `name` is its name in the document, which becomes part of texts.
    pub(crate) fn value(&self, name: &str, schema: &Value) -> Option<Value> {
        let around = Around {
            name: name.to_owned(),
            ..Around::default()
        };
        self.inner(schema, &around)
    }

    fn inner(&self, schema: &Value, around: &Around) -> Option<Value> {
        let mut around = around.clone();
        around.depth += 1;
        if let Some(reference) = schema["$ref"].as_str() {
            if around.references.iter().any(|one| one == reference) {
                return None;
            }
            around.references.push(reference.to_owned());
        }
        if around.depth > MAX_DEPTH {
            return None;
        }
        let flat = Flat::of(self.document, schema);
        let is_nullable = flat.is_nullable(self.document);
        if self.mode == Mode::Required && around.is_required && is_nullable {
            return Some(Value::Null);
        }
        self.flat(flat, &around)
    }

    fn flat(&self, mut flat: Flat, around: &Around) -> Option<Value> {
        if let Some(value) = flat.get("const") {
            return Some(value.clone());
        }
        let values: Vec<&Value> = match flat.get("enum") {
            Some(values) => items(values).filter(|one| is_of_type(&flat, one)).collect(),
            None => Vec::new(),
        };
        if flat.get("enum").is_some() {
            if values.is_empty() {
                return None;
            }
            return Some(values[self.pick(around, values.len())].clone());
        }
        if let Some(choice) = flat.take_choice() {
            return self.choice(&flat, &choice, around);
        }
        match flat.kind() {
            Some("object") => self.object(&flat, around),
            Some("array") => self.list(&flat, around),
            Some("boolean") => Some(json!(self.pick(around, 2) == 0)),
            Some("integer") => Some(scalars::integer(flat.map(), self.number(around))),
            Some("number") => Some(scalars::number(flat.map())),
            Some("null") => Some(Value::Null),
            _ => Some(json!(scalars::text(
                flat.map(),
                &around.name,
                self.place == Place::Header
            ))),
        }
    }

    /// The value of one member of a union that belongs to no other member, if there is one.
    fn choice(&self, flat: &Flat, choice: &Value, around: &Around) -> Option<Value> {
        let members: Vec<&Value> = items(&choice["members"]).collect();
        let start = self.pick(around, members.len().max(1));
        let mut fallback = None;
        for offset in 0..members.len() {
            let member = members[(start + offset) % members.len()];
            if Flat::of(self.document, member).kind() == Some("null") {
                continue;
            }
            let mut around = around.clone();
            if let Some(reference) = member["$ref"].as_str() {
                if around.references.iter().any(|one| one == reference) {
                    continue;
                }
                around.references.push(reference.to_owned());
            }
            let mut both = flat.clone();
            both.add(Flat::of(self.document, member));
            let Some(mut value) = self.flat(both, &around) else {
                continue;
            };
            let is_tagged = set_discriminator(choice, member, &mut value);
            let is_one = |one: &&&Value| valid::is_valid(self.document, one, &value);
            let count = members.iter().filter(is_one).count();
            if count == 1 || is_tagged || choice["any"] == json!(true) {
                return Some(value);
            }
            fallback = fallback.or(Some(value));
        }
        if fallback.is_some() {
            self.ambiguous.set(self.ambiguous.get() + 1);
        }
        fallback
    }

    fn object(&self, flat: &Flat, around: &Around) -> Option<Value> {
        let mut object = Map::new();
        let required: Vec<&str> = items(&flat.map()["required"])
            .filter_map(Value::as_str)
            .collect();
        for (name, schema) in members(&flat.map()["properties"]) {
            if Flat::of(self.document, schema).get("readOnly") == Some(&json!(true)) {
                continue;
            }
            let is_required = required.contains(&name.as_str());
            let is_given = self.mode != Mode::Required && around.depth <= MAX_OPTIONAL_DEPTH;
            if !is_required && !is_given {
                continue;
            }
            match self.inner(schema, &within(around, name, is_required)) {
                Some(value) => object.insert(name.clone(), value),
                None if is_required => return None,
                None => None,
            };
        }
        let undeclared = required.iter().filter(|name| !declares(flat, name));
        for name in undeclared {
            object.insert((*name).to_owned(), json!(format!("{name} of any type")));
        }
        let additional = &flat.map()["additionalProperties"];
        let is_open = additional.is_object() || additional == &json!(true);
        if is_open && self.mode == Mode::All {
            let key = "other key/ü";
            if let Some(value) = self.inner(additional, &within(around, key, false)) {
                object.insert(key.to_owned(), value);
            }
        }
        Some(Value::Object(object))
    }

    fn list(&self, flat: &Flat, around: &Around) -> Option<Value> {
        let limit = |key: &str| flat.get(key).and_then(Value::as_u64);
        let least = limit("minItems").unwrap_or(0);
        let wanted = match self.mode {
            Mode::All => 2,
            Mode::Empty => 0,
            Mode::Required => 1,
        };
        let count = wanted.max(least).min(limit("maxItems").unwrap_or(u64::MAX));
        let mut list = Vec::new();
        for index in 0..count {
            let name = format!("{}{index}", around.name);
            let mut around = within(around, &name, false);
            around.depth += usize::from(list.is_empty());
            list.extend(self.inner(&flat.map()["items"], &around));
        }
        if flat.get("uniqueItems") == Some(&json!(true)) {
            list.dedup();
        }
        (list.len() as u64 >= least).then_some(Value::Array(list))
    }

    fn pick(&self, around: &Around, count: usize) -> usize {
        (self.number(around) % count as u64) as usize
    }

    fn number(&self, around: &Around) -> u64 {
        hash(self.seed, &around.name)
    }
}

/// Whether a value of an enum is of the type beside it; `null` is chosen separately.
fn is_of_type(flat: &Flat, value: &Value) -> bool {
    let is_kind = flat.kind().is_none_or(|kind| valid::is_of(kind, value));
    is_kind && !value.is_null()
}

fn declares(flat: &Flat, name: &str) -> bool {
    flat.map()["properties"].get(name).is_some()
}

fn within(around: &Around, name: &str, is_required: bool) -> Around {
    Around {
        name: name.to_owned(),
        is_required,
        ..around.clone()
    }
}

/// Sets the property that decides the member of a union. Returns whether there is one.
fn set_discriminator(choice: &Value, member: &Value, value: &mut Value) -> bool {
    let discriminator = &choice["discriminator"];
    let (Some(property), Some(reference)) = (
        discriminator["propertyName"].as_str(),
        member["$ref"].as_str(),
    ) else {
        return false;
    };
    let component = reference.rsplit('/').next().unwrap_or_default();
    let is_mapped = |target: &Value| target == reference || target == component;
    let mapped = members(&discriminator["mapping"]).find(|(_, target)| is_mapped(target));
    let tag = mapped.map_or(component, |(tag, _)| tag.as_str());
    if let Some(object) = value.as_object_mut() {
        object.insert(property.to_owned(), json!(tag));
    }
    true
}
