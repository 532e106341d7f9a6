//! Two specifications told apart, in terms of the Rust API.
//!
//! `operations`, `parameters`, `security` and `schemas` each find one kind of change; `show` writes them down.
//!
//! A change is *breaking* when code of a user that compiled and worked, tests with the mock server included, may not do
//! so any more; *additive* when there is more to use; *textual* when only the documentation says something else.
//! What only the raw client shows (feature `raw`) is outside the version promise.

mod operations;
mod parameters;
mod schemas;
mod security;
mod show;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::Error;
use crate::document::{At, Document};
use crate::generate::read_for_comparison;
use crate::model::{Model, Operation};
use crate::source::Source;
use crate::spec::Wrappers;

/// What a change means for users of the crate. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Code that compiled and worked may not any more.
    Breaking,
    /// There is more to use.
    Additive,
    /// Only the documentation says something else.
    Textual,
}

/// The version that a set of changes asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bump {
    /// The version of the crate now.
    pub from: String,
    /// The version to release, or nothing if there is nothing to release.
    pub to: Option<String>,
    /// Why that one.
    pub why: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it means for users.
    pub level: Level,
    /// What is different.
    pub what: String,
    /// What follows from it, where that is not plain.
    pub note: Option<String>,
    /// Where it stands: in the new specification, or in the old one if it is gone.
    pub place: String,
    /// The operations it concerns.
    pub operations: BTreeSet<String>,
    /// The handwritten public methods that make those operations' calls.
    pub methods: BTreeSet<String>,
    /// Where those operations' raw functions are called.
    pub calls: BTreeSet<String>,
}

/// All differences, the worst first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// What the old specification is called.
    pub old: String,
    /// What the new specification is called.
    pub new: String,
    /// The differences.
    pub changes: Vec<Change>,
    /// The version they ask for.
    pub bump: Bump,
}

impl Diff {
    /// Compares `old` with `new`; `version` is that of the crate.
    ///
    /// # Errors
    ///
    /// When either cannot be generated from.
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

    /// The same difference found on two ways is one difference.
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

    /// What no comparison looks at can still differ; then the documentation does.
    fn rest(&mut self, old: &Source, new: &Source) {
        let (before, after) = (self.old.document.root(), self.new.document.root());
        for key in ["info", "servers", "tags", "externalDocs"] {
            if before.node().get(key) == after.node().get(key) {
                continue;
            }
            let note = (key == "servers").then(|| {
                "the generator reads no servers: the default origin is handwritten, in \
                 backendless/src/client/builder.rs"
                    .to_owned()
            });
            let at = after.child(key).unwrap_or(after.clone());
            let what = format!("`{key}` says something else");
            self.add_with(Level::Textual, what, note, &at, BTreeSet::new());
        }
        if self.found.is_empty() && (&old.text, &old.overlays) != (&new.text, &new.overlays) {
            let what = match before.node() == after.node() {
                true => "only layout or comments differ",
                false => "a part differs that the generator does not read",
            };
            let note = "the digest in the generated files changes: run `cargo xtask generate`";
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

    /// The differences with whom they touch, the worst first, else in the order in which they were found.
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
    /// The step of semantic versioning, as cargo reads it: below 1.0.0 the minor number is the one that breaks.
    fn of(version: &str, worst: Option<Level>) -> Result<Self, Error> {
        let numbers: Vec<u64> = version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [major, minor, patch] = numbers[..] else {
            return Err(Error::new(format!(
                "`{version}` is no version\n  valid: three numbers, as in 0.1.0"
            )));
        };
        let (to, why) = match (worst, major) {
            (None, _) => (None, "nothing differs".to_owned()),
            (Some(Level::Breaking), 0) => (
                Some(format!("0.{}.0", minor + 1)),
                format!("breaking: the minor step, because {version} begins with 0"),
            ),
            (Some(Level::Breaking), _) => (
                Some(format!("{}.0.0", major + 1)),
                "breaking: the major step".to_owned(),
            ),
            (Some(Level::Additive), 1..) => (
                Some(format!("{major}.{}.0", minor + 1)),
                "additive: the minor step".to_owned(),
            ),
            (Some(level), _) => (
                Some(format!("{major}.{minor}.{}", patch + 1)),
                format!("nothing worse than {level}: the patch step"),
            ),
        };
        Ok(Self {
            from: version.to_owned(),
            to,
            why,
        })
    }
}
