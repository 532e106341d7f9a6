//! Reports the schemas that stand for any JSON value because the generator cannot express them.

use super::tree::{self, OPENED};
use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "opened-schemas",
    why: "no Rust type has exactly the values of these schemas; they are any JSON value, and nothing is lost",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut touched = Touched::new();
    for root in schemas::places(&schemas::roots(document)) {
        if let Some(schema) = document.node_mut(&root) {
            finish(schema, &root, &mut touched);
        }
    }
    Ok(touched)
}

/// Removes the markers in a schema and below it.
fn finish(schema: &mut Node, pointer: &Pointer, touched: &mut Touched) {
    if schema.remove(OPENED) {
        touched.insert(pointer.clone());
    }
    tree::for_each_child(schema, pointer, |child, pointer| {
        finish(child, pointer, touched);
    });
}
