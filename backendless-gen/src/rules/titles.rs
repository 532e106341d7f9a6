//! Removes titles, which would name types.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "no-titles",
    why: "typify names an inline schema by its title, which may be the name of another type; without a title the place of \
          the schema names it",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let places = schemas::places(&schemas::all(document));
    Ok(schemas::change(document, places, remove))
}

/// Removes the title of one schema. It becomes the description of a schema without one. Returns whether there was one.
fn remove(schema: &mut Node) -> bool {
    let Some(title) = schema.take("title") else {
        return false;
    };
    if title.str().is_some() && schema.get("description").is_none() {
        schema.insert("description", title);
    }
    true
}
