//! The specification as a tree of values with their positions in the source files.
//!
//! Every error of the generator contains a place in `openapi.yaml` or in an overlay. `serde_json::Value` has no places,
//! and does not preserve the order of keys.

mod cursor;
mod node;
mod yaml;

pub(crate) use cursor::At;
pub(crate) use node::{Data, Node, Place, Pointer};

use std::collections::BTreeSet;

use crate::Error;

/// A parsed document, and the names of the files that its nodes come from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The document itself first; then the overlays that were merged into it. [`Place::file`] is an index into this list.
    files: Vec<String>,
    root: Node,
    /// What is generated in another way than the document expresses it, each with its place.
    notes: Vec<String>,
    /// The operations whose idempotency an overlay reviewed.
    reviewed: BTreeSet<Pointer>,
}

impl Document {
    /// Parses YAML, which includes JSON.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let root = yaml::parse(name, 0, text)?;
        Ok(Self {
            files: vec![name.to_owned()],
            root,
            notes: Vec::new(),
            reviewed: BTreeSet::new(),
        })
    }

    /// Parses another file. Its nodes keep their places when they are moved into this document.
    pub(crate) fn parse_beside(&mut self, name: &str, text: &str) -> Result<Self, Error> {
        let root = yaml::parse(name, self.files.len(), text)?;
        self.files.push(name.to_owned());
        Ok(Self {
            files: self.files.clone(),
            root,
            notes: Vec::new(),
            reviewed: BTreeSet::new(),
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
        let keys: Vec<&str> = pointer.keys().collect();
        self.root().below(&keys)
    }

    /// The components of a section with their names, in document order.
    pub(crate) fn components(&self, section: &str) -> Vec<(&str, At<'_>)> {
        let section = self.root().below(&["components", section]);
        section.map(|at| at.entries()).unwrap_or_default()
    }

    /// Returns the node at `pointer` for changes, if it exists.
    pub(crate) fn node_mut(&mut self, pointer: &Pointer) -> Option<&mut Node> {
        self.root.below_mut(pointer.keys())
    }

    /// Returns the node at `pointer`. Each `$ref` on the path to it is followed; one at its end is not.
    pub(crate) fn follow(&self, pointer: &Pointer) -> Option<At<'_>> {
        /// More references on one path are a circle.
        const MAX_REFERENCES: usize = 50;
        self.follow_within(pointer, &mut { MAX_REFERENCES })
    }

    fn follow_within(&self, pointer: &Pointer, remaining: &mut usize) -> Option<At<'_>> {
        let mut at = self.root();
        for key in pointer.keys() {
            while at.child(key).is_none() {
                *remaining = remaining.checked_sub(1)?;
                let target = Pointer::of_reference(at.str("$ref")?)?;
                at = self.follow_within(&target, remaining)?;
            }
            at = at.child(key)?;
        }
        Some(at)
    }

    /// Adds a note about the node at `pointer`. `help` describes what would avoid it.
    pub(crate) fn note(&mut self, pointer: &Pointer, problem: &str, help: &str) {
        let note = self.error_near(pointer, problem.to_owned(), help);
        self.notes.push(note.to_string());
    }

    /// The problem of an error without its help, and without its place if that is the node at `pointer`.
    pub(crate) fn problem_at(&self, pointer: &Pointer, error: &Error) -> String {
        let text = error.to_string();
        let problem = text.lines().next().unwrap_or_default();
        let own = self
            .at(pointer)
            .map(|at| format!("{}: {pointer}: ", at.place()));
        let own = own.and_then(|own| problem.strip_prefix(&own));
        own.unwrap_or(problem).to_owned()
    }

    /// Adds a note about a place.
    pub(crate) fn note_at(&mut self, place: Place, problem: &str, help: &str) {
        let note = Error::at(&self.position(place), "", problem, help);
        self.notes.push(note.to_string());
    }

    /// What is generated in another way than the document expresses it: `openapi.yaml:3:7: ..`, and a line with help.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Marks operations as reviewed by an overlay. The idempotency that another operation has is no review.
    pub(crate) fn add_reviews(&mut self, operations: Vec<Pointer>) {
        self.reviewed.extend(operations);
    }

    /// Forgets the reviews at, below and around a node that is removed.
    pub(crate) fn forget_reviews(&mut self, removed: &Pointer) {
        self.reviewed
            .retain(|one| !one.is_below(removed) && !removed.is_below(one));
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
