//! A node together with the way to it, so that whatever is found wrong can be named.

use super::{Data, Document, Node, Pointer};
use crate::Error;

/// The component sections a `$ref` of this generator may point into.
const SECTIONS: [&str; 4] = ["parameters", "requestBodies", "responses", "schemas"];

/// A place in a document. Cheap enough: a specification has a few thousand nodes.
#[derive(Clone, Debug)]
pub(crate) struct At<'d> {
    document: &'d Document,
    node: &'d Node,
    pointer: Pointer,
}

impl<'d> At<'d> {
    pub(super) fn new(document: &'d Document, node: &'d Node, pointer: Pointer) -> Self {
        Self {
            document,
            node,
            pointer,
        }
    }

    pub(crate) fn node(&self) -> &'d Node {
        self.node
    }

    pub(crate) fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// The child under a key or an index.
    pub(crate) fn child(&self, key: &str) -> Option<Self> {
        let node = match &self.node.data {
            Data::Mapping(entries) => entries.get(key)?,
            Data::Sequence(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        Some(Self::new(self.document, node, self.pointer.join(key)))
    }

    /// What stands below this one on the way of these keys.
    pub(crate) fn below(&self, keys: &[&str]) -> Option<Self> {
        let mut at = self.clone();
        for key in keys {
            at = at.child(key)?;
        }
        Some(at)
    }

    /// The children of a mapping with their keys; none for any other node.
    pub(crate) fn entries(&self) -> Vec<(&'d str, Self)> {
        let keys = self
            .node
            .mapping()
            .into_iter()
            .flat_map(|entries| entries.keys());
        keys.filter_map(|key| Some((key.as_str(), self.child(key)?)))
            .collect()
    }

    /// The children of a sequence; none for any other node.
    pub(crate) fn items(&self) -> Vec<Self> {
        let length = self.node.sequence().map_or(0, <[Node]>::len);
        (0..length)
            .filter_map(|index| self.child(&index.to_string()))
            .collect()
    }

    pub(crate) fn str(&self, key: &str) -> Option<&'d str> {
        self.node.get(key)?.str()
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        self.node.get(key)?.bool()
    }

    /// Follows `$ref` until something stands there itself.
    ///
    /// `section` is where such a reference must point (`schemas`, `parameters`, ...).
    pub(crate) fn resolved(&self, section: &str) -> Result<Self, Error> {
        let mut at = self.clone();
        let mut seen = Vec::new();
        while let Some(reference) = at.child("$ref") {
            if seen.contains(&at.pointer) {
                let way: Vec<String> = seen.iter().map(Pointer::to_string).collect();
                return Err(self.error(
                    format!(
                        "the $ref goes round in a circle: {} -> {}",
                        way.join(" -> "),
                        at.pointer
                    ),
                    "a $ref that ends at a definition",
                ));
            }
            seen.push(at.pointer.clone());
            at = reference.target(section)?;
        }
        Ok(at)
    }

    /// Where the text of this `$ref` leads.
    fn target(&self, section: &str) -> Result<Self, Error> {
        let known = || {
            let names = Pointer::of(["components", section]);
            let names = self
                .document
                .at(&names)
                .map(|at| at.entries())
                .unwrap_or_default();
            let names: Vec<String> = names
                .iter()
                .map(|(name, _)| format!("#/components/{section}/{name}"))
                .collect();
            match names.is_empty() {
                true => format!("no $ref: there is nothing under #/components/{section}"),
                false => format!("one of {}", names.join(", ")),
            }
        };
        let Some(text) = self.node.str() else {
            return Err(self.error(
                format!("a $ref is a text, not {}", self.node.summary()),
                &known(),
            ));
        };
        let name = text
            .strip_prefix("#/components/")
            .and_then(|rest| rest.split_once('/'))
            .filter(|(found, _)| *found == section && SECTIONS.contains(found))
            .map(|(_, name)| name);
        name.and_then(|name| {
            self.document
                .at(&Pointer::of(["components", section, name]))
        })
        .ok_or_else(|| self.error(format!("$ref `{text}` leads nowhere"), &known()))
    }

    /// An error about this place: what is wrong, and what would be valid.
    pub(crate) fn error(&self, what: impl Into<String>, valid: &str) -> Error {
        Error::at(
            self.document.name(),
            self.node.place,
            &self.pointer,
            what.into(),
            valid,
        )
    }

    /// `openapi.yaml:3:7`, for a message about another place.
    pub(crate) fn place(&self) -> String {
        let place = self.node.place;
        format!("{}:{}:{}", self.document.name(), place.line, place.column)
    }
}
