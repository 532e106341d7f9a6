//! `Object<T>` contains the `T` that serde_json reads from the same row, for every way in which a type
//! can ask for its data.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::super::Object;
use crate::Timestamp;

const ROWS: [&str; 8] = [
    r#"{"created":1700000000000,"name":"Bob","updated":null,"ownerId":"U1","objectId":"B2","age":20,"___class":"Person"}"#,
    r#"{"objectId":"B2","___class":"Dog","name":"Rex","age":3,"created":1.7e12,"updated":1700000000001.5}"#,
    r#"{"name":"Rex","age":3,"objectId":17,"created":"1700000000000","ownerId":null}"#,
    "{\"___class\" : \"Person\" ,\n \"objectId\":\"\\u0042\\\"2\", \"object\\u0049d2\":1, \"n\\u0061me\":\"\\u00e9\", \"age\":0}",
    r#"{"objectId":"B2","ownerId":{"a":[1,2.50,{"b":null}]},"___class":["Person",1],"name":"x","age":1}"#,
    r#"{"objectId":"B2","updated":18446744073709551615e-7,"ownerId":340282366920938463463374607431768211455,"name":"x","age":1}"#,
    r#"{"objectId":"B2","ownerId":"Person","___class":"Person","kind":"Dog","content":{"name":"Rex","age":1},"name":"a","age":2}"#,
    r#"{"objectId":"a","objectId":"b","name":"x","name":"y","age":1,"created":5,"created":6}"#,
];

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Person {
    name: String,
    age: u8,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
struct AllFields {
    object_id: Value,
    created: Option<Value>,
    updated: Value,
    owner_id: Value,
    #[serde(rename = "___class")]
    class: Value,
    name: String,
}

impl Default for AllFields {
    fn default() -> Self {
        Self {
            object_id: "default".into(),
            created: None,
            updated: 5.into(),
            owner_id: Value::Null,
            class: Value::Null,
            name: "default".into(),
        }
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Renamed {
    #[serde(alias = "objectId")]
    id: Value,
    #[serde(alias = "updated", alias = "created", default)]
    time: Option<Timestamp>,
    #[serde(rename(deserialize = "ownerId"), default)]
    owner: Option<Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct FlattenStruct {
    name: String,
    #[serde(flatten)]
    system: SystemFields,
}

#[derive(Debug, Deserialize, PartialEq)]
struct SystemFields {
    #[serde(rename = "objectId")]
    id: Value,
    #[serde(rename = "___class", default)]
    class: Value,
    #[serde(default)]
    created: Option<Timestamp>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct FlattenMap {
    age: u8,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct FlattenValue {
    #[serde(flatten)]
    all: Value,
}

#[derive(Debug, Deserialize, PartialEq)]
struct FlattenTwice {
    #[serde(flatten)]
    outer: FlattenStruct,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct FlattenOption {
    #[serde(flatten)]
    tagged: Option<ByClass>,
    name: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "___class")]
enum ByClass {
    Person { name: String },
    Dog(Dog),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Dog {
    name: String,
    #[serde(rename = "objectId")]
    id: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    Dog { name: String },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "___class", content = "name")]
enum AdjacentByClass {
    Person(String),
    Dog(Value),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "ownerId", content = "objectId")]
enum AdjacentBySystem {
    Person(String),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    WithOwner {
        #[serde(rename = "ownerId")]
        owner: String,
    },
    WithTime {
        created: Timestamp,
    },
    Other(BTreeMap<String, Value>),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype(HashMap<Name, Value>);

#[derive(Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Name(String);

#[derive(Debug, Deserialize, PartialEq)]
#[serde(transparent)]
struct Transparent {
    inner: FlattenMap,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(from = "HashMap<String, Value>")]
struct From_(usize);

impl From<HashMap<String, Value>> for From_ {
    fn from(map: HashMap<String, Value>) -> Self {
        Self(map.len())
    }
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(try_from = "AllFields")]
struct TryFrom_(Value);

impl TryFrom<AllFields> for TryFrom_ {
    type Error = &'static str;

    fn try_from(fields: AllFields) -> Result<Self, Self::Error> {
        match fields.created {
            Some(created) => Ok(Self(created)),
            None => Err("no time"),
        }
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct WithFunction {
    #[serde(rename = "objectId", deserialize_with = "length")]
    id_length: usize,
    #[serde(rename = "created", default, with = "optional_text")]
    created: Option<String>,
}

fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    Value::deserialize(deserializer).map(|value| value.to_string().len())
}

mod optional_text {
    use super::{Deserialize, Deserializer, Value};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        Option::<Value>::deserialize(deserializer).map(|value| value.map(|v| v.to_string()))
    }
}

/// Types that read the text or the exact number of a system property.
#[derive(Debug, Deserialize)]
struct Exact {
    #[serde(rename = "objectId")]
    id: Box<RawValue>,
    #[serde(rename = "ownerId", default)]
    owner: Option<u128>,
    #[serde(default)]
    created: Option<Number>,
    #[serde(default)]
    updated: Option<f32>,
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        (self.id.get(), self.owner, &self.created, self.updated)
            == (other.id.get(), other.owner, &other.created, other.updated)
    }
}

/// Text of a row, unchanged.
#[derive(Debug, Deserialize)]
struct Raw(Box<RawValue>);

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

#[derive(Debug, Deserialize)]
struct RawColumns(BTreeMap<String, Box<RawValue>>);

impl PartialEq for RawColumns {
    fn eq(&self, other: &Self) -> bool {
        let texts = |map: &Self| -> Vec<_> {
            let texts = map.0.iter();
            texts
                .map(|(key, value)| (key.clone(), value.get().to_owned()))
                .collect()
        };
        texts(self) == texts(other)
    }
}

#[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "camelCase")]
enum Column {
    ObjectId,
    Created,
    #[serde(other)]
    Other,
}

/// The keys in the order of the row.
#[derive(Debug, PartialEq)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<Option<String>, Value>()? {
                    keys.extend(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}

/// Compares all ways of reading a row with serde_json.
fn compare<T: DeserializeOwned + PartialEq + Debug>() {
    let mut successes = 0;
    for json in ROWS {
        let plain = serde_json::from_str::<T>(json);
        let from_str = serde_json::from_str::<Object<T>>(json);
        match (&plain, &from_str) {
            (Ok(plain), Ok(object)) => {
                assert_eq!(**object, *plain, "{json}");
                successes += 1;
            }
            (Err(_), Err(_)) => {}
            // `objectId` is an array or an object in no row, so only `T` can fail.
            _ => panic!("{plain:?} {from_str:?} {json}"),
        }
        let from_slice = serde_json::from_slice::<Object<T>>(json.as_bytes());
        let list = serde_json::from_str::<Vec<Object<T>>>(&format!("[{json}]"));
        for other in [from_slice.ok(), list.ok().and_then(|mut list| list.pop())] {
            assert_eq!(
                other.map(Object::into_inner),
                plain.as_ref().ok().map(read_again(json))
            );
        }
    }
    assert!(
        successes > 0,
        "no row can be read as {}",
        std::any::type_name::<T>()
    );
}

/// `T` need not be `Clone`.
fn read_again<T: DeserializeOwned>(json: &str) -> impl Fn(&T) -> T + '_ {
    |_| serde_json::from_str(json).unwrap()
}

/// Compares rows that are not read from text: numbers are exact there only up to 64 bits.
fn compare_values<T: DeserializeOwned + PartialEq + Debug>() {
    for json in &ROWS[..5] {
        let value: Value = serde_json::from_str(json).unwrap();
        let plain = T::deserialize(&value).ok();
        let by_value = serde_json::from_value::<Object<T>>(value.clone()).ok();
        let from_reader = serde_json::from_reader::<_, Object<T>>(json.as_bytes()).ok();
        assert_eq!(by_value.map(Object::into_inner), plain, "{json}");
        let plain = serde_json::from_reader::<_, T>(json.as_bytes()).ok();
        assert_eq!(from_reader.map(Object::into_inner), plain, "{json}");
    }
}

#[test]
fn an_object_contains_the_value_that_plain_serde_reads() {
    macro_rules! types {
        ($($type:ty,)*) => {
            $(compare::<$type>();
            compare_values::<$type>();)*
        };
    }
    types! {
        Person, Option<Person>, Box<Person>, AllFields, Renamed, Value, Option<Value>,
        crate::Record, HashMap<String, Value>, BTreeMap<Name, Value>, BTreeMap<Column, Value>,
        BTreeMap<Cow<'static, str>, Value>, BTreeMap<Option<String>, Value>,
        FlattenStruct, FlattenMap, FlattenValue, FlattenTwice, FlattenOption, ByClass, Adjacent,
        AdjacentByClass, AdjacentBySystem, Untagged, Newtype, Transparent, From_, TryFrom_,
        WithFunction, Keys,
    }
    compare::<Exact>();
    compare::<Raw>();
    compare::<RawColumns>();
}

#[test]
fn system_properties_are_read_whatever_the_type() {
    fn check<T: DeserializeOwned>() {
        let row: Object<T> = serde_json::from_str(ROWS[0]).unwrap();
        assert_eq!(row.object_id, "B2");
        assert_eq!(row.created, Some(Timestamp::from_millis(1_700_000_000_000)));
        assert_eq!(row.updated, None);
        assert_eq!(row.owner_id.as_deref(), Some("U1"));
        assert_eq!(row.class.as_deref(), Some("Person"));
    }
    check::<Person>();
    check::<AllFields>();
    check::<Value>();
    check::<FlattenTwice>();
    check::<ByClass>();
    check::<Untagged>();
    check::<Raw>();
    check::<()>();
}

#[test]
fn an_object_in_an_untagged_enum_is_read() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Row(Object<AllFields>),
    }
    let Either::Row(row) = serde_json::from_str(ROWS[0]).unwrap();
    assert_eq!(row.object_id, "B2");
    assert_eq!(row.value, serde_json::from_str(ROWS[0]).unwrap());
}

#[test]
fn an_error_in_a_system_property_has_no_position_of_its_own() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct Wrong {
        created: bool,
    }
    let text = serde_json::from_str::<Object<Wrong>>(ROWS[0])
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with(
            "invalid type: integer `1700000000000`, expected a boolean at line 1 column"
        ),
        "{text}"
    );
    assert_eq!(text.matches("line").count(), 1, "{text}");
}
