//! JSON Schemas of the client's types, embedded in the OpenAPI document of a caller's service: they
//! accept exactly what serde serializes and deserializes.

use std::collections::BTreeMap;

use backendless::{GeoPoint, Message, MessageStatus, Object, PushPolicy, Record, Timestamp};
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    friends: Vec<Person>,
}

/// A response body of the caller's service.
#[derive(Serialize, JsonSchema)]
struct ResponseBody {
    person: Object<Person>,
    note: Object<Record>,
    nothing: Object<()>,
    record: Record,
    at: Timestamp,
    places: Vec<GeoPoint>,
    policies: BTreeMap<String, PushPolicy>,
}

/// A request body of the caller's service.
#[derive(Deserialize, JsonSchema)]
struct RequestBody {
    person: Object<Person>,
    point: GeoPoint,
    at: Option<Timestamp>,
    message: Message<Person>,
    status: MessageStatus,
}

/// The schema of `T` in a document whose definitions are in `components/schemas`.
fn embedded<T: JsonSchema>(settings: SchemaSettings) -> Validator {
    let settings = settings.with(|s| s.definitions_path = "/components/schemas".into());
    let document = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    jsonschema::draft202012::new(document.as_value()).unwrap()
}

fn response_schema() -> Validator {
    embedded::<ResponseBody>(SchemaSettings::draft2020_12().for_serialize())
}

fn request_schema() -> Validator {
    embedded::<RequestBody>(SchemaSettings::draft2020_12().for_deserialize())
}

fn row(columns: Value) -> Value {
    let mut row = json!({"objectId": "B2", "created": 1_700_000_000_000_i64, "updated": null,
        "ownerId": null, "___class": "Person"});
    let columns = columns.as_object().unwrap().clone();
    row.as_object_mut().unwrap().extend(columns);
    row
}

fn read<T: for<'de> Deserialize<'de>>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn response() -> ResponseBody {
    let bob = json!({"name": "Bob", "friends": [{"name": "Ann", "friends": []}]});
    let cafe = GeoPoint::new(59.9, 10.7).category("cafes");
    ResponseBody {
        person: read(row(bob)),
        note: read(row(json!({"text": "milk", "n": [1, null]}))),
        nothing: read(row(json!({}))),
        record: Record::from_iter([("a".to_owned(), json!({"b": 1}))]),
        at: Timestamp::from_millis(-1),
        places: vec![GeoPoint::new(-90.0, 180.0), cafe.metadata("rating", 5)],
        policies: [PushPolicy::Only, PushPolicy::Also, PushPolicy::None]
            .map(|policy| (format!("{policy:?}"), policy))
            .into(),
    }
}

fn request() -> Value {
    json!({
        "person": {"objectId": "B2", "name": "Bob", "friends": []},
        "point": {"latitude": 1, "longitude": 2.5, "distance": 0.5},
        "message": {"data": {"name": "Ann", "friends": []}, "headers": null, "publishedAt": 5},
        "status": {"messageId": "M1", "status": "scheduled", "errorMessage": null},
    })
}

/// `value` with `other` at the JSON pointer `place`, or with nothing there.
fn with(value: &Value, place: &str, other: Option<Value>) -> Value {
    let mut value = value.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match other {
        Some(other) => parent.insert(name.to_owned(), other),
        None => parent.remove(name),
    };
    value
}

#[test]
fn serialized_values_match_the_schema() {
    let written = serde_json::to_value(response()).unwrap();
    let problems: Vec<_> = response_schema()
        .iter_errors(&written)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn descriptions_have_no_rust_syntax() {
    for settings in [
        SchemaSettings::draft2020_12().for_serialize(),
        SchemaSettings::draft2020_12().for_deserialize(),
    ] {
        let schema = settings.into_generator().into_root_schema_for::<(
            Message<Object<GeoPoint>>,
            MessageStatus,
            PushPolicy,
            Timestamp,
        )>();
        let text = schema.as_value().to_string();
        assert!(text.contains("A point on the map"), "{text}");
        assert!(!text.contains("::") && !text.contains("```"), "{text}");
    }
}

#[test]
fn schema_rejects_values_that_are_never_serialized() {
    let schema = response_schema();
    let written = serde_json::to_value(response()).unwrap();
    for (place, other) in [
        ("/person/objectId", None),
        ("/person/updated", None),
        ("/person/ownerId", None),
        ("/person/objectId", Some(json!(null))),
        ("/person/created", Some(json!("2023-11-14"))),
        ("/person/___class", Some(json!(5))),
        ("/person/name", None),
        ("/person/age", Some(json!(5))),
        ("/person/friends/0/objectId", Some(json!("B3"))),
        ("/note/objectId", None),
        ("/nothing/created", Some(json!(true))),
        ("/nothing", Some(json!(null))),
        ("/record", Some(json!([]))),
        ("/at", Some(json!(0.5))),
        ("/at", Some(json!(null))),
        ("/places/0/latitude", Some(json!(90.5))),
        ("/places/1/longitude", None),
        ("/places/1/metadata", Some(json!([]))),
        ("/policies/Only", Some(json!("PUSH"))),
    ] {
        let wrong = with(&written, place, other.clone());
        assert!(!schema.is_valid(&wrong), "{place}: {other:?}");
    }
}

#[test]
fn values_that_match_the_schema_are_deserialized() {
    let schema = request_schema();
    let sparse = request();
    let full = with(&sparse, "/at", Some(json!(7)));
    let full = with(
        &full,
        "/person",
        Some(row(json!({"name": "B", "friends": []}))),
    );
    let full = with(&full, "/point/metadata", Some(json!({"rating": 5})));
    for request in [sparse, full] {
        assert!(schema.is_valid(&request), "{:?}", schema.validate(&request));
        let read: RequestBody = read(request.clone());
        assert_eq!(read.person.object_id, "B2");
        assert!(read.person.friends.is_empty() && read.person.name.starts_with('B'));
        assert_eq!((read.point.latitude, read.point.distance), (1.0, Some(0.5)));
        assert_eq!(read.at.is_some(), request.get("at").is_some());
        assert_eq!(read.message.data.name, "Ann");
        assert_eq!(read.status.message_id.as_deref(), Some("M1"));
    }
}

#[test]
fn schema_rejects_values_that_cannot_be_deserialized() {
    let schema = request_schema();
    for (place, other) in [
        ("/person/objectId", None),
        ("/person/name", None),
        ("/person/created", Some(json!(true))),
        ("/person/friends", Some(json!("Ann"))),
        ("/point/latitude", None),
        ("/point/categories", Some(json!(5))),
        ("/at", Some(json!({}))),
        ("/message/data", None),
        ("/message/data", Some(json!({"name": 1, "friends": []}))),
        ("/message/headers", Some(json!(["x"]))),
        ("/status", Some(json!(null))),
    ] {
        let wrong = with(&request(), place, other.clone());
        assert!(!schema.is_valid(&wrong), "{place}: {other:?}");
        assert!(
            serde_json::from_value::<RequestBody>(wrong).is_err(),
            "{place}: {other:?}"
        );
    }
}
