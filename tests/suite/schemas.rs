//! The document of a service of one's own: the schemas of the client's types in it hold for what serde
//! writes and reads, and for nothing else.

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

/// What the service answers.
#[derive(Serialize, JsonSchema)]
struct Answer {
    person: Object<Person>,
    note: Object<Record>,
    nothing: Object<()>,
    record: Record,
    at: Timestamp,
    places: Vec<GeoPoint>,
    policies: BTreeMap<String, PushPolicy>,
}

/// What the service takes.
#[derive(Deserialize, JsonSchema)]
struct Question {
    person: Object<Person>,
    point: GeoPoint,
    at: Option<Timestamp>,
    message: Message<Person>,
    status: MessageStatus,
}

/// The schema of `T` as a document with its own place for components has it.
fn embedded<T: JsonSchema>(settings: SchemaSettings) -> Validator {
    let settings = settings.with(|s| s.definitions_path = "/components/schemas".into());
    let document = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    jsonschema::draft202012::new(document.as_value()).unwrap()
}

fn answer_schema() -> Validator {
    embedded::<Answer>(SchemaSettings::draft2020_12().for_serialize())
}

fn question_schema() -> Validator {
    embedded::<Question>(SchemaSettings::draft2020_12().for_deserialize())
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

fn answer() -> Answer {
    let bob = json!({"name": "Bob", "friends": [{"name": "Ann", "friends": []}]});
    let cafe = GeoPoint::new(59.9, 10.7).category("cafes");
    Answer {
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

fn question() -> Value {
    json!({
        "person": {"objectId": "B2", "name": "Bob", "friends": []},
        "point": {"latitude": 1, "longitude": 2.5, "distance": 0.5},
        "message": {"data": {"name": "Ann", "friends": []}, "headers": null, "publishedAt": 5},
        "status": {"messageId": "M1", "status": "scheduled", "errorMessage": null},
    })
}

/// `value` with another value at `place`, or without one.
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
fn what_is_written_holds_to_the_schema() {
    let written = serde_json::to_value(answer()).unwrap();
    let problems: Vec<_> = answer_schema()
        .iter_errors(&written)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn descriptions_are_for_readers_who_know_no_rust() {
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
fn what_is_never_written_does_not_hold_to_the_schema() {
    let schema = answer_schema();
    let written = serde_json::to_value(answer()).unwrap();
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
fn what_holds_to_the_schema_is_read() {
    let schema = question_schema();
    let sparse = question();
    let full = with(&sparse, "/at", Some(json!(7)));
    let full = with(
        &full,
        "/person",
        Some(row(json!({"name": "B", "friends": []}))),
    );
    let full = with(&full, "/point/metadata", Some(json!({"rating": 5})));
    for question in [sparse, full] {
        assert!(
            schema.is_valid(&question),
            "{:?}",
            schema.validate(&question)
        );
        let read: Question = read(question.clone());
        assert_eq!(read.person.object_id, "B2");
        assert!(read.person.friends.is_empty() && read.person.name.starts_with('B'));
        assert_eq!((read.point.latitude, read.point.distance), (1.0, Some(0.5)));
        assert_eq!(read.at.is_some(), question.get("at").is_some());
        assert_eq!(read.message.data.name, "Ann");
        assert_eq!(read.status.message_id.as_deref(), Some("M1"));
    }
}

#[test]
fn what_is_not_read_does_not_hold_to_the_schema() {
    let schema = question_schema();
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
        let wrong = with(&question(), place, other.clone());
        assert!(!schema.is_valid(&wrong), "{place}: {other:?}");
        assert!(
            serde_json::from_value::<Question>(wrong).is_err(),
            "{place}: {other:?}"
        );
    }
}
