//! From YAML text to nodes.

use indexmap::IndexMap;
use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use serde_json::Number;

use super::{Data, Node, Place, Pointer};
use crate::Error;

const VALID: &str = "one YAML 1.2 document whose keys are texts, each key once";

pub(super) fn parse(name: &str, text: &str) -> Result<Node, Error> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let place = place(error.marker());
        let what = match error.info() {
            "duplicated key in mapping" => twice(&key_at(text, place)),
            info => format!("not YAML: {info}"),
        };
        Error::at(name, place, &Pointer::default(), what, VALID)
    })?;
    let [document] = documents.as_slice() else {
        let what = format!("{} YAML documents in one file", documents.len());
        return Err(Error::at(
            name,
            Place { line: 1, column: 1 },
            &Pointer::default(),
            what,
            VALID,
        ));
    };
    node(
        name,
        document,
        &Pointer::default(),
        place(&document.span.start),
    )
}

fn twice(key: &str) -> String {
    format!("the key `{key}` stands twice in one mapping")
}

/// The key as it is written at a place.
fn key_at(text: &str, place: Place) -> String {
    let line = text
        .lines()
        .nth(place.line.saturating_sub(1))
        .unwrap_or_default();
    let rest: String = line.chars().skip(place.column.saturating_sub(1)).collect();
    let key = rest.split_once(": ").map_or(rest.as_str(), |(key, _)| key);
    key.trim_end().trim_end_matches(':').to_owned()
}

fn place(marker: &Marker) -> Place {
    Place {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// `key_place` is where the key of this value stands: it stands for a collection too.
fn node(
    name: &str,
    yaml: &MarkedYaml<'_>,
    pointer: &Pointer,
    key_place: Place,
) -> Result<Node, Error> {
    let own_place = place(&yaml.span.start);
    let fail = |what: String| Error::at(name, own_place, pointer, what, VALID);
    let (place, data) = match &yaml.data {
        YamlData::Value(scalar) => {
            let place = match scalar {
                Scalar::Null => key_place,
                _ => own_place,
            };
            (
                place,
                self::scalar(scalar)
                    .ok_or_else(|| fail("a number that JSON cannot say".to_owned()))?,
            )
        }
        YamlData::Sequence(items) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let at = self::place(&item.span.start);
                node(name, item, &pointer.join(&index.to_string()), at)
            });
            (key_place, Data::Sequence(items.collect::<Result<_, _>>()?))
        }
        YamlData::Mapping(entries) => {
            let mut mapping = IndexMap::new();
            for (key, value) in entries {
                let at = self::place(&key.span.start);
                let key =
                    self::key(key).ok_or_else(|| fail("a key that is not a text".to_owned()))?;
                let child = node(name, value, &pointer.join(&key), at)?;
                if mapping.insert(key.clone(), child).is_some() {
                    return Err(Error::at(name, at, &pointer.join(&key), twice(&key), VALID));
                }
            }
            (key_place, Data::Mapping(mapping))
        }
        YamlData::Tagged(tag, _) => return Err(fail(format!("a value with the tag {tag}"))),
        YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
            return Err(fail("a value that YAML does not allow here".to_owned()));
        }
    };
    Ok(Node { place, data })
}

fn scalar(scalar: &Scalar<'_>) -> Option<Data> {
    Some(match scalar {
        Scalar::Null => Data::Null,
        Scalar::Boolean(value) => Data::Bool(*value),
        Scalar::Integer(value) => Data::Number(Number::from(*value)),
        Scalar::FloatingPoint(value) => Data::Number(Number::from_f64(value.into_inner())?),
        Scalar::String(value) => Data::String(value.clone().into_owned()),
    })
}

/// Keys of JSON are texts. An unquoted status (`200:`) is meant as one, so numbers and booleans are taken as written.
fn key(yaml: &MarkedYaml<'_>) -> Option<String> {
    match &yaml.data {
        YamlData::Value(Scalar::String(value)) => Some(value.clone().into_owned()),
        YamlData::Value(Scalar::Integer(value)) => Some(value.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}
