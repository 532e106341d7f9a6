//! A node together with its path in the document, so that an error can contain its place.

use super::{Data, Document, Node, Pointer};
use crate::Error;

/// The component sections that a `$ref` can refer to.
const SECTIONS: [&str; 5] = [
    "parameters",
    "pathItems",
    "requestBodies",
    "responses",
    "schemas",
];

/// A node of a document, and the path to it. Cloning copies the path.
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

    /// Returns a cursor to `node` with the path of this node, which errors about it contain.
    pub(crate) fn with_node(&self, node: &'d Node) -> Self {
        Self::new(self.document, node, self.pointer.clone())
    }

    pub(crate) fn node(&self) -> &'d Node {
        self.node
    }

    pub(crate) fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Returns the child with this key or index.
    pub(crate) fn child(&self, key: &str) -> Option<Self> {
        let node = match &self.node.data {
            Data::Mapping(entries) => entries.get(key)?,
            Data::Sequence(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        Some(Self::new(self.document, node, self.pointer.join(key)))
    }

    /// Returns the descendant at this path.
    pub(crate) fn below<K: AsRef<str>>(&self, keys: &[K]) -> Option<Self> {
        let mut at = self.clone();
        for key in keys {
            at = at.child(key.as_ref())?;
        }
        Some(at)
    }

    /// Returns the children of a mapping with their keys. Empty for any other node.
    pub(crate) fn entries(&self) -> Vec<(&'d str, Self)> {
        let keys = self
            .node
            .mapping()
            .into_iter()
            .flat_map(|entries| entries.keys());
        keys.filter_map(|key| Some((key.as_str(), self.child(key)?)))
            .collect()
    }

    /// Returns the children of a sequence. Empty for any other node.
    pub(crate) fn items(&self) -> Vec<Self> {
        let length = self.node.sequence().map_or(0, <[Node]>::len);
        (0..length)
            .filter_map(|index| self.child(&index.to_string()))
            .collect()
    }

    /// Returns the children of the mapping `key`. Empty if there is none.
    pub(crate) fn entries_of(&self, key: &str) -> Vec<(&'d str, Self)> {
        self.child(key).map(|at| at.entries()).unwrap_or_default()
    }

    /// Returns the children of the sequence `key`. Empty if there is none.
    pub(crate) fn items_of(&self, key: &str) -> Vec<Self> {
        self.child(key).map(|at| at.items()).unwrap_or_default()
    }

    pub(crate) fn str(&self, key: &str) -> Option<&'d str> {
        self.node.get(key)?.str()
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        self.node.get(key)?.bool()
    }

    /// Follows `$ref` to the definition. Returns the node itself if it has none.
    ///
    /// `section` is the section of the components that the reference must refer to (`schemas`, `parameters`, ...).
    pub(crate) fn resolved(&self, section: &str) -> Result<Self, Error> {
        let mut at = self.clone();
        let mut seen = Vec::new();
        while let Some(reference) = at.child("$ref") {
            if seen.contains(&at.pointer) {
                let path: Vec<String> = seen.iter().map(Pointer::to_string).collect();
                return Err(self.error(
                    format!(
                        "the $ref is circular: {} -> {}",
                        path.join(" -> "),
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

    /// Follows `$ref` by one step. Nothing if the node has none.
    pub(crate) fn referenced(&self, section: &str) -> Result<Option<Self>, Error> {
        let reference = self.child("$ref");
        reference.map(|at| at.target(section)).transpose()
    }

    /// Returns the node that this `$ref` refers to.
    fn target(&self, section: &str) -> Result<Self, Error> {
        let help = || {
            let names = self.document.components(section);
            let names: Vec<String> = names
                .iter()
                .map(|(name, _)| format!("#/components/{section}/{name}"))
                .collect();
            match names.is_empty() {
                true => format!("no $ref: #/components/{section} is empty"),
                false => format!("one of {}", names.join(", ")),
            }
        };
        let Some(text) = self.node.str() else {
            return Err(self.error(
                format!("a $ref must be a string, not {}", self.node.summary()),
                &help(),
            ));
        };
        if !text.starts_with('#') {
            let problem = format!("the $ref `{text}` refers to another file, which is not read");
            let help = "a $ref into this document; a tool such as `redocly bundle` creates one document of several files";
            return Err(self.error(problem, help));
        }
        let fits = |pointer: &Pointer| {
            let keys: Vec<&str> = pointer.keys().collect();
            match keys.as_slice() {
                ["components", found, _] => *found == section && SECTIONS.contains(found),
                [_, _, ..] => true,
                _ => false,
            }
        };
        Pointer::of_reference(text)
            .filter(fits)
            .and_then(|pointer| self.document.follow(&pointer))
            // A component of another type is rejected where it is declared.
            .filter(|at| at.pointer.keys().count() == 3 || at.node.mapping().is_some())
            .ok_or_else(|| self.error(format!("the $ref `{text}` cannot be resolved"), &help()))
    }

    /// Follows the `$ref` of this node once, to any place of the document.
    pub(crate) fn resolved_once(&self) -> Option<Self> {
        let text = self.child("$ref")?.node.str()?;
        self.document.follow(&Pointer::of_reference(text)?)
    }

    /// Creates an error about this node. `help` describes what would be valid.
    pub(crate) fn error(&self, problem: impl Into<String>, help: &str) -> Error {
        Error::at(
            &self.place(),
            &self.pointer.to_string(),
            &problem.into(),
            help,
        )
    }

    /// Returns the position of the node in its file, such as `openapi.yaml:3:7`.
    pub(crate) fn place(&self) -> String {
        self.document.position(self.node.place)
    }

    /// Whether the node is an operation whose idempotency an overlay reviewed.
    pub(crate) fn is_reviewed(&self) -> bool {
        self.document.reviewed.contains(&self.pointer)
    }

    /// Whether the node was added by an overlay.
    pub(crate) fn is_from_overlay(&self) -> bool {
        self.node.place.file > 0
    }
}
