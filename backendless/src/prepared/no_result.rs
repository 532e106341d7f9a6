//! Responses of operations without a result: a body of another server is not a success.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::decode::NUMBER;

/// Properties of the objects that the service sends, also where its document specifies no body: a deletion, the status of
/// an e-mail, a file, and a row.
const OWN_PROPERTIES: [&str; 4] = ["deletionTime", "messageId", "fileURL", "objectId"];

/// Reads a response whose value is ignored: nothing, a single value such as the number of deleted files, or an object of the
/// service.
pub(super) fn read(json: &[u8]) -> serde_json::Result<()> {
    serde_json::from_slice(json).map(|NoResult| ())
}

pub(super) fn describe(_: &[u8], _: &serde_json::Error) -> String {
    "the body is none that Backendless sends for an operation without a result: it is not a response of Backendless, \
     check the API URL"
        .to_owned()
}

struct NoResult;

impl<'de> Deserialize<'de> for NoResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoResultVisitor)
    }
}

struct NoResultVisitor;

impl<'de> Visitor<'de> for NoResultVisitor {
    type Value = NoResult;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no result")
    }

    fn visit_unit<E>(self) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_bool<E>(self, _: bool) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_i64<E>(self, _: i64) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_u64<E>(self, _: u64) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_f64<E>(self, _: f64) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_str<E>(self, _: &str) -> Result<NoResult, E> {
        Ok(NoResult)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoResult, A::Error> {
        let mut is_empty = true;
        let mut is_own = false;
        while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
            is_empty = false;
            // A number, in a build with serde_json's `arbitrary_precision`.
            is_own |= key == NUMBER || OWN_PROPERTIES.contains(&key.as_str());
        }
        match is_empty || is_own {
            true => Ok(NoResult),
            false => Err(A::Error::custom("an object of another server")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_service_are_ignored() {
        for json in [
            "null",
            "true",
            "3",
            "-3",
            "2.5",
            "18446744073709551615",
            "\"\"",
            "{}",
            r#"{"deletionTime":1}"#,
            r#"{"errorMessage":null,"messageId":"M1","status":"SCHEDULED","sendingTime":0}"#,
        ] {
            assert!(read(json.as_bytes()).is_ok(), "{json}");
        }
    }

    #[test]
    fn bodies_of_other_servers_are_rejected() {
        for json in [
            "OK",
            "[]",
            r#"[{"deletionTime":1}]"#,
            r#"{"status":"ok"}"#,
            r#"{"code":3003,"message":"no","errorData":{}}"#,
            r#"{"data":{"messageId":1}}"#,
            r#"{"messageId":1"#,
        ] {
            assert!(read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
