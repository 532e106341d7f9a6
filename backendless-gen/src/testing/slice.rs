//! Specifications reduced to some of their operations.

use std::collections::BTreeSet;

use super::files;
use crate::document::{Data, Document, Node, Pointer};
use crate::error::Error;
use crate::generate::{GeneratedFile, merged_document, model};
use crate::inline::{METHODS, operations, path_items};
use crate::render::Header;
use crate::source::Source;

/// A specification whose operations can be generated without the others.
#[derive(Debug)]
pub struct Slices {
    document: Document,
    header: Header,
    operations: Vec<Pointer>,
}

impl Slices {
    /// Parses a specification. `lock` is the text of Cargo.lock.
    ///
    /// # Errors
    ///
    /// If the specification cannot be parsed, or an overlay does not apply.
    pub fn parse(source: &Source, lock: &str) -> Result<Self, Error> {
        let document = merged_document(source)?;
        let items = path_items(&document);
        let found = items.iter().flat_map(operations);
        let found = found.map(|(_, at)| at.pointer().clone()).collect();
        Ok(Self {
            header: Header::new(source, lock)?,
            operations: found,
            document,
        })
    }

    /// Returns the JSON pointers of all operations, in the order of the specification.
    pub fn operations(&self) -> Vec<String> {
        self.operations.iter().map(Pointer::to_string).collect()
    }

    /// Checks the complete specification, without generating code.
    ///
    /// # Errors
    ///
    /// See [`generate`](crate::generate).
    pub fn check(&self) -> Result<(), Error> {
        model(&self.document).map(|_| ())
    }

    /// Generates all files of some operations, given as indices, and the components that they use. Places in errors are
    /// those in the complete specification.
    ///
    /// # Errors
    ///
    /// See [`generate`](crate::generate).
    pub fn generate(&self, operations: &[usize]) -> Result<Vec<GeneratedFile>, Error> {
        files(&self.slice(operations), &self.header)
    }

    fn slice(&self, operations: &[usize]) -> Document {
        let kept: BTreeSet<&Pointer> = operations
            .iter()
            .filter_map(|index| self.operations.get(*index))
            .collect();
        let mut slice = self.document.clone();
        if let Some(Data::Mapping(items)) = node(&mut slice, &["paths"]) {
            items.retain(|path, item| retain_operations(path, item, &kept));
        }
        let used = self.used_components(&slice);
        if let Some(Data::Mapping(sections)) = node(&mut slice, &["components"]) {
            for (section, components) in sections.iter_mut() {
                if let Some(components) = components.mapping_mut() {
                    components.retain(|name, _| {
                        section == "securitySchemes"
                            || used.contains(&(section.clone(), name.clone()))
                    });
                }
            }
        }
        slice
    }

    /// The sections and names of the components that the paths of `slice` use, directly or through others.
    fn used_components(&self, slice: &Document) -> BTreeSet<(String, String)> {
        let mut used = BTreeSet::new();
        let mut pending: Vec<&Node> = Vec::new();
        let paths = slice.at(&Pointer::of(["paths"]));
        pending.extend(paths.iter().map(|paths| paths.node()));
        while let Some(node) = pending.pop() {
            match &node.data {
                Data::Mapping(entries) => pending.extend(entries.values()),
                Data::Sequence(items) => pending.extend(items),
                Data::String(text) => {
                    let name = text.strip_prefix("#/components/");
                    let Some((section, name)) = name.and_then(|rest| rest.split_once('/')) else {
                        continue;
                    };
                    let name = name.split('/').next().unwrap_or_default();
                    if used.insert((section.to_owned(), name.to_owned())) {
                        let component = Pointer::of(["components", section, name]);
                        let component = self.document.at(&component);
                        pending.extend(component.iter().map(|at| at.node()));
                    }
                }
                _ => {}
            }
        }
        used
    }
}

/// Removes the operations of a path item that are not in `kept`. Returns whether any is left.
fn retain_operations(path: &str, item: &mut Node, kept: &BTreeSet<&Pointer>) -> bool {
    let pointer = Pointer::of(["paths", path]);
    let mut is_used = false;
    if let Some(entries) = item.mapping_mut() {
        entries.retain(|key, _| {
            let is_operation = METHODS.contains(&key.as_str());
            let is_kept = kept.contains(&pointer.join(key));
            is_used |= is_kept;
            is_kept || !is_operation
        });
    }
    is_used
}

fn node<'d>(document: &'d mut Document, keys: &[&str]) -> Option<&'d mut Data> {
    let mut pointer = Pointer::default();
    for key in keys {
        pointer = pointer.join(key);
    }
    document.node_mut(&pointer).map(|node| &mut node.data)
}
