//! Compares two specifications in terms of the Rust API.
//!
//! `operations`, `parameters`, `security` and `schemas` each find one kind of change; `retries` lists the retry classes of
//! the operations that differ; `show` formats both. Each document is compared with its overlays applied.
//!
//! A change is *breaking* if code of a user that compiled and worked, tests with the mock server included, may fail
//! after it; *additive* if there is more to use; *textual* if only the documentation changed. The generated functions
//! (feature `raw`) are outside the version promise.

mod operations;
mod parameters;
mod retries;
mod schemas;
mod security;
mod show;

use std::collections::BTreeSet;

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
    /// There is more to use.
    Additive,
    /// Only the documentation changed.
    Textual,
}

/// The version that a set of changes requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bump {
    /// The current version of the crate.
    pub from: String,
    /// The version to release, or none if nothing differs.
    pub to: Option<String>,
    /// The reason.
    pub why: String,
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
        comparison.rest(old, new);
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
    fn add(&mut self, level: Level, what: String, at: &At<'_>, operations: BTreeSet<String>) {
        self.add_with(level, what, None, at, operations);
    }

    /// A difference that is found twice is reported once.
    fn add_with(
        &mut self,
        level: Level,
        what: String,
        note: Option<String>,
        at: &At<'_>,
        operations: BTreeSet<String>,
    ) {
        let same = |change: &&mut Change| change.level == level && change.what == what;
        if let Some(change) = self.found.iter_mut().find(same) {
            change.operations.extend(operations);
            return;
        }
        self.found.push(Change {
            level,
            what,
            note,
            place: at.place(),
            operations,
            methods: BTreeSet::new(),
            calls: BTreeSet::new(),
        });
    }

    /// Compares the parts that no other comparison covers. They affect only the documentation.
    fn rest(&mut self, old: &Source, new: &Source) {
        let (before, after) = (self.old.document.root(), self.new.document.root());
        for key in ["info", "servers", "tags", "externalDocs"] {
            if before.node().get(key) == after.node().get(key) {
                continue;
            }
            let note = (key == "servers").then(|| {
                "the generator does not read servers: the default origin is handwritten, in \
                 backendless/src/client/builder.rs"
                    .to_owned()
            });
            let at = after.child(key).unwrap_or(after.clone());
            let what = format!("`{key}` changed");
            self.add_with(Level::Textual, what, note, &at, BTreeSet::new());
        }
        if self.found.is_empty() && (&old.text, &old.overlays) != (&new.text, &new.overlays) {
            let what = match before.node() == after.node() {
                true => "only layout or comments changed",
                false => "a part changed that the generator does not read",
            };
            let note = "the digests in the generated files change: run `cargo xtask generate`";
            let operations = BTreeSet::new();
            self.add_with(
                Level::Textual,
                what.to_owned(),
                Some(note.to_owned()),
                &after,
                operations,
            );
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

/// The set of one operation.
fn only(operation: &Operation) -> BTreeSet<String> {
    BTreeSet::from([operation.id.clone()])
}

impl Bump {
    /// The step of semantic versioning by cargo's rules: below 1.0.0 a breaking change increments the minor number.
    fn of(version: &str, worst: Option<Level>) -> Result<Self, Error> {
        let numbers: Vec<u64> = version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [major, minor, patch] = numbers[..] else {
            return Err(Error::new(format!(
                "`{version}` is not a version\n  help: three numbers, as in 0.1.0"
            )));
        };
        let (to, why) = match (worst, major) {
            (None, _) => (None, "nothing differs".to_owned()),
            (Some(Level::Breaking), 0) => (
                Some(format!("0.{}.0", minor + 1)),
                format!("breaking: a minor step, because {version} begins with 0"),
            ),
            (Some(Level::Breaking), _) => (
                Some(format!("{}.0.0", major + 1)),
                "breaking: a major step".to_owned(),
            ),
            (Some(Level::Additive), 1..) => (
                Some(format!("{major}.{}.0", minor + 1)),
                "additive: a minor step".to_owned(),
            ),
            (Some(level), _) => (
                Some(format!("{major}.{minor}.{}", patch + 1)),
                format!("{level} at most: a patch step"),
            ),
        };
        Ok(Self {
            from: version.to_owned(),
            to,
            why,
        })
    }
}
