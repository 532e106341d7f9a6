//! Moves inline objects to components where their types would have the name of another type.

use super::tree::{self, Names};
use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "type-names",
    why: "typify names an inline object by its place: `inner` of `Outer` is `OuterInner`, which may be a component as well; \
          such an object becomes a component, whose name gets a number",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut names = Names::of_components(document);
    let mut places = Vec::new();
    for root in schemas::roots(document) {
        find(&root, &mut places);
    }
    let mut renamed: Vec<(Pointer, String)> = Vec::new();
    for place in places {
        let natural = tree::type_name(document, &place);
        let unique = names.unique(&natural);
        if unique != natural {
            renamed.push((place, unique));
        }
    }
    let touched = renamed.iter().map(|(place, _)| place.clone()).collect();
    // An inner object is moved before the object that contains it.
    renamed.sort_by(|(one, _), (other, _)| other.cmp(one));
    for (place, name) in renamed {
        let Some(node) = document.node_mut(&place) else {
            continue;
        };
        let mut object = node.clone();
        let reference = serde_json::json!({ "allOf": [{ "$ref": tree::reference(&name) }] });
        node.replace(reference);
        if object.remove("nullable") {
            node.set("nullable", true.into());
        }
        tree::add_component(document, &name, object);
    }
    Ok(touched)
}

/// Collects the inline objects with properties below `schema`. A body or a response is inline itself.
fn find(schema: &At<'_>, found: &mut Vec<Pointer>) {
    let is_struct = schemas::is_object(schema.node()) && schema.child("properties").is_some();
    if is_struct && tree::component_at(schema.pointer()).is_none() {
        found.push(schema.pointer().clone());
    }
    for child in schemas::children(schema) {
        find(&child, found);
    }
}
