//! JSON Schemas of the types whose JSON form is written by hand, for the documents of services that
//! take or answer them. The others derive theirs beside their fields.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::{Object, Timestamp};

/// The number that is written; the string that is read as well is left out.
impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Timestamp").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Milliseconds since 1970-01-01T00:00:00Z.",
            "type": "integer",
            "format": "int64",
        })
    }
}

/// The schema of `T`, with the system properties among its own. Not both in an `allOf`, where a `T`
/// without additional properties would refuse every row.
impl<T: JsonSchema> JsonSchema for Object<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Object_for_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::Object<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let row = schema.ensure_object();
        // The unit value has no columns, and a row of it is still a row.
        row.insert("type".to_owned(), "object".into());
        let id = generator.subschema_for::<String>();
        let time = generator.subschema_for::<Option<Timestamp>>();
        let text = generator.subschema_for::<Option<String>>();
        let system = [
            ("objectId", id),
            ("created", time.clone()),
            ("updated", time),
            ("ownerId", text.clone()),
            ("___class", text),
        ];
        // All are written, null or not; only the id must be there to be read.
        let is_required = |name: &str| name == "objectId" || generator.contract().is_serialize();
        let required = row
            .entry("required")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(required) = required {
            required.retain(|given| !system.iter().any(|(name, _)| given == name));
            let names = system.iter().map(|(name, _)| *name);
            required.extend(names.filter(|name| is_required(name)).map(Value::from));
        }
        let properties = row.entry("properties").or_insert_with(|| Map::new().into());
        if let Value::Object(properties) = properties {
            let system = system.into_iter();
            properties.extend(system.map(|(name, schema)| (name.to_owned(), schema.into())));
        }
        schema
    }
}
