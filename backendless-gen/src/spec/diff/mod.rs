//! Compares two specifications in terms of the Rust API.
//!
//! Each document is compared with its overlays applied, in two steps:
//!
//! 1. `operations`, `parameters`, `bodies`, `security`, `schemas` and `root` compare the documents. A key that none of
//!    them knows is compared by `keys`, so that no difference is lost.
//! 2. `code` compares the generated code, and gives a line the level that the compiler would give it.
//!
//! `retries` lists the retry classes of the operations that differ, `bump` recommends a version, `show` formats all of it.
//!
//! A change is *breaking* if code that compiled and worked may fail after it, whether it uses the SDK, its mock server or
//! its generated functions; *behaviour* if it compiles, but requests or results may differ; *additive* if there is more
//! to use; *textual* if only the documentation changed.

mod bodies;
mod bump;
mod code;
mod keys;
mod operations;
mod parameters;
mod retries;
mod root;
mod schemas;
mod security;
mod show;

use std::collections::BTreeSet;

pub use bump::Bump;
pub use retries::Retries;
use serde::Serialize;

use crate::Error;
use crate::document::{At, Document};
use crate::generate::read_for_comparison;
use crate::model::{Model, Operation};
use crate::source::Source;
use crate::spec::Wrappers;

/// The effect of a change on users of the crate, the most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Code that compiled and worked may fail.
    Breaking,
    /// Code compiles, but its requests or their results may differ.
    Behaviour,
    /// There is more to use.
    Additive,
    /// Only the documentation changed.
    Textual,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The effect on users.
    pub level: Level,
    /// The difference.
    pub what: String,
    /// The consequences, where they are not obvious.
    pub note: Option<String>,
    /// The place in the new specification, or in the old one if it is removed.
    pub place: String,
    /// The affected operations.
    pub operations: BTreeSet<String>,
    /// The handwritten public methods that call those operations.
    pub methods: BTreeSet<String>,
    /// The calls of the generated functions of those operations.
    pub calls: BTreeSet<String>,
    #[serde(skip)]
    subjects: Vec<Subject>,
}

/// The part of an operation or a type that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    /// The name of the argument.
    Parameter(String),
    Body,
    Response,
    /// The name of the property in JSON.
    Property(String),
    /// The name of the field in the constant of the operation.
    Constant(String),
}

/// All differences, the most severe first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The name of the old specification.
    pub old: String,
    /// The name of the new specification.
    pub new: String,
    /// The differences.
    pub changes: Vec<Change>,
    /// Whether requests of each new or changed operation are retried.
    pub retries: Vec<Retries>,
    /// The version that they require.
    pub bump: Bump,
}

impl Diff {
    /// Compares `old` with `new`. Actions of overlays that do not apply to their document are skipped; `version` is that
    /// of the crate.
    ///
    /// # Errors
    ///
    /// If one of them is invalid.
    pub fn of(
        old: &Source,
        new: &Source,
        wrappers: &Wrappers,
        version: &str,
    ) -> Result<Self, Error> {
        let (old_side, new_side) = (Side::read(old)?, Side::read(new)?);
        let mut comparison = Comparison {
            old: &old_side,
            new: &new_side,
            found: Vec::new(),
        };
        operations::compare(&mut comparison)?;
        security::compare(&mut comparison);
        schemas::compare_components(&mut comparison)?;
        root::compare(&mut comparison, old, new);
        code::compare(&mut comparison);
        let changes = comparison.changes(wrappers);
        let worst = changes.first().map(|change| change.level);
        Ok(Self {
            old: old.name.clone(),
            new: new.name.clone(),
            bump: Bump::of(version, worst)?,
            retries: retries::compare(&old_side, &new_side, &changes),
            changes,
        })
    }

    /// Whether any change is breaking.
    pub fn is_breaking(&self) -> bool {
        self.changes
            .iter()
            .any(|change| change.level == Level::Breaking)
    }
}

/// One of the two specifications.
struct Side {
    document: Document,
    model: Model,
}

impl Side {
    fn read(source: &Source) -> Result<Self, Error> {
        let (model, document) = read_for_comparison(source)?;
        Ok(Self { document, model })
    }

    fn operation(&self, id: &str) -> Option<&Operation> {
        self.model
            .operations
            .iter()
            .find(|operation| operation.id == id)
    }
}

struct Comparison<'d> {
    old: &'d Side,
    new: &'d Side,
    found: Vec<Change>,
}

impl Comparison<'_> {
    /// Adds a difference. One that is found twice is listed once.
    fn add(&mut self, change: Change) {
        let mut found = self.found.iter_mut();
        match found.find(|other| (other.level, &other.what) == (change.level, &change.what)) {
            Some(other) => {
                other.operations.extend(change.operations);
                other.subjects.extend(change.subjects);
            }
            None => self.found.push(change),
        }
    }

    /// The differences with the methods that they affect, sorted by severity.
    fn changes(self, wrappers: &Wrappers) -> Vec<Change> {
        let mut changes = self.found;
        for change in &mut changes {
            for id in &change.operations {
                let operation = self.new.operation(id).or_else(|| self.old.operation(id));
                let Some(operation) = operation else {
                    continue;
                };
                change.methods.extend(wrappers.methods(&operation.function));
                let calls = wrappers.calls(&operation.function).into_iter();
                change.calls.extend(calls.map(|call| call.to_string()));
            }
        }
        changes.sort_by_key(|change| change.level);
        changes
    }
}

impl Change {
    fn new(level: Level, what: impl Into<String>, at: &At<'_>) -> Self {
        Self {
            level,
            what: what.into(),
            note: None,
            place: at.place(),
            operations: BTreeSet::new(),
            methods: BTreeSet::new(),
            calls: BTreeSet::new(),
            subjects: Vec::new(),
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    fn about(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        self.subjects.extend(subjects);
        self
    }

    fn of(mut self, operations: BTreeSet<String>) -> Self {
        self.operations = operations;
        self
    }

    fn at_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Makes the change more severe, because of this difference in the generated code.
    fn raise(&mut self, level: Level, what: &str) {
        self.level = level;
        let note = self.note.take();
        let note = note.map(|note| format!("{note}\n"));
        self.note = Some(format!(
            "{}generated code: {what}",
            note.unwrap_or_default()
        ));
    }
}

/// The change of a parameter or a body that becomes required or optional.
fn necessity(before: bool, after: bool) -> Option<(Level, &'static str)> {
    match (before, after) {
        (false, true) => Some((Level::Breaking, "is required now")),
        (true, false) => Some((Level::Additive, "is optional now")),
        _ => None,
    }
}

/// The set of one operation.
fn only(operation: &Operation) -> BTreeSet<String> {
    BTreeSet::from([operation.id.clone()])
}
