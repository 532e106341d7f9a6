//! Changes of schemas: of bodies, responses and parameters, and of the components that they share.
//!
//! The effect of a difference depends on who writes the value. A property that a response no longer has is missing for
//! its reader; one that a request now requires is missing for the service. Components are compared once, for all uses.

mod properties;
mod uses;

pub(super) use uses::compare_components;

use std::collections::BTreeSet;

use super::{Comparison, Level};
use crate::Error;
use crate::document::{At, Pointer};
use crate::rules::schemas::{component, has_open_properties, is_any};
use crate::spec::text::kind;

/// The uses of a schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    in_request: bool,
    in_response: bool,
    operations: BTreeSet<String>,
}

impl Context {
    pub(super) fn of_request(operations: BTreeSet<String>) -> Self {
        Self {
            in_request: true,
            in_response: false,
            operations,
        }
    }

    pub(super) fn of_response(operations: BTreeSet<String>) -> Self {
        Self {
            in_request: false,
            in_response: true,
            operations,
        }
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
    /// The pairs above this one, to end the recursion of schemas that contain themselves.
    seen: Vec<(Pointer, Pointer)>,
}

impl Walk<'_, '_> {
    fn add(&mut self, level: Level, what: String, note: Option<&str>, at: &At<'_>) {
        // A schema without a use affects only the documentation.
        let level = level.max(self.context.level(level, level));
        let operations = self.context.operations.clone();
        let note = note.map(str::to_owned);
        self.comparison.add_with(level, what, note, at, operations);
    }

    fn schema(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        match (component(from.node()), component(to.node())) {
            // `uses` compares components.
            (Some(old), Some(new)) if old == new => return Ok(()),
            (Some(old), Some(new)) => {
                let what = format!("{label} is a `{new}` now, was a `{old}`");
                let note = "generated types are outside the version promise";
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

    /// Compares two schemas that are not references.
    fn resolved(&mut self, label: &str, from: &At<'_>, to: &At<'_>) -> Result<(), Error> {
        let (old, new) = (kind(from)?, kind(to)?);
        if old != new {
            self.add(
                Level::Breaking,
                format!("{label} is {new} now, was {old}"),
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
            ("additionalProperties", "an additional property of "),
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

    /// An open schema has the caller's own type, a closed one a generated type.
    fn openness(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let open = |at: &At<'_>| is_any(at.node()) || has_open_properties(at.node());
        let (what, level) = match (open(from), open(to)) {
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
                for value in new.iter().filter(|value| !old.contains(value)) {
                    let note = "the generated type accepts any value; a handwritten enum needs a variant for it";
                    let what = format!("{label} has the new value {value}");
                    self.add(Level::Additive, what, Some(note), to);
                }
                for value in old.iter().filter(|value| !new.contains(value)) {
                    let level = self.context.level(Level::Breaking, Level::Textual);
                    let what = format!("{label} no longer has the value {value}");
                    self.add(level, what, None, to);
                }
            }
            (Some(_), None) => {
                self.add(
                    Level::Additive,
                    format!("{label} allows any value now"),
                    None,
                    to,
                );
            }
            (None, Some(new)) => {
                let level = self.context.level(Level::Breaking, Level::Textual);
                let what = format!("{label} allows only {} now", new.join(", "));
                self.add(level, what, None, to);
            }
            (None, None) => {}
        }
    }

    fn nullable(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let nullable = |at: &At<'_>| at.bool("nullable") == Some(true);
        let (what, request) = match (nullable(from), nullable(to)) {
            (false, true) => ("allows null now", Level::Additive),
            (true, false) => ("no longer allows null", Level::Breaking),
            _ => return,
        };
        let level = self.context.level(request, Level::Textual);
        let note = "in a response null is always read as absent";
        self.add(level, format!("{label} {what}"), Some(note), to);
    }

    fn limits_and_texts(&mut self, label: &str, from: &At<'_>, to: &At<'_>) {
        let differs = |keys: &[&'static str]| -> Vec<&'static str> {
            let differs = |key: &&&str| from.node().get(key) != to.node().get(key);
            keys.iter().filter(differs).copied().collect()
        };
        for key in differs(&LIMITS) {
            let note = "the generated types do not check limits; the service does";
            let what = format!("the {key} of {label} changed");
            self.add(Level::Textual, what, Some(note), to);
        }
        for key in differs(&TEXTS) {
            let what = format!("the {key} of {label} changed");
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
