//! The document as it is published, read without the generator.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Headers whose parameters OpenAPI requires to be ignored.
const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];

/// The number of references that may follow one another.
const MAX_REFERENCES: usize = 50;

pub(crate) struct Original {
    pub(crate) name: String,
    root: Value,
}

/// An operation with all that its path item and the components contribute.
pub(crate) struct Operation {
    /// The JSON pointer, as the generator writes it.
    pub(crate) pointer: String,
    /// In upper case.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    /// The media types of the request with their media type objects.
    pub(crate) bodies: BTreeMap<String, Value>,
    pub(crate) body_is_required: bool,
    /// The media types of all responses.
    pub(crate) responses: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// `path`, `query` or `header`.
    pub(crate) place: String,
    pub(crate) required: bool,
    pub(crate) style: String,
    pub(crate) explode: bool,
    /// Whether the value is JSON text.
    pub(crate) is_json: bool,
    pub(crate) schema: Value,
}

impl Original {
    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let root = match name.ends_with(".json") {
            true => serde_json::from_str(text).unwrap(),
            false => json_of(&Yaml::load_from_str(text).unwrap()[0]),
        };
        Self {
            name: name.to_owned(),
            root,
        }
    }

    /// Whether keywords beside a `$ref` count: from OpenAPI 3.1 on.
    pub(crate) fn keeps_siblings(&self) -> bool {
        let version = self.root["openapi"].as_str().unwrap_or_default();
        !version.starts_with("3.0")
    }

    /// Follows `$ref` until the value is none.
    pub(crate) fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        let mut value = value;
        for _ in 0..MAX_REFERENCES {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.target(reference),
                None => break,
            }
        }
        value
    }

    pub(crate) fn target(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap_or_default();
        let found = self.root.pointer(pointer);
        found.unwrap_or_else(|| panic!("{}: {reference} has no target", self.name))
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in members(&self.root["paths"]) {
            let item = self.resolved(item);
            for (method, operation) in members(item) {
                if METHODS.contains(&method.as_str()) {
                    operations.push(self.operation(path, method, item, operation));
                }
            }
        }
        operations
    }

    fn operation(&self, path: &str, method: &str, item: &Value, operation: &Value) -> Operation {
        let body = self.resolved(&operation["requestBody"]);
        let content = members(&body["content"]);
        let responses = members(&operation["responses"]);
        let contents = responses.flat_map(|(_, one)| members(&self.resolved(one)["content"]));
        let escaped = path.replace('~', "~0").replace('/', "~1");
        Operation {
            pointer: format!("/paths/{escaped}/{method}"),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            parameters: self.parameters(item, operation),
            bodies: content
                .map(|(name, media)| (name.clone(), media.clone()))
                .collect(),
            body_is_required: body["required"].as_bool().unwrap_or(false),
            responses: contents.map(|(name, _)| name.clone()).collect(),
        }
    }

    /// Those of the operation replace those of the path item with the same name and place.
    fn parameters(&self, item: &Value, operation: &Value) -> Vec<Parameter> {
        let mut found: Vec<Parameter> = Vec::new();
        for owner in [item, operation] {
            for one in items(&owner["parameters"]) {
                let parameter = parameter(self.resolved(one));
                let is_same = |other: &Parameter| {
                    (&other.name, &other.place) == (&parameter.name, &parameter.place)
                };
                found.retain(|other| !is_same(other));
                found.push(parameter);
            }
        }
        found.retain(|one| match one.place.as_str() {
            "header" => !IGNORED.contains(&one.name.to_ascii_lowercase().as_str()),
            place => place != "cookie",
        });
        found
    }
}

fn parameter(object: &Value) -> Parameter {
    let text = |key: &str| object[key].as_str().map(str::to_owned);
    let place = text("in").unwrap();
    let style = text("style").unwrap_or_else(|| match place.as_str() {
        "query" | "cookie" => "form".to_owned(),
        _ => "simple".to_owned(),
    });
    let content = members(&object["content"]).next();
    let schema = match content {
        Some((_, media)) => &media["schema"],
        None => &object["schema"],
    };
    Parameter {
        name: text("name").unwrap(),
        required: place == "path" || object["required"] == json!(true),
        explode: object["explode"].as_bool().unwrap_or(style == "form"),
        is_json: content.is_some_and(|(name, _)| is_json(name)),
        schema: schema.clone(),
        style,
        place,
    }
}

/// A media type without its parameters.
pub(crate) fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// The entries of a mapping; none of other values.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The items of a list; none of other values.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn json_of(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => json!(value),
            Scalar::Integer(value) => json!(value),
            Scalar::FloatingPoint(value) => json!(value.into_inner()),
            Scalar::String(text) => json!(text),
        },
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let key = match json_of(key) {
                    Value::String(key) => key,
                    key => key.to_string(),
                };
                (key, json_of(value))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Yaml::Tagged(_, value) => json_of(value),
        other => panic!("the YAML value {other:?} has no JSON form"),
    }
}
