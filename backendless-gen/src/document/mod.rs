//! The specification as a tree of values with their positions in the source files.
//!
//! Every error of the generator contains a place in `openapi.yaml` or in an overlay. `serde_json::Value` has no places,
//! and does not preserve the order of keys.

mod cursor;
mod node;
mod yaml;

pub(crate) use cursor::At;
pub(crate) use node::{Data, Node, Place, Pointer};

use crate::Error;

/// A parsed document, and the names of the files that its nodes come from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The document itself first; then the overlays that were merged into it. [`Place::file`] is an index into this list.
    files: Vec<String>,
    root: Node,
}

impl Document {
    /// Parses YAML, which includes JSON.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let root = yaml::parse(name, 0, text)?;
        Ok(Self {
            files: vec![name.to_owned()],
            root,
        })
    }

    /// Parses another file. Its nodes keep their places when they are moved into this document.
    pub(crate) fn parse_beside(&mut self, name: &str, text: &str) -> Result<Self, Error> {
        let root = yaml::parse(name, self.files.len(), text)?;
        self.files.push(name.to_owned());
        Ok(Self {
            files: self.files.clone(),
            root,
        })
    }

    /// Formats a place as `openapi.yaml:3:7`.
    pub(crate) fn position(&self, place: Place) -> String {
        let file = self.files.get(place.file).map_or("", String::as_str);
        format!("{file}:{}:{}", place.line, place.column)
    }

    pub(crate) fn root(&self) -> At<'_> {
        At::new(self, &self.root, Pointer::default())
    }

    /// Returns the node at `pointer`, if it exists.
    pub(crate) fn at(&self, pointer: &Pointer) -> Option<At<'_>> {
        let mut at = self.root();
        for key in pointer.keys() {
            at = at.child(key)?;
        }
        Some(at)
    }

    /// Returns the node at `pointer` for changes, if it exists.
    pub(crate) fn node_mut(&mut self, pointer: &Pointer) -> Option<&mut Node> {
        let mut node = &mut self.root;
        for key in pointer.keys() {
            node = match &mut node.data {
                Data::Mapping(entries) => entries.get_mut(key)?,
                Data::Sequence(items) => items.get_mut(key.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// Creates an error at the last node on the path to `pointer` that exists.
    pub(crate) fn error_near(&self, pointer: &Pointer, problem: String, help: &str) -> Error {
        let mut at = self.root();
        for key in pointer.keys() {
            match at.child(key) {
                Some(child) => at = child,
                None => break,
            }
        }
        at.error(problem, help)
    }
}
