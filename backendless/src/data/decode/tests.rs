use super::*;
use crate::Timestamp;
use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

const ROW: &str = r#"{"created":1700000000000,"name":"Bob","updated":null,"ownerId":"U1",
    "objectId":"B2","age":20,"___class":"Person"}"#;

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Object<T> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn system_properties_are_taken_out_at_any_position() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Person<'a> {
        name: &'a str,
        age: u8,
    }
    let bob = read::<Person<'_>>(ROW);
    assert_eq!((bob.name, bob.age), ("Bob", 20));
    assert_eq!(bob.object_id, "B2");
    assert_eq!(bob.created, Some(Timestamp::from_millis(1_700_000_000_000)));
    assert_eq!(bob.updated, None);
    assert_eq!(bob.owner_id.as_deref(), Some("U1"));
    assert_eq!(bob.class.as_deref(), Some("Person"));
}

#[test]
fn a_field_for_a_system_property_is_set_too() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Person<'a> {
        object_id: &'a str,
        created: u64,
        updated: Option<i64>,
        owner_id: Option<String>,
        #[serde(rename = "___class")]
        class: Class,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    enum Class {
        Person,
    }
    let bob = read::<Person<'_>>(ROW);
    // `bob.object_id` is the field of the row; that of the value needs a dereference.
    let own: &Person<'_> = &bob;
    assert_eq!(own.object_id, "B2");
    assert_eq!(own.created, 1_700_000_000_000);
    assert_eq!(own.updated, None);
    assert_eq!(own.owner_id.as_deref(), Some("U1"));
    assert_eq!(own.class, Class::Person);
    assert_eq!(bob.object_id, "B2");
}

#[test]
fn a_map_has_the_system_properties_too() {
    let map = read::<HashMap<String, serde_json::Value>>(ROW);
    assert_eq!(map.len(), 7);
    assert_eq!(map["name"], "Bob");
    assert_eq!(map["objectId"], "B2");
    assert_eq!(map["updated"], serde_json::Value::Null);
    assert_eq!(map.object_id, "B2");
    assert_eq!(map.updated, None);
}

#[test]
fn newtypes_flattened_maps_enums_and_units_are_decoded() {
    #[derive(Deserialize)]
    struct Wrapped(HashMap<String, serde_json::Value>);
    #[derive(Deserialize)]
    struct Flat {
        #[serde(flatten)]
        all: HashMap<String, serde_json::Value>,
    }
    #[derive(Deserialize)]
    #[serde(tag = "name")]
    enum Tagged {
        Bob { age: u8 },
    }
    #[derive(Deserialize)]
    struct Nothing {}
    assert_eq!(read::<Wrapped>(ROW).0["age"], 20);
    assert_eq!(read::<Flat>(ROW).all.len(), 7);
    let Tagged::Bob { age } = read::<Tagged>(ROW).into_inner();
    assert_eq!(age, 20);
    assert_eq!(read::<Nothing>(ROW).object_id, "B2");
    assert_eq!(read::<()>(ROW).object_id, "B2");
    assert_eq!(read::<IgnoredAny>(ROW).object_id, "B2");
    assert_eq!(read::<Option<Wrapped>>(ROW).object_id, "B2");
}

/// The other system properties would be rejected as unknown fields.
#[test]
fn a_struct_has_only_the_system_properties_that_it_declares() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        created: i64,
        name: String,
    }
    let row =
        r#"{"created":5,"objectId":"B2","updated":6,"ownerId":"U1","___class":"T","name":"Bob"}"#;
    let object = read::<Row>(row);
    assert_eq!(object.object_id, "B2");
    let row = object.into_inner();
    assert_eq!((row.created, row.name.as_str()), (5, "Bob"));
}

#[test]
fn unusual_values_of_system_properties_are_accepted() {
    let row = read::<()>(r#"{"objectId":17,"created":"5","updated":6.0,"ownerId":{"a":[1]}}"#);
    assert_eq!(row.object_id, "17");
    assert_eq!(row.created, Some(Timestamp::from_millis(5)));
    assert_eq!(row.updated, Some(Timestamp::from_millis(6)));
    assert_eq!(row.owner_id, None);
    assert_eq!(row.class, None);
    let row = read::<()>(r#"{"objectId":-17,"created":-5,"ownerId":true}"#);
    assert_eq!(row.object_id, "-17");
    assert_eq!(row.created, Some(Timestamp::from_millis(-5)));
    assert_eq!(row.owner_id, None);
}

#[test]
fn last_value_of_a_repeated_system_property_is_read() {
    for (owner, last) in [
        (r#""U2""#, Some("U2")),
        ("7", Some("7")),
        ("-7", Some("-7")),
        ("null", None),
        ("true", None),
        ("1.5", None),
        ("[1]", None),
        (r#"{"a":1}"#, None),
    ] {
        let row = format!(r#"{{"objectId":"B2","ownerId":"U1","ownerId":{owner}}}"#);
        assert_eq!(read::<()>(&row).owner_id.as_deref(), last, "{owner}");
    }
    for (updated, last) in [("6", Some(6)), ("null", None)] {
        let row = format!(r#"{{"objectId":"B2","updated":5,"updated":{updated}}}"#);
        let last = last.map(Timestamp::from_millis);
        assert_eq!(read::<()>(&row).updated, last, "{updated}");
    }
}

#[test]
fn externally_tagged_enum_is_the_first_column_of_a_row() {
    #[derive(Debug, Deserialize, PartialEq)]
    enum Pet {
        Dog { age: u8 },
        Cat(u8),
    }
    for (row, pet) in [
        (
            r#"{"Dog":{"age":3},"objectId":"B2","ownerId":"U1"}"#,
            Pet::Dog { age: 3 },
        ),
        (
            r#"{"objectId":"B2","Dog":{"age":3},"name":"Rex","ownerId":"U1"}"#,
            Pet::Dog { age: 3 },
        ),
        (r#"{"ownerId":"U1","objectId":"B2","Cat":3}"#, Pet::Cat(3)),
    ] {
        let object = read::<Pet>(row);
        assert_eq!(object.object_id, "B2", "{row}");
        assert_eq!(object.owner_id.as_deref(), Some("U1"), "{row}");
        assert_eq!(object.into_inner(), pet);
    }
}

#[test]
fn the_format_of_a_row_is_readable() {
    struct IsReadable(bool);
    impl<'de> Deserialize<'de> for IsReadable {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let is_readable = deserializer.is_human_readable();
            IgnoredAny::deserialize(deserializer)?;
            Ok(Self(is_readable))
        }
    }
    assert!(read::<IsReadable>(ROW).0);
}

#[test]
fn escaped_keys_are_recognized() {
    let row = read::<HashMap<String, Value>>(r#"{"object\u0049d":"B2","a\u0067e":20}"#);
    assert_eq!(row.object_id, "B2");
    assert_eq!((&row["objectId"], &row["age"]), (&"B2".into(), &20.into()));
}

#[test]
fn a_missing_id_and_an_invalid_time_are_errors() {
    let problem = |json| {
        serde_json::from_str::<Object<()>>(json)
            .unwrap_err()
            .to_string()
    };
    assert!(problem(r#"{"name":"x"}"#).contains("no objectId"));
    assert!(problem(r#"{"objectId":null}"#).contains("no objectId"));
    assert!(problem(r#"{"objectId":"x","created":true}"#).contains("milliseconds since 1970"));
    assert!(problem("[]").contains("expected a row"));
}
