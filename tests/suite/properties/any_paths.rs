//! Paths that a caller writes, with any text in them and in the values of their placeholders.

use backendless::{Method, operations};
use backendless_tests::{API_KEY, APP_ID};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::parsed::segments;
use super::text::{any_text, is_ordinary, ordinary};
use super::{Fixture, fail, for_all};

/// Texts that are a valid part of a path.
const VALID: [&str; 8] = [
    "data",
    "a.b",
    "a%20b",
    "%C3%BC",
    "x:y@z",
    "~!$&'()*+,;=",
    "...",
    "%252e",
];

/// Part of a path, between slashes.
#[derive(Clone, Debug)]
enum Part {
    /// Text of the path itself.
    Text(String),
    /// `{name}` with its value.
    Segment(String),
    /// `{name*}` with its value.
    Path(String),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        3 => select(&VALID[..]).prop_map(|text| Part::Text(text.to_owned())),
        1 => any_text().prop_map(Part::Text),
        1 => any_text().prop_map(Part::Segment),
        1 => ordinary().prop_map(Part::Segment),
        1 => any_text().prop_map(Part::Path),
        1 => ordinary().prop_map(Part::Path),
    ]
}

impl Part {
    fn template(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Segment(_) => "{name}",
            Self::Path(_) => "{name*}",
        }
    }

    fn value(&self) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Segment(value) | Self::Path(value) => Some(value),
        }
    }

    /// The segments that a server must receive: the encoded text, or the decoded value.
    fn expected(&self) -> Vec<(&str, bool)> {
        match self {
            Self::Text(text) => text.split('/').map(|text| (text, true)).collect(),
            Self::Segment(value) => vec![(value, false)],
            Self::Path(value) => value.split('/').map(|text| (text, false)).collect(),
        }
    }

    fn is_valid(&self) -> bool {
        match self {
            Self::Text(text) => VALID.contains(&text.as_str()),
            Self::Segment(value) | Self::Path(value) => is_ordinary(value) && !has_name(value),
        }
    }
}

/// Whether a segment of `value` is one of a documented path, so that it may select an operation, which is rejected.
fn has_name(value: &str) -> bool {
    let names = operations::ALL
        .iter()
        .flat_map(|known| known.path().split('/'));
    names
        .filter(|name| !name.is_empty())
        .any(|name| value.split('/').any(|part| part == name))
}

#[test]
fn any_path_arrives_unchanged_below_the_app_path_or_is_rejected() {
    let fixture = Fixture::new();
    let client = fixture.sink.client();
    for_all(4_000, vec(part(), 1..5), |parts| {
        let template: Vec<&str> = parts.iter().map(Part::template).collect();
        let template = format!("/{}", template.join("/"));
        let request = client.request(Method::DELETE, template.as_str());
        let values = parts.iter().filter_map(Part::value);
        let request = values.fold(request, |request, value| request.segment(value));
        let Some(received) = fixture.send(request.into_future())? else {
            return match parts.iter().all(Part::is_valid) {
                true => fail(format!("{template} is rejected")),
                false => Ok(()),
            };
        };
        prop_assert_eq!(&received.method, "DELETE");
        let decoded = segments(&received)?;
        let encoded: Vec<&str> = received.target.split('/').skip(1).collect();
        let expected = parts.iter().flat_map(Part::expected);
        let expected: Vec<_> = [(APP_ID, true), (API_KEY, true)]
            .into_iter()
            .chain(expected)
            .collect();
        prop_assert_eq!(encoded.len(), expected.len());
        for ((encoded, decoded), (text, is_encoded)) in encoded.iter().zip(&decoded).zip(expected) {
            let found = if is_encoded {
                encoded
            } else {
                decoded.as_str()
            };
            prop_assert_eq!(found, text);
            prop_assert!(!matches!(decoded.as_str(), "." | ".."));
            prop_assert!(!decoded.contains(['\\', '\0', '\r', '\n']));
        }
        Ok(())
    });
}
