//! Rows as JSON text, and the ids that the client chooses for them.
//!
//! A problem is the rest of a sentence whose subject is the row.

use std::collections::BTreeMap;

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::encode::to_raw_value;
use crate::{Error, ErrorKind, Result};

/// Serializes a row, which must be a JSON object.
pub(super) fn to_row<B: Serialize + ?Sized>(row: &B) -> Result<Box<RawValue>, String> {
    let json = to_raw_value(row).map_err(|error| format!("cannot be serialized: {error}"))?;
    match json.get().starts_with('{') {
        true => Ok(json),
        false => Err("is not a JSON object".to_owned()),
    }
}

/// Returns whether the service finds the row by an `objectId`, instead of creating another one.
pub(super) fn has_object_id(row: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct System<'r> {
        #[serde(rename = "objectId", borrow, default)]
        object_id: Option<&'r RawValue>,
    }

    let system: Result<System<'_>, _> = serde_json::from_str(row.get());
    let id = system.ok().and_then(|system| system.object_id);
    id.is_some_and(|id| id.get().starts_with('"') && id.get() != r#""""#)
}

/// Adds an `objectId` to a row, which must have none; `null` is none.
pub(super) fn with_object_id(row: &RawValue, id: &str) -> Result<Box<RawValue>, String> {
    let json = match may_have_object_id(row) {
        false => insert(row.get(), id),
        true => {
            let unreadable = |error| format!("cannot be serialized: {error}");
            let mut columns: BTreeMap<String, &RawValue> =
                serde_json::from_str(row.get()).map_err(unreadable)?;
            let given = columns.remove("objectId");
            if given.is_some_and(|given| given.get() != "null") {
                return Err(
                    "has an `objectId`, and the client chooses one: remove it, or use an upsert"
                        .to_owned(),
                );
            }
            insert(&serde_json::to_string(&columns).map_err(unreadable)?, id)
        }
    };
    RawValue::from_string(json).map_err(|error| format!("cannot be serialized: {error}"))
}

/// Most rows contain neither the name nor an escaped character, with which it could be written.
fn may_have_object_id(row: &RawValue) -> bool {
    let json = row.get().as_bytes();
    memchr2_iter(b'I', b'\\', json).any(|at| {
        let (before, rest) = json.split_at(at);
        rest.starts_with(b"\\u") || before.ends_with(b"object") && rest.starts_with(b"Id")
    })
}

/// Inserts an id, which needs no escape, as the first property of an object without one.
fn insert(object: &str, id: &str) -> String {
    let rest = object.strip_prefix('{').unwrap_or(object).trim_start();
    let comma = if rest.starts_with('}') { "" } else { "," };
    format!(r#"{{"objectId":"{id}"{comma}{rest}"#)
}

/// Creates an id in the form of the service's: a random UUID (version 4) in upper case.
///
/// The random bits are those of the operating system. An id that exists already would overwrite its row, and the
/// generators of `fastrand` have only 64 bits of state: among a billion ids of all clients, some would probably be equal.
pub(super) fn new_object_id() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        let text = format!("the operating system provides no random numbers: {error}");
        Error::new(ErrorKind::Io, text)
    })?;
    Ok(uuid(u128::from_be_bytes(bytes)))
}

/// Formats random bits as a UUID of version 4.
fn uuid(random: u128) -> String {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let bits = random & !VERSION & !VARIANT | 4 << 76 | 0b10 << 62;
    let part = |shift: u32, digits: u32| (bits >> shift) & ((1 << (4 * digits)) - 1);
    format!(
        "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn row(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn ids_are_uuids_of_version_4_in_upper_case() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
        let random = 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF;
        assert_eq!(uuid(random), "01234567-89AB-4DEF-8123-456789ABCDEF");
        let ids: HashSet<_> = (0..1_000).map(|_| new_object_id().unwrap()).collect();
        assert_eq!(ids.len(), 1_000);
    }

    #[test]
    fn an_id_is_added_to_a_row_without_one() {
        for (given, expected) in [
            ("{}", r#"{"objectId":"ID"}"#),
            (r#"{"n":1}"#, r#"{"objectId":"ID","n":1}"#),
            (r#"{ "n": 1 }"#, r#"{"objectId":"ID","n": 1 }"#),
            (r#"{"objectId":null}"#, r#"{"objectId":"ID"}"#),
            (
                r#"{"z":1.50,"object\u0049d":null,"a":{"objectId":"x"}}"#,
                r#"{"objectId":"ID","a":{"objectId":"x"},"z":1.50}"#,
            ),
            (r#"{"t":"objectId"}"#, r#"{"objectId":"ID","t":"objectId"}"#),
        ] {
            assert_eq!(with_object_id(&row(given), "ID").unwrap().get(), expected);
        }
        for given in [r#"{"objectId":"x"}"#, r#"{"object\u0049d":""}"#] {
            let problem = with_object_id(&row(given), "ID").unwrap_err();
            assert!(problem.starts_with("has an `objectId`"), "{problem}");
        }
    }

    #[test]
    fn only_a_text_is_an_object_id() {
        assert!(has_object_id(&row(r#"{"n":1,"objectId":"x"}"#)));
        assert!(has_object_id(&row(r#"{"object\u0049d":"x"}"#)));
        for without in [
            "{}",
            r#"{"objectId":null}"#,
            r#"{"objectId":""}"#,
            r#"{"objectId":5}"#,
            r#"{"a":{"objectId":"x"}}"#,
            r#"{"objectId":"x","objectId":null}"#,
        ] {
            assert!(!has_object_id(&row(without)), "{without}");
        }
    }

    #[test]
    fn a_row_is_an_object() {
        assert_eq!(to_row(&json!({"n": 1})).unwrap().get(), r#"{"n":1}"#);
        for other in [json!(null), json!([{}]), json!("{"), json!(1)] {
            assert_eq!(to_row(&other).unwrap_err(), "is not a JSON object");
        }
        let nan = std::collections::HashMap::from([("price", f64::NAN)]);
        let problem = to_row(&nan).unwrap_err();
        assert!(
            problem.starts_with("cannot be serialized: at price: NaN"),
            "{problem}"
        );
    }
}
