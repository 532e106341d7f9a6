//! Changes of the properties of objects.

use std::collections::BTreeSet;

use super::{Level, Walk};
use crate::Error;
use crate::document::At;
use crate::rules::schemas::has_open_properties;
use crate::spec::diff::Subject;
use crate::spec::text::kind;

impl Walk<'_, '_> {
    pub(super) fn properties(
        &mut self,
        label: &str,
        from: &At<'_>,
        to: &At<'_>,
    ) -> Result<(), Error> {
        let subject = self.context.subject.clone();
        for name in names(from).union(&names(to)) {
            self.context.subject = Some(Subject::Property((*name).to_owned()));
            let property = format!("`{name}` of {label}");
            let required = (is_required(from, name), is_required(to, name));
            match (one(from, name), one(to, name)) {
                (Some(before), Some(after)) => {
                    self.presence(&property, required, &after);
                    self.schema(&property, &before, &after, !required.1)?;
                }
                (Some(before), None) => {
                    let what = format!("property {property} is removed");
                    self.add(Level::Breaking, what, None, &before);
                }
                (None, Some(after)) => self.added(&property, required.1, to, &after)?,
                (None, None) => {}
            }
        }
        self.context.subject = subject;
        let list = |at: &At<'_>| at.node().get("required").cloned();
        let names = |at| {
            names(at)
                .into_iter()
                .filter(|name| is_required(at, name))
                .collect()
        };
        let (old, new): (Vec<&str>, Vec<&str>) = (names(from), names(to));
        if old == new && list(from) != list(to) {
            let what = format!("the required of {label} is written differently");
            self.add(Level::Textual, what, None, to);
        }
        Ok(())
    }

    fn added(
        &mut self,
        property: &str,
        required: bool,
        owner: &At<'_>,
        at: &At<'_>,
    ) -> Result<(), Error> {
        let request = match required {
            true => Level::Breaking,
            false => Level::Additive,
        };
        let level = self.context.level(request, Level::Additive);
        let word = if required { "required " } else { "" };
        let note = has_open_properties(owner.node()).then_some(
            "the schema is open, so callers have it in their own type; a property that the SDK itself needs, like the \
             system properties of `Object`, needs handwritten code",
        );
        let kind = match at.node().mapping() {
            Some(_) => kind(at)?,
            None => "any JSON".to_owned(),
        };
        self.add(
            level,
            format!("{word}property {property} is new: {kind}"),
            note,
            at,
        );
        Ok(())
    }

    fn presence(&mut self, property: &str, required: (bool, bool), at: &At<'_>) {
        let (what, request, response) = match required {
            (false, true) => ("is required now", Level::Breaking, Level::Additive),
            (true, false) => ("is optional now", Level::Additive, Level::Breaking),
            _ => return,
        };
        let level = self.context.level(request, response);
        self.add(level, format!("property {property} {what}"), None, at);
    }
}

/// The properties, and the names in `required` that are no property: any value is valid for them.
fn names<'d>(schema: &At<'d>) -> BTreeSet<&'d str> {
    let properties = schema.entries_of("properties").into_iter();
    let required = schema.items_of("required").into_iter();
    properties
        .map(|(name, _)| name)
        .chain(required.filter_map(|at| at.node().str()))
        .collect()
}

/// The schema of a property, or the item of `required` that names it.
fn one<'d>(schema: &At<'d>, name: &str) -> Option<At<'d>> {
    let property = schema.below(&["properties", name]);
    property.or_else(|| {
        let required = schema.child("required")?.items();
        required
            .into_iter()
            .find(|at| at.node().str() == Some(name))
    })
}

fn is_required(schema: &At<'_>, name: &str) -> bool {
    let mut required = schema.items_of("required").into_iter();
    required.any(|at| at.node().str() == Some(name))
}
