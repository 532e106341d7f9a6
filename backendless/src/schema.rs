//! JSON Schemas of the types with handwritten (de)serialization, for the API documents of services
//! that use these types in requests or responses. The other types derive theirs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::{Object, Timestamp, User};

/// The number that is serialized. The string that is accepted as well is omitted.
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

/// The schema of `T` with the system properties added to its own. An `allOf` of two schemas would
/// not do: a `T` that denies additional properties would reject every row.
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
        // The schema of `()` is null, but a row of it is an object.
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
        // All are serialized, null or not; only the id is required for deserialization.
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

/// The fields, with other columns as additional properties.
impl JsonSchema for User {
    fn schema_name() -> Cow<'static, str> {
        "User".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::User").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let time = generator.subschema_for::<Option<Timestamp>>();
        let text = generator.subschema_for::<Option<String>>();
        let all = [
            "objectId",
            "email",
            "name",
            "userStatus",
            "created",
            "updated",
        ];
        // All are serialized, null or not; only the id is required for deserialization.
        let required = match generator.contract().is_serialize() {
            true => &all[..],
            false => &all[..1],
        };
        json_schema!({
            "description": "A user of the application.",
            "type": "object",
            "properties": {
                "objectId": generator.subschema_for::<String>(),
                "email": text,
                "name": text,
                "userStatus": text,
                "created": time,
                "updated": time,
            },
            "required": required,
            "additionalProperties": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileInfo;
    use schemars::generate::SchemaSettings;
    use serde_json::json;

    #[test]
    fn a_user_and_a_file_info_have_schemas_for_both_directions() {
        let required = |settings: SchemaSettings| {
            let mut generator = settings.into_generator();
            let user = User::json_schema(&mut generator);
            let file = FileInfo::json_schema(&mut generator);
            assert_eq!(file.get("required"), Some(&json!(["fileURL"])));
            assert_eq!(
                file.pointer("/properties/fileURL/type"),
                Some(&json!("string"))
            );
            user.get("required").cloned()
        };
        let settings = SchemaSettings::draft2020_12;
        assert_eq!(
            required(settings().for_serialize()),
            Some(json!([
                "objectId",
                "email",
                "name",
                "userStatus",
                "created",
                "updated"
            ]))
        );
        assert_eq!(
            required(settings().for_deserialize()),
            Some(json!(["objectId"]))
        );
    }
}
