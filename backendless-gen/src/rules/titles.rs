//! Removes titles, which would name types.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "no-titles",
    why: "typify names an inline schema by its title, which may be the name of another type; without a title the place of \
          the schema names it",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let titled = schemas::all(document);
    let titled = titled.iter().filter(|at| at.child("title").is_some());
    let touched: Touched = titled.map(|at| at.pointer().clone()).collect();
    for pointer in &touched {
        remove(document, pointer);
    }
    Ok(touched)
}

/// Removes the title of one schema. It becomes the description of a schema without one.
fn remove(document: &mut Document, pointer: &Pointer) {
    let Some(schema) = document.node_mut(pointer) else {
        return;
    };
    let title = schema.get("title").and_then(Node::str).map(str::to_owned);
    schema.remove("title");
    if let Some(title) = title.filter(|_| schema.get("description").is_none()) {
        schema.set("description", title.into());
    }
}
