//! Parses YAML into nodes.

use std::borrow::Cow;

use indexmap::IndexMap;
use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use serde_json::Number;

use super::{Data, Node, Place, Pointer};
use crate::{Error, stack};

const HELP: &str = "one YAML 1.2 document whose keys are strings, each key once per mapping";

/// The key whose value, a mapping or a list of mappings, is merged into the mapping around it. Its own keys have priority.
const MERGE: &str = "<<";

/// The maximum depth of nested mappings and lists. Real documents have less than 40 levels.
const MAX_DEPTH: usize = 100;

/// Parses the text of one file. `file` is its index among the files of the document.
///
/// saphyr recurses into nested values, and would overflow a normal stack before their depth is known.
pub(super) fn parse(name: &str, file: usize, text: &str) -> Result<Node, Error> {
    let result = stack::try_run(|| load(name, file, text));
    result.unwrap_or_else(|_| Err(Error::new(format!("{name}: the YAML parser failed"))))
}

fn load(name: &str, file: usize, text: &str) -> Result<Node, Error> {
    let reader = Reader { name, file };
    let text = &with_whole_characters(text);
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let place = reader.place(error.marker());
        let problem = match error.info() {
            "duplicated key in mapping" => duplicate_key(&key_at(text, place)),
            info => format!("invalid YAML: {info}"),
        };
        reader.error(place, &Pointer::default(), &problem)
    })?;
    let [document] = documents.as_slice() else {
        let start = Place {
            file,
            line: 1,
            column: 1,
        };
        let problem = format!("{} YAML documents in one file", documents.len());
        return Err(reader.error(start, &Pointer::default(), &problem));
    };
    reader.node(
        document,
        &Pointer::default(),
        reader.place(&document.span.start),
    )
}

/// Replaces the pairs of escapes that JSON has for characters such as emoji, `\ud83d\ude00`, by the escape of YAML.
///
/// Only JSON contains them: YAML rejects them in a quoted text, and no other text has escapes.
fn with_whole_characters(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('{') || !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        let (before, escape) = rest.split_at(start);
        out.push_str(before);
        let length = match surrogates(escape) {
            Some(c) => {
                out.push_str(&format!("\\U{:08x}", u32::from(c)));
                PAIR
            }
            None => {
                // The escaped character, which may be a backslash.
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                out.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of a pair of escapes.
const PAIR: usize = 12;

/// The character of a pair of escapes at the start of a text.
fn surrogates(text: &str) -> Option<char> {
    let (high, low) = (text.get(..PAIR / 2)?, text.get(PAIR / 2..PAIR)?);
    let unit = |escape: &str| u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok();
    let units = [unit(high)?, unit(low)?];
    let is_high = (0xd800..0xdc00).contains(&units[0]);
    char::decode_utf16(units).next()?.ok().filter(|_| is_high)
}

fn duplicate_key(key: &str) -> String {
    format!("duplicate key `{key}` in a mapping")
}

/// The key at a place, as it is written in the source.
fn key_at(text: &str, place: Place) -> String {
    let line = text
        .lines()
        .nth(place.line.saturating_sub(1))
        .unwrap_or_default();
    let rest: String = line.chars().skip(place.column.saturating_sub(1)).collect();
    let key = rest.split_once(": ").map_or(rest.as_str(), |(key, _)| key);
    key.trim_end().trim_end_matches(':').to_owned()
}

/// Converts the values of one file to nodes.
struct Reader<'n> {
    name: &'n str,
    file: usize,
}

impl Reader<'_> {
    fn place(&self, marker: &Marker) -> Place {
        Place {
            file: self.file,
            line: marker.line(),
            column: marker.col() + 1,
        }
    }

    fn error(&self, place: Place, pointer: &Pointer, problem: &str) -> Error {
        let place = format!("{}:{}:{}", self.name, place.line, place.column);
        Error::at(&place, &pointer.to_string(), problem, HELP)
    }

    /// Converts a value to a node. `key_place` is the place of its key, which a mapping, a sequence or null gets as its place.
    fn node(
        &self,
        yaml: &MarkedYaml<'_>,
        pointer: &Pointer,
        key_place: Place,
    ) -> Result<Node, Error> {
        let own_place = self.place(&yaml.span.start);
        let fail = |problem: &str| self.error(own_place, pointer, problem);
        if pointer.keys().count() > MAX_DEPTH {
            let problem = format!("more than {MAX_DEPTH} nested mappings and lists");
            return Err(self.error(own_place, &Pointer::default(), &problem));
        }
        let (place, data) = match &yaml.data {
            YamlData::Value(value) => {
                let place = match value {
                    Scalar::Null => key_place,
                    _ => own_place,
                };
                let data =
                    scalar(value).ok_or_else(|| fail("a number that JSON cannot represent"))?;
                if let Data::String(text) = &data {
                    check_direction(text).map_err(|problem| fail(&problem))?;
                }
                (place, data)
            }
            YamlData::Sequence(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    let place = self.place(&item.span.start);
                    self.node(item, &pointer.join(&index.to_string()), place)
                });
                (key_place, Data::Sequence(items.collect::<Result<_, _>>()?))
            }
            YamlData::Mapping(entries) => {
                let mapping = self.mapping(entries.iter(), pointer, own_place)?;
                (key_place, Data::Mapping(mapping))
            }
            YamlData::Tagged(tag, _) => return Err(fail(&format!("a value with the tag {tag}"))),
            YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
                return Err(fail("a value that YAML does not allow here"));
            }
        };
        Ok(Node { place, data })
    }

    /// Converts the entries of the mapping at `place`, and adds those of merge keys.
    fn mapping<'y, 'i: 'y>(
        &self,
        entries: impl Iterator<Item = (&'y MarkedYaml<'i>, &'y MarkedYaml<'i>)>,
        pointer: &Pointer,
        place: Place,
    ) -> Result<IndexMap<String, Node>, Error> {
        let mut mapping = IndexMap::new();
        let mut merged = Vec::new();
        for (yaml_key, value) in entries {
            let no_string = || self.error(place, pointer, "a key that is not a string");
            let key = key(yaml_key).ok_or_else(no_string)?;
            let place = self.place(&yaml_key.span.start);
            check_direction(&key).map_err(|problem| self.error(place, pointer, &problem))?;
            let pointer = pointer.join(&key);
            let child = self.node(value, &pointer, place)?;
            if key == MERGE {
                let problem = "a merge key whose value is not a mapping or a list of mappings";
                let parts = parts(child).ok_or_else(|| self.error(place, &pointer, problem))?;
                merged.extend(parts);
            } else if mapping.insert(key.clone(), child).is_some() {
                return Err(self.error(place, &pointer, &duplicate_key(&key)));
            }
        }
        for (key, value) in merged {
            mapping.entry(key).or_insert(value);
        }
        Ok(mapping)
    }
}

