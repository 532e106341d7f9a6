//! The specification as a tree that remembers where each of its values stands in the text.
//!
//! Every message of the generator names a place in `openapi.yaml`; `serde_json::Value` cannot do that,
//! and does not keep the order of keys either.

mod cursor;
mod node;
mod yaml;

pub(crate) use cursor::At;
pub(crate) use node::{Data, Node, Place, Pointer};

use crate::Error;

/// A parsed document and the name under which messages speak of it.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    name: String,
    root: Node,
}

impl Document {
    /// Reads YAML (and so JSON too).
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let root = yaml::parse(name, text)?;
        Ok(Self {
            name: name.to_owned(),
            root,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn root(&self) -> At<'_> {
        At::new(self, &self.root, Pointer::default())
    }

    /// The node at `pointer`, or none when there is no such place.
    pub(crate) fn at(&self, pointer: &Pointer) -> Option<At<'_>> {
        let mut at = self.root();
        for key in pointer.keys() {
            at = at.child(key)?;
        }
        Some(at)
    }

    /// The node at `pointer` for a change.
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

    /// An error about the nearest node that exists on the way to `pointer`.
    pub(crate) fn error_near(&self, pointer: &Pointer, what: String, valid: &str) -> Error {
        let mut at = self.root();
        for key in pointer.keys() {
            match at.child(key) {
                Some(child) => at = child,
                None => break,
            }
        }
        at.error(what, valid)
    }
}
