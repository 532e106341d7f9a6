//! Changes of schemas: of bodies, responses and parameters, and of the components that they share.
//!
//! The effect of a difference depends on who writes the value. A property that a response no longer has is missing for
//! its reader; one that a request now requires is missing for the service. Components are compared once, for all uses.

mod properties;
mod uses;

pub(super) use uses::compare_components;

use std::collections::BTreeSet;

use super::{Change, Comparison, Level, Subject, keys};
use crate::Error;
use crate::document::{At, Pointer};
use crate::rules::schemas::{component, has_open_properties, is_any};
use crate::spec::text::{kind, own_kind};

/// The uses of a schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    in_request: bool,
    in_response: bool,
    pub(super) operations: BTreeSet<String>,
    subject: Option<Subject>,
}

impl Context {
    pub(super) fn of_request(operations: BTreeSet<String>) -> Self {
        Self {
            in_request: true,
            operations,
            ..Self::default()
        }
    }

    pub(super) fn of_response(operations: BTreeSet<String>) -> Self {
        Self {
            in_response: true,
            operations,
            ..Self::default()
        }
    }

    /// The same uses, for lines about `subject`.
    pub(super) fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Adds a difference that affects these uses.
    pub(super) fn add(&self, comparison: &mut Comparison<'_>, change: Change) {
        let change = change.of(self.operations.clone());
        comparison.add(change.about(self.subject.clone()));
    }

    /// The more severe of the levels for a request and for a response. Textual for a schema without a use.
    fn level(&self, request: Level, response: Level) -> Level {
        let request = self.in_request.then_some(request);
        let response = self.in_response.then_some(response);
        let worst = request.into_iter().chain(response).min();
        worst.unwrap_or(Level::Textual)
    }
}

/// Compares two schemas. A missing one allows any JSON.
pub(super) fn both(
    comparison: &mut Comparison<'_>,
    context: &Context,
    label: &str,
    from: Option<At<'_>>,
    to: Option<At<'_>>,
) -> Result<(), Error> {
    let mut walk = Walk {
        comparison,
        context: context.clone(),
        seen: Vec::new(),
    };
    match (from, to) {
        (Some(from), Some(to)) => walk.schema(label, &from, &to, false),
        (None, None) => Ok(()),
        (Some(at), None) | (None, Some(at)) => {
            let what = format!("{label} has a schema on one side only");
            walk.add(Level::Breaking, what, None, &at);
            Ok(())
        }
    }
}

struct Walk<'c, 'd> {
    comparison: &'c mut Comparison<'d>,
    context: Context,
    /// The pairs above this one, to end the recursion of schemas that contain themselves.
    seen: Vec<(Pointer, Pointer)>,
}

/// The keys of a schema that have a comparison of their own.
const KNOWN: [&str; 12] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
];

impl Walk<'_, '_> {
    fn add(&mut self, level: Level, what: String, note: Option<&str>, at: &At<'_>) {
        // A schema without a use affects only the documentation.
        let level = level.max(self.context.level(level, level));
        let change = Change::new(level, what, at);
        let change = match note {
            Some(note) => change.note(note),
            None => change,
        };
        self.context.add(self.comparison, change);
    }

    /// Compares two schemas. `may_be_absent` is whether a reader accepts that the value is missing.
    fn schema(
        &mut self,
        label: &str,
        from: &At<'_>,
        to: &At<'_>,
        may_be_absent: bool,
    ) -> Result<(), Error> {
        let (old, new) = (component(from.node()), component(to.node()));
        if old.or(new).is_some() {
            for change in keys::compare(label, from, to, &KNOWN) {
                let is_ignored = old.is_some() && new.is_some();
                if is_ignored {
                    let note = "keys beside `$ref` are ignored";
                    self.add(Level::Textual, change.what, Some(note), to);
                }
            }
        }
        match (old, new) {
            // `uses` compares components.
            (Some(old), Some(new)) if old == new => return Ok(()),
            (None, None) => {}
            (old, new) => {
                let name = |name: Option<&str>| match name {
                    Some(name) => format!("a `{name}`"),
                    None => "a schema of its own".to_owned(),
                };
                let what = format!("{label} is {} now, was {}", name(new), name(old));
                self.add(Level::Textual, what, None, to);
            }
        }
        let (from, to) = (from.resolved("schemas")?, to.resolved("schemas")?);
        let pair = (from.pointer().clone(), to.pointer().clone());
        if self.seen.contains(&pair) {
            return Ok(());
        }
        self.seen.push(pair);
        let result = self.resolved(label, &from, &to, may_be_absent);
        self.seen.pop();
        result
    }

    /// Compares two schemas that are not references.
    fn resolved(
        &mut self,
        label: &str,
        from: &At<'_>,
        to: &At<'_>,
        may_be_absent: bool,
    ) -> Result<(), Error> {
        self.nullable(label, from, to, may_be_absent);
        self.values(label, from, to);
        for change in keys::compare(label, from, to, &KNOWN) {
            let change = match change
                .level
                .max(self.context.level(change.level, change.level))
            {
                level if change.level == Level::Textual => change.at_level(level),
                level => change.at_level(level).about(self.context.subject.clone()),
            };
            self.comparison
                .add(change.of(self.context.operations.clone()));
        }
        if own_kind(from) != own_kind(to) {
            let what = format!("{label} is {} now, was {}", kind(to)?, kind(from)?);
            self.add(Level::Breaking, what, None, to);
            return Ok(());
        }
        for key in ["type", "format"] {
            if from.node().get(key) != to.node().get(key) {
                let what = format!("the {key} of {label} is written differently");
                self.add(Level::Textual, what, None, to);
            }
        }
        self.openness(label, from, to);
        self.properties(label, from, to)?;
        self.below(label, "items", "an item of ", from, to)?;
        self.below(
            label,
            "additionalProperties",
            "an additional property of ",
            from,
            to,
        )?;
        self.composition(label, from, to)
    }

