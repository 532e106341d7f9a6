//! Values of a document.

use std::fmt;

use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Number, Value};

/// A position in one of the files of a document. Line and column start at 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// 0 for the document itself, greater than 0 for an overlay.
    pub(crate) file: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value and its place in the source.
///
/// The place of a mapping or a sequence is that of its key, which is the line that a reader looks for.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) data: Data,
}

/// A JSON value. Keys keep the order of the source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Sequence(Vec<Node>),
    Mapping(IndexMap<String, Node>),
}

/// Compares nodes by value and ignores their places.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Node {
    /// Creates a node whose descendants all have the same place: that of the node that it replaces.
    pub(crate) fn new(place: Place, value: Value) -> Self {
        let data = match value {
            Value::Null => Data::Null,
            Value::Bool(value) => Data::Bool(value),
            Value::Number(value) => Data::Number(value),
            Value::String(value) => Data::String(value),
            Value::Array(items) => Data::Sequence(
                items
                    .into_iter()
                    .map(|item| Self::new(place, item))
                    .collect(),
            ),
            Value::Object(entries) => Data::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, Self::new(place, value)))
                    .collect(),
            ),
        };
        Self { place, data }
    }

    /// Replaces the value and keeps the place.
    pub(crate) fn replace(&mut self, value: Value) {
        *self = Self::new(self.place, value);
    }

    pub(crate) fn mapping(&self) -> Option<&IndexMap<String, Node>> {
        match &self.data {
            Data::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn mapping_mut(&mut self) -> Option<&mut IndexMap<String, Node>> {
        match &mut self.data {
            Data::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn sequence(&self) -> Option<&[Node]> {
        match &self.data {
            Data::Sequence(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn sequence_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.data {
            Data::Sequence(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.mapping()?.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.mapping_mut()?.get_mut(key)
    }

    /// The descendant that keys and indices lead to, if it exists.
    pub(crate) fn below_mut<K: AsRef<str>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
    ) -> Option<&mut Node> {
        let mut node = self;
        for key in keys {
            let key = key.as_ref();
            node = match &mut node.data {
                Data::Mapping(entries) => entries.get_mut(key)?,
                Data::Sequence(items) => items.get_mut(key.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    pub(crate) fn str(&self) -> Option<&str> {
        match &self.data {
            Data::String(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Sets a key of a mapping. Has no effect on any other node.
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.insert(key, Self::new(self.place, value));
    }

    /// Sets a key of a mapping to a list. Has no effect on any other node.
    pub(crate) fn set_list(&mut self, key: &str, items: Vec<Node>) {
        let data = Data::Sequence(items);
        let place = self.place;
        self.insert(key, Self { place, data });
    }

    /// Sets a key of a mapping to a node, which keeps its place. Has no effect on any other node.
    pub(crate) fn insert(&mut self, key: &str, node: Node) {
        if let Some(entries) = self.mapping_mut() {
            entries.insert(key.to_owned(), node);
        }
    }

    /// Removes a key of a mapping, and returns its value. Preserves the order of the others.
    pub(crate) fn take(&mut self, key: &str) -> Option<Node> {
        self.mapping_mut()?.shift_remove(key)
    }

    /// Sets the place of this node and of all its descendants.
    pub(crate) fn move_to(&mut self, place: Place) {
        self.place = place;
        match &mut self.data {
            Data::Mapping(entries) => entries.values_mut().for_each(|node| node.move_to(place)),
            Data::Sequence(items) => items.iter_mut().for_each(|node| node.move_to(place)),
            _ => {}
        }
    }

    /// Removes a key of a mapping or an item of a sequence, and returns whether it existed. Preserves the order of the others.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        match &mut self.data {
            Data::Mapping(entries) => entries.shift_remove(key).is_some(),
            Data::Sequence(items) => match key.parse::<usize>() {
                Ok(index) if index < items.len() => {
                    items.remove(index);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Appends a sentence to the `description`.
    pub(crate) fn describe(&mut self, sentence: &str) {
        let text = match self.get("description").and_then(Node::str) {
            Some(text) if !text.trim().is_empty() => format!("{} {sentence}", text.trim_end()),
            _ => sentence.to_owned(),
        };
        self.set("description", Value::String(text));
    }

    /// A short form of the value for messages: a scalar in backticks, `a list`, `a mapping` or `nothing` for null.
    pub(crate) fn summary(&self) -> String {
        match &self.data {
            Data::Null => "nothing".to_owned(),
            Data::Bool(value) => format!("`{value}`"),
            Data::Number(value) => format!("`{value}`"),
            Data::String(value) => format!("`{value}`"),
            Data::Sequence(_) => "a list".to_owned(),
            Data::Mapping(_) => "a mapping".to_owned(),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.data {
            Data::Null => serializer.serialize_unit(),
            Data::Bool(value) => serializer.serialize_bool(*value),
            Data::Number(value) => value.serialize(serializer),
            Data::String(value) => serializer.serialize_str(value),
            Data::Sequence(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Data::Mapping(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// The path from the root to a node. `Display` writes it as a JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pointer(Vec<String>);

impl Pointer {
    pub(crate) fn of<const N: usize>(keys: [&str; N]) -> Self {
        Self(keys.iter().map(|key| (*key).to_owned()).collect())
    }

    pub(crate) fn join(&self, key: &str) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.to_owned());
        Self(keys)
    }

    /// The path of the descendant that `keys` lead to.
    pub(crate) fn below(&self, keys: &[String]) -> Self {
        Self([self.0.as_slice(), keys].concat())
    }

    /// Reads the JSON pointer of a `$ref` into this document: `#/paths/~1items/get`. `None` for any other text.
    pub(crate) fn of_reference(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('#')?;
        let decoded = percent_decoded(rest)?;
        if decoded.is_empty() {
            return Some(Self::default());
        }
        let keys = decoded.strip_prefix('/')?.split('/');
        let keys = keys.map(|key| key.replace("~1", "/").replace("~0", "~"));
        Some(Self(keys.collect()))
    }

    /// The path of the parent. The parent of the root is the root.
    pub(crate) fn parent(&self) -> Self {
        let length = self.0.len().saturating_sub(1);
        Self(self.0[..length].to_vec())
    }

    /// Whether this path is `other` or that of a descendant of it.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Decodes `%7B`. `None` if the text is not that of a URI.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let decoded = match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?].map(char::from);
                let digits = digits.map(|digit| digit.to_digit(16));
                u8::try_from(digits[0]? * 16 + digits[1]?).ok()?
            }
            byte => byte,
        };
        bytes.push(decoded);
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in &self.0 {
            write!(f, "/{}", key.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}
