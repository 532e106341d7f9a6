//! What distinguishes the members of a union.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{Data, Node};

/// The extension of a union that lists the test of each member.
pub(crate) const MARKER: &str = "x-union-tests";

/// The values that belong to a member of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Text,
    /// Any integer.
    Integer,
    Number,
    Boolean,
    Array,
    /// Any object.
    Object,
    /// Objects in which a property has one of these values, each as JSON.
    Tag {
        property: String,
        values: BTreeSet<String>,
    },
    /// Objects that have all of these properties.
    Required(BTreeSet<String>),
}

impl Test {
    /// A name for the member, if its test has one.
    pub(super) fn label(&self) -> Option<String> {
        match self {
            Self::Tag { values, .. } => values
                .first()
                .map(|value| value.trim_matches('"').to_owned()),
            Self::Required(names) => names.first().cloned(),
            _ => None,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Text => json!("text"),
            Self::Integer => json!("integer"),
            Self::Number => json!("number"),
            Self::Boolean => json!("boolean"),
            Self::Array => json!("array"),
            Self::Object => json!("object"),
            Self::Tag { property, values } => json!({ "tag": property, "values": values }),
            Self::Required(names) => json!({ "required": names }),
        }
    }

    /// Reads what [`Test::to_json`] wrote.
    pub(crate) fn from_node(node: &Node) -> Option<Self> {
        let texts = |key: &str| {
            let items = node.get(key).and_then(Node::sequence)?;
            let texts = items.iter().map(|item| item.str().map(str::to_owned));
            texts.collect::<Option<BTreeSet<String>>>()
        };
        match &node.data {
            Data::String(text) => match text.as_str() {
                "text" => Some(Self::Text),
                "integer" => Some(Self::Integer),
                "number" => Some(Self::Number),
                "boolean" => Some(Self::Boolean),
                "array" => Some(Self::Array),
                "object" => Some(Self::Object),
                _ => None,
            },
            _ => match node.get("tag").and_then(Node::str) {
                Some(property) => Some(Self::Tag {
                    property: property.to_owned(),
                    values: texts("values")?,
                }),
                None => texts("required").map(Self::Required),
            },
        }
    }
}
