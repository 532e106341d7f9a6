//! Where the live service wants another request than the document says: one table, and how a request
//! is changed by it.
//!
//! The generated client always builds the document's request. The transport hands it to [`apply`]
//! before the first attempt, and only for [`Profile::Live`]. The operation stays what it is: its
//! retries, its span and its errors are those of the document.

use std::borrow::Cow;
use std::collections::BTreeMap;

use reqwest::{Request, Url};
use serde_json::value::{RawValue, to_raw_value};

use crate::operation::Operation;
use crate::operations::{CACHE_PUT, FIND_GEO_POINTS, FIND_OBJECTS, GET_COUNTER, PUBLISH_MESSAGE};

/// Whose word is followed where the OpenAPI document and the live service differ in what is sent; set
/// with [`ClientBuilder::profile`](crate::ClientBuilder::profile).
///
/// | call | [`Document`](Self::Document) sends | [`Live`](Self::Live) sends |
/// | --- | --- | --- |
/// | [`CachePut::ttl`](crate::CachePut::ttl) | `timeout` in milliseconds | `timeout` in seconds, rounded up |
/// | [`Counters::get`](crate::Counters::get) | `GET /counters/{name}/get` | `GET /counters/{name}` |
/// | [`FindGeoPoints::near`](crate::FindGeoPoints::near) | `radius` | `r` |
/// | [`Publish::push_policy`](crate::Publish::push_policy) | `pushPolicy`: `ONLY`, `ALSO`, `NONE` | `publishPolicy`: `PUSH`, `BOTH`, `PUBSUB` |
/// | [`Find::properties`](crate::Find::properties) | `property` | `props` |
///
/// Answers are read in the same way in both: as leniently as either needs. The `mock` feature and the
/// spans of `tracing` keep the document's paths.
///
/// The sources, and what else differs, are in the repository, in `docs/live-service.md`.
///
/// ```
/// use backendless::{Client, Profile};
///
/// let client = Client::builder("A0F5", "9C41").profile(Profile::Live).build()?;
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// The OpenAPI document's.
    #[default]
    Document,
    /// The service's, as its official SDKs call it.
    Live,
}

/// One difference.
struct Row {
    operation: &'static Operation,
    change: Change,
}

/// What becomes of a request.
enum Change {
    /// The path ends without this.
    PathWithout(&'static str),
    /// A query parameter has another name.
    QueryName(&'static str, &'static str),
    /// The value of a query parameter is another; none where the function cannot read it.
    QueryValue(&'static str, fn(&str) -> Option<String>),
    /// A property of the JSON body has another name, and each of its values too.
    Property {
        names: (&'static str, &'static str),
        values: &'static [(&'static str, &'static str)],
    },
}

/// What the live service is sent in place of the document's.
static LIVE: [Row; 5] = [
    Row {
        operation: &CACHE_PUT,
        change: Change::QueryValue("timeout", seconds),
    },
    Row {
        operation: &GET_COUNTER,
        change: Change::PathWithout("/get"),
    },
    Row {
        operation: &FIND_GEO_POINTS,
        change: Change::QueryName("radius", "r"),
    },
    Row {
        operation: &PUBLISH_MESSAGE,
        change: Change::Property {
            names: ("pushPolicy", "publishPolicy"),
            values: &[("ONLY", "PUSH"), ("ALSO", "BOTH"), ("NONE", "PUBSUB")],
        },
    },
    Row {
        operation: &FIND_OBJECTS,
        change: Change::QueryName("property", "props"),
    },
];

/// Makes the document's request the live service's. What the table does not speak of stays to the
/// letter.
pub(crate) fn apply(request: &mut Request, operation: &Operation) {
    let rows = LIVE.iter();
    for row in rows.filter(|row| row.operation.id() == operation.id()) {
        match &row.change {
            Change::PathWithout(end) => {
                let path = request.url().path().strip_suffix(end).map(str::to_owned);
                if let Some(path) = path {
                    request.url_mut().set_path(&path);
                }
            }
            Change::QueryName(from, to) => each_parameter(request.url_mut(), from, |value| {
                Some([to, "=", value].concat())
            }),
            Change::QueryValue(name, convert) => each_parameter(request.url_mut(), name, |value| {
                Some([name, "=", convert(value)?.as_str()].concat())
            }),
            Change::Property { names, values } => {
                let body = request.body().and_then(|body| body.as_bytes());
                if let Some(changed) = body.and_then(|body| with_property(body, *names, values)) {
                    *request.body_mut() = Some(changed.into());
                }
            }
        }
    }
}

/// Puts what `change` makes of its value in the place of each query parameter `name`. Values are
/// encoded, before and after; the others are not touched.
fn each_parameter(url: &mut Url, name: &str, change: impl Fn(&str) -> Option<String>) {
    let Some(query) = url.query() else { return };
    let parameters = query.split('&').map(|parameter| {
        let changed = match parameter.split_once('=') {
            Some((given, value)) if given == name => change(value),
            _ => None,
        };
        changed.map_or(Cow::Borrowed(parameter), Cow::Owned)
    });
    let query = parameters.collect::<Vec<_>>().join("&");
    url.set_query(Some(&query));
}

/// The JSON object `body` with a property under another name and with another value; none if it has
/// no such property, or a value that is not known. All other values keep their very text.
fn with_property(body: &[u8], names: (&str, &str), values: &[(&str, &str)]) -> Option<Vec<u8>> {
    let mut properties: BTreeMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    let given: &str = serde_json::from_str(properties.remove(names.0)?.get()).ok()?;
    let (_, value) = values.iter().find(|(from, _)| *from == given)?;
    let value = to_raw_value(value).ok()?;
    properties.insert(names.1.to_owned(), &value);
    serde_json::to_vec(&properties).ok()
}

/// Milliseconds in whole seconds, rounded up: nothing lives shorter than was asked for, and a
/// fraction of a second does not become none at all.
fn seconds(millis: &str) -> Option<String> {
    let millis: i64 = millis.parse().ok()?;
    let begun = i64::from(millis.rem_euclid(1_000) != 0);
    Some((millis.div_euclid(1_000) + begun).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_up_to_seconds() {
        let seconds = |millis: i64| seconds(&millis.to_string()).unwrap();
        for (millis, told) in [(1, "1"), (1_000, "1"), (1_001, "2"), (7_200_000, "7200")] {
            assert_eq!(seconds(millis), told);
        }
        assert_eq!(seconds(i64::MAX), "9223372036854776");
        assert_eq!(seconds(i64::MIN), "-9223372036854775");
    }

    #[test]
    fn a_property_is_renamed_beside_values_that_keep_their_text() {
        let names = ("pushPolicy", "publishPolicy");
        let renamed = |body: &str| {
            let changed = with_property(body.as_bytes(), names, &[("ONLY", "PUSH")])?;
            Some(String::from_utf8(changed).unwrap())
        };
        let number = "340282366920938463463374607431768211456.10";
        assert_eq!(
            renamed(&format!(r#"{{"message": {number}, "pushPolicy":"ONLY"}}"#)),
            Some(format!(r#"{{"message":{number},"publishPolicy":"PUSH"}}"#))
        );
        for other in [
            r#"{"message":{"pushPolicy":"ONLY"}}"#,
            r#"{"pushPolicy":"LATER"}"#,
            r#"{"pushPolicy":1}"#,
            r#"["pushPolicy","ONLY"]"#,
            "no JSON",
        ] {
            assert_eq!(renamed(other), None, "{other}");
        }
    }
}