/// The entries that a merge key adds, those of the first mapping first: they have priority.
fn parts(value: Node) -> Option<Vec<(String, Node)>> {
    match value.data {
        Data::Mapping(entries) => Some(entries.into_iter().collect()),
        Data::Sequence(items) => {
            let parts: Option<Vec<_>> = items.into_iter().map(parts).collect();
            parts.map(|parts| parts.concat())
        }
        _ => None,
    }
}

/// Rejects characters that change the direction of text: code that contains them is displayed in another order than it is
/// compiled, and rustc rejects it.
fn check_direction(text: &str) -> Result<(), String> {
    let is_control = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.chars().find(is_control) {
        Some(c) => Err(format!(
            "the bidirectional control character U+{:04X}",
            u32::from(c)
        )),
        None => Ok(()),
    }
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

/// Converts a key to a string. Integers and booleans are accepted, because an unquoted status (`200:`) is common.
fn key(yaml: &MarkedYaml<'_>) -> Option<String> {
    match &yaml.data {
        YamlData::Value(Scalar::String(value)) => Some(value.clone().into_owned()),
        YamlData::Value(Scalar::Integer(value)) => Some(value.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::with_whole_characters;

    #[test]
    fn pairs_of_escapes_become_one_character() {
        let texts = [
            (r#"{"a": "\ud83d\ude00!"}"#, r#"{"a": "\U0001f600!"}"#),
            (r#"{"a": "\\ud83d\\ude00"}"#, r#"{"a": "\\ud83d\\ude00"}"#),
            (r#"{"a": "\u00e9\ud83d"}"#, r#"{"a": "\u00e9\ud83d"}"#),
            // A character of several bytes across the middle of the twelve bytes.
            (
                r#"{"a": "\nabc–abcd\u003c"}"#,
                r#"{"a": "\nabc–abcd\u003c"}"#,
            ),
            (r#"a: '\ud83d\ude00'"#, r#"a: '\ud83d\ude00'"#),
        ];
        for (text, expected) in texts {
            assert_eq!(with_whole_characters(text), expected);
        }
    }
}