    /// Compares the schemas of items or of additional properties.
    fn below(
        &mut self,
        label: &str,
        key: &str,
        place: &str,
        from: &At<'_>,
        to: &At<'_>,
    ) -> Result<(), Error> {
        let schema = |at: &At<'_>| {
            at.child(key)
                .is_some_and(|at| at.node().mapping().is_some())
        };
        match (from.child(key), to.child(key)) {
            (Some(before), Some(after)) if schema(from) && schema(to) => {
                self.schema(&format!("{place}{label}"), &before, &after, false)
            }
            (before, after) => {
                let node = |at: Option<At<'_>>| at.map(|at| at.node().clone());
                let same = node(before) == node(after);
                // `openness` has a line for the others.
                if !same && is_open(from) == is_open(to) {
                    self.add(
                        Level::Behaviour,
                        format!("the {key} of {label} changed"),
                        None,
                        to,
                    );
                }
                Ok(())
            }
        }
    }

    /// An open schema has the caller's own type, a closed one a generated type.
    fn openness(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let (what, level) = match (is_open(from), is_open(to)) {
            (false, true) => (
                "is open now: it allows any property",
                self.context.level(Level::Additive, Level::Additive),
            ),
            (true, false) => (
                "is closed now: it allows only its own properties",
                self.context.level(Level::Breaking, Level::Breaking),
            ),
            _ => return,
        };
        let note = "the generated function has a type parameter for an open schema and a type for a closed one: its calls change";
        self.add(level, format!("{label} {what}"), Some(note), to);
    }

    /// Enums are open in Rust, so that a reader accepts any value.
    fn values(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let values = |at: &At<'_>| -> Option<Vec<String>> {
            let values = at.child("enum")?.items();
            Some(values.iter().map(|value| value.node().summary()).collect())
        };
        match (values(from), values(to)) {
            (Some(old), Some(new)) => {
                let mut same = old.len() == new.len();
                for value in new.iter().filter(|value| !old.contains(value)) {
                    let note = "the generated type accepts any value; a handwritten enum needs a variant for it";
                    let what = format!("{label} has the new value {value}");
                    self.add(Level::Additive, what, Some(note), to);
                    same = false;
                }
                for value in old.iter().filter(|value| !new.contains(value)) {
                    let level = self.context.level(Level::Breaking, Level::Behaviour);
                    let what = format!("{label} no longer has the value {value}");
                    self.add(level, what, None, to);
                    same = false;
                }
                if same && old != new {
                    let what = format!("the values of {label} have another order");
                    self.add(Level::Textual, what, None, to);
                }
            }
            (Some(_), None) => {
                let what = format!("{label} allows any value now");
                self.add(Level::Additive, what, None, to);
            }
            (None, Some(new)) => {
                let level = self.context.level(Level::Breaking, Level::Behaviour);
                let what = format!("{label} allows only {} now", new.join(", "));
                self.add(level, what, None, to);
            }
            (None, None) => {}
        }
    }

    /// A reader takes null for a missing value, and fails if it requires one.
    fn nullable(&mut self, label: &str, from: &At<'_>, to: &At<'_>, may_be_absent: bool) {
        let nullable = |at: &At<'_>| at.bool("nullable") == Some(true);
        let (what, level) = match (nullable(from), nullable(to)) {
            (false, true) => {
                let response = match may_be_absent {
                    true => Level::Textual,
                    false => Level::Breaking,
                };
                (
                    "allows null now",
                    self.context.level(Level::Additive, response),
                )
            }
            (true, false) => (
                "no longer allows null",
                self.context.level(Level::Breaking, Level::Additive),
            ),
            _ if from.node().get("nullable") == to.node().get("nullable") => return,
            _ => (
                "states that it does not allow null, or no longer does",
                Level::Textual,
            ),
        };
        let note = "in a response null is always read as absent";
        self.add(level, format!("{label} {what}"), Some(note), to);
    }

    fn composition(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        for key in ["allOf", "anyOf", "oneOf"] {
            let (mut old, mut new) = (parts(from, key), parts(to, key));
            if from.node().get(key) == to.node().get(key) {
                continue;
            }
            let all = new.clone();
            old.retain(|old| {
                let same = new.iter().position(|new| new.node() == old.node());
                same.map(|index| new.remove(index)).is_none()
            });
            let level = match (old.len(), new.len()) {
                (0, 0) => {
                    let what = format!("the schemas of {label} have another order ({key})");
                    // A value is read as the first that it matches. It matches only one of `oneOf`.
                    let level = match key {
                        "anyOf" => Level::Behaviour,
                        _ => Level::Textual,
                    };
                    self.add(level, what, None, to);
                    continue;
                }
                (before, after) if before == after => {
                    for (before, after) in old.iter().zip(&new) {
                        let index = all.iter().position(|at| at.pointer() == after.pointer());
                        let label = format!("{label} ({key} {})", index.unwrap_or_default());
                        self.schema(&label, before, after, false)?;
                    }
                    continue;
                }
                (0, _) if key != "allOf" => self.context.level(Level::Additive, Level::Breaking),
                (_, 0) if key != "allOf" => self.context.level(Level::Breaking, Level::Behaviour),
                _ => Level::Breaking,
            };
            let what = format!("{label} is composed of other schemas ({key})");
            self.add(level, what, None, to);
        }
        Ok(())
    }
}

fn parts<'d>(schema: &At<'d>, key: &str) -> Vec<At<'d>> {
    schema.items_of(key)
}

fn is_open(schema: &At<'_>) -> bool {
    is_any(schema.node()) || has_open_properties(schema.node())
}
