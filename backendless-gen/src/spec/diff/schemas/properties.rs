//! Changes of the properties of objects.

use super::{Level, Walk};
use crate::Error;
use crate::document::At;
use crate::rules::schemas::has_open_properties;
use crate::spec::text::kind;

impl Walk<'_, '_> {
    pub(super) fn properties(
        &mut self,
        label: &str,
        from: &At<'_>,
        to: &At<'_>,
    ) -> Result<(), Error> {
        let (old, new) = (listed(from), listed(to));
        for (name, before) in &old {
            let property = format!("`{name}` of {label}");
            match new.iter().find(|(other, _)| other == name) {
                Some((_, after)) => {
                    self.presence(
                        &property,
                        is_required(from, name),
                        is_required(to, name),
                        after,
                    );
                    self.schema(&property, before, after)?;
                }
                None => {
                    let what = format!("property {property} is removed");
                    self.add(Level::Breaking, what, None, before);
                }
            }
        }
        for (name, after) in &new {
            if !old.iter().any(|(other, _)| other == name) {
                self.added(
                    &format!("`{name}` of {label}"),
                    is_required(to, name),
                    to,
                    after,
                )?;
            }
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
        let kind = kind(at)?;
        self.add(
            level,
            format!("{word}property {property} is new: {kind}"),
            note,
            at,
        );
        Ok(())
    }

    fn presence(&mut self, property: &str, was: bool, is: bool, at: &At<'_>) {
        let (what, request, response) = match (was, is) {
            (false, true) => ("is required now", Level::Breaking, Level::Additive),
            (true, false) => ("is optional now", Level::Additive, Level::Breaking),
            _ => return,
        };
        let level = self.context.level(request, response);
        self.add(level, format!("property {property} {what}"), None, at);
    }
}

fn listed<'d>(schema: &At<'d>) -> Vec<(&'d str, At<'d>)> {
    let properties = schema.child("properties");
    properties.map(|at| at.entries()).unwrap_or_default()
}

fn is_required(schema: &At<'_>, name: &str) -> bool {
    let required = schema.child("required").map(|at| at.items());
    let mut required = required.unwrap_or_default().into_iter();
    required.any(|at| at.node().str() == Some(name))
}
