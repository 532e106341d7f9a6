//! Replaces enums by the type of their values, so that values added later are accepted.

use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Data, Document, Node};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "open-enums",
    why: "typify generates closed enums, which reject a value that the service adds later; the known values are listed in the \
          documentation instead",
    guard: false,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let places = schemas::places(&schemas::all(document));
    let mut touched = Touched::new();
    for pointer in places {
        let Some(schema) = document.node_mut(&pointer) else {
            continue;
        };
        let Some(Data::Sequence(values)) = schema.take("enum").map(|list| list.data) else {
            continue;
        };
        if schema.get("type").is_none() && values.iter().all(|value| value.str().is_some()) {
            schema.set("type", "string".into());
        }
        schemas::describe(document, &pointer, &known_values(&values));
        touched.insert(pointer);
    }
    Ok(touched)
}

fn known_values(values: &[Node]) -> String {
    let values: Vec<String> = values.iter().map(Node::summary).collect();
    format!("Known values: {}.", values.join(", "))
}
