//! Schemas: of bodies, answers and parameters, and the components they share.
//!
//! What a difference means depends on who writes the value. A property that an answer no longer has is missed by its
//! reader; one that a request must have now is missed by the service. Components are compared once, for all their uses.

mod properties;
mod uses;

pub(super) use uses::compare_components;

use std::collections::BTreeSet;

use super::{Comparison, Level};
use crate::Error;
use crate::document::{At, Pointer};
use crate::rules::schemas::{component, has_open_properties, is_any};
use crate::spec::text::kind;

/// Where a schema is used.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    in_request: bool,
    in_answer: bool,
    operations: BTreeSet<String>,
}

impl Context {
    pub(super) fn of_request(operations: BTreeSet<String>) -> Self {
        Self {
            in_request: true,
            in_answer: false,
            operations,
        }
    }

    pub(super) fn of_answer(operations: BTreeSet<String>) -> Self {
        Self {
            in_request: false,
            in_answer: true,
            operations,
        }
    }

    /// The worse of what it means in a request and what in an answer; to nobody it means nothing.
    fn level(&self, request: Level, answer: Level) -> Level {
        let request = self.in_request.then_some(request);
        let answer = self.in_answer.then_some(answer);
        let worst = request.into_iter().chain(answer).min();
        worst.unwrap_or(Level::Textual)
    }
}

/// Compares two schemas, either of which may be missing: then any JSON stands there.
pub(super) fn both(
    comparison: &mut Comparison<'_>,
    context: &Context,
    label: &str,
    from: Option<At<'_>>,
    to: Option<At<'_>>,
) -> Result<(), Error> {
    let mut walk = Walk {
        comparison,
        context,
        seen: Vec::new(),
    };
    match (from, to) {
        (Some(from), Some(to)) => walk.schema(label, &from, &to),
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
    context: &'c Context,
    /// The pairs on the way here, so that schemas that hold themselves come to an end.
    seen: Vec<(Pointer, Pointer)>,
}

impl Walk<'_, '_> {
    fn add(&mut self, level: Level, what: String, note: Option<&str>, at: &At<'_>) {
        // Nobody meets a schema that has no use.
        let level = level.max(self.context.level(level, level));
        let operations = self.context.operations.clone();
        let note = note.map(str::to_owned);
        self.comparison.add_with(level, what, note, at, operations);
    }

    fn schema(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        match (component(from.node()), component(to.node())) {
            // A component is compared as one.
            (Some(old), Some(new)) if old == new => return Ok(()),
            (Some(old), Some(new)) => {
                let what = format!("{label} is a `{new}`, was a `{old}`");
                let note = "types of the raw client are outside the version promise";
                self.add(Level::Textual, what, Some(note), to);
            }
            _ => {}
        }
        let (from, to) = (from.resolved("schemas")?, to.resolved("schemas")?);
        let pair = (from.pointer().clone(), to.pointer().clone());
        if self.seen.contains(&pair) {
            return Ok(());
        }
        self.seen.push(pair);
        let result = self.resolved(label, &from, &to);
        self.seen.pop();
        result
    }

    /// The schemas themselves, neither of them a reference.
    fn resolved(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        let (old, new) = (kind(from)?, kind(to)?);
        if old != new {
            self.add(
                Level::Breaking,
                format!("{label} is {new}, was {old}"),
                None,
                to,
            );
            return Ok(());
        }
        self.openness(label, from, to);
        self.values(label, from, to);
        self.nullable(label, from, to);
        self.limits_and_texts(label, from, to);
        self.properties(label, from, to)?;
        for (key, place) in [
            ("items", "an item of "),
            ("additionalProperties", "any further property of "),
        ] {
            if let (Some(from), Some(to)) = (from.child(key), to.child(key))
                && from.node().mapping().is_some()
                && to.node().mapping().is_some()
            {
                self.schema(&format!("{place}{label}"), &from, &to)?;
            }
        }
        self.composition(label, from, to)
    }

    /// An open schema is the caller's own type, a closed one a type of the raw client.
    fn openness(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let open = |at: &At<'_>| is_any(at.node()) || has_open_properties(at.node());
        let (what, level) = match (open(from), open(to)) {
            (false, true) => (
                "is open: any property may stand in it",
                self.context.level(Level::Additive, Level::Additive),
            ),
            (true, false) => (
                "is closed: only its own properties stand in it",
                self.context.level(Level::Breaking, Level::Breaking),
            ),
            _ => return,
        };
        let note = "the raw function has a type parameter for an open schema and a type for a closed one: its calls change";
        self.add(level, format!("{label} {what}"), Some(note), to);
    }

    /// Enums are open in Rust, so a value is never refused on reading.
    fn values(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let values = |at: &At<'_>| -> Option<Vec<String>> {
            let values = at.child("enum")?.items();
            Some(values.iter().map(|value| value.node().summary()).collect())
        };
        match (values(from), values(to)) {
            (Some(old), Some(new)) => {
                for value in new.iter().filter(|value| !old.contains(value)) {
                    let note =
                        "the raw type takes any value; a handwritten enum needs a variant for it";
                    let what = format!("{label} may be {value}");
                    self.add(Level::Additive, what, Some(note), to);
                }
                for value in old.iter().filter(|value| !new.contains(value)) {
                    let level = self.context.level(Level::Breaking, Level::Textual);
                    let what = format!("{label} cannot be {value} any more");
                    self.add(level, what, None, to);
                }
            }
            (Some(_), None) => {
                self.add(
                    Level::Additive,
                    format!("{label} may be any value"),
                    None,
                    to,
                );
            }
            (None, Some(new)) => {
                let level = self.context.level(Level::Breaking, Level::Textual);
                let what = format!("{label} is one of {}", new.join(", "));
                self.add(level, what, None, to);
            }
            (None, None) => {}
        }
    }

    fn nullable(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let nullable = |at: &At<'_>| at.bool("nullable") == Some(true);
        let (what, request) = match (nullable(from), nullable(to)) {
            (false, true) => ("may be null", Level::Additive),
            (true, false) => ("cannot be null any more", Level::Breaking),
            _ => return,
        };
        let level = self.context.level(request, Level::Textual);
        let note = "in an answer null is read as absent everywhere";
        self.add(level, format!("{label} {what}"), Some(note), to);
    }

    fn limits_and_texts(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let differs = |keys: &[&'static str]| -> Vec<&'static str> {
            let differs = |key: &&&str| from.node().get(key) != to.node().get(key);
            keys.iter().filter(differs).copied().collect()
        };
        for key in differs(&LIMITS) {
            let note = "the generated types check no limit: the service does";
            let what = format!("the {key} of {label} is another");
            self.add(Level::Textual, what, Some(note), to);
        }
        for key in differs(&TEXTS) {
            let what = format!("the {key} of {label} is another");
            self.add(Level::Textual, what, None, to);
        }
    }

    fn composition(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        for key in ["allOf", "anyOf", "oneOf"] {
            let parts = |at: &At<'_>| at.child(key).map(|at| at.items().len()).unwrap_or_default();
            if parts(from) != parts(to) {
                let what = format!("{label} is composed of other schemas ({key})");
                self.add(Level::Breaking, what, None, to);
                continue;
            }
            for index in 0..parts(from) {
                let keys = [key, &index.to_string()];
                if let (Some(from), Some(to)) = (from.below(&keys), to.below(&keys)) {
                    self.schema(&format!("{label} ({key} {index})"), &from, &to)?;
                }
            }
        }
        Ok(())
    }
}

const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

const TEXTS: [&str; 6] = [
    "title",
    "description",
    "example",
    "default",
    "deprecated",
    "externalDocs",
];
