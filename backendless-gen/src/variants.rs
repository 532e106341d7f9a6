//! Operations whose requests have several media types: one function for each.
//!
//! OpenAPI has one operation per method and path, and progenitor one function per operation. Before progenitor runs, each
//! other media type becomes an operation of its own at a path of its own, which only the documentation shows and is
//! corrected there.

use syn::{Attribute, Item, parse_quote};

use crate::docs;
use crate::document::{Data, Document, Node, Pointer};
use crate::model::{Model, Operation};
use crate::names;

/// Returns the model and the document with an operation for each media type of a request.
pub(crate) fn split(model: &Model, document: &Document) -> (Model, Document) {
    let mut document = document.clone();
    let mut operations = Vec::new();
    for operation in &model.operations {
        operations.push(operation.clone());
        for variant in of(operation) {
            add(&mut document, operation, &variant);
            operations.push(variant);
        }
    }
    (Model { operations }, document)
}

/// The operation with each of its other media types.
pub(crate) fn of(operation: &Operation) -> Vec<Operation> {
    let variant = |alternative: &crate::bodies::Alternative| {
        let id = format!("{}_{}", operation.id, alternative.suffix);
        let mut variant = operation.clone();
        variant.function = names::function(&id);
        variant.id = id;
        variant.pointer = pointer(operation, &alternative.suffix);
        variant.variant_of = Some(operation.function.clone());
        variant.request = Some(alternative.request.clone());
        variant.alternatives = Vec::new();
        variant
    };
    operation.alternatives.iter().map(variant).collect()
}

/// The path of a variant in the document that progenitor reads.
fn pointer(operation: &Operation, suffix: &str) -> Pointer {
    let path = format!("{}/-{suffix}", operation.template);
    let method = operation.method.to_ascii_lowercase();
    Pointer::of(["paths"]).join(&path).join(&method)
}

/// Adds the operation of a variant to the document.
fn add(document: &mut Document, operation: &Operation, variant: &Operation) {
    let original = document.at(&operation.pointer);
    let Some(mut node) = original.map(|at| at.node().clone()) else {
        return;
    };
    node.set("operationId", variant.id.clone().into());
    let paths = Pointer::of(["paths"]);
    let path = variant.pointer.parent();
    let key = path.keys().last().unwrap_or_default().to_owned();
    let method = variant.pointer.keys().last().unwrap_or_default().to_owned();
    let Some(paths) = document.node_mut(&paths).and_then(Node::mapping_mut) else {
        return;
    };
    let place = node.place;
    let item = paths.entry(key).or_insert_with(|| Node {
        place,
        data: Data::Mapping(Default::default()),
    });
    if let Some(item) = item.mapping_mut() {
        item.insert(method, node);
    }
}

/// Corrects the path in the documentation of the functions of variants, and adds their media type.
pub(crate) fn correct_docs(model: &Model, file: &mut syn::File) {
    for item in &mut file.items {
        let Item::Fn(function) = item else {
            continue;
        };
        let operation = model.by_function(&function.sig.ident.to_string());
        let Some(operation) = operation.filter(|operation| operation.variant_of.is_some()) else {
            continue;
        };
        let request = operation.request.as_ref();
        let media_type = request.map_or("", |request| request.media_type.as_str());
        let path = operation.pointer.parent();
        let path = path.keys().last().unwrap_or_default();
        let correct = |attribute: &mut Attribute| {
            let Some(text) = docs::text(attribute) else {
                return;
            };
            let found = format!("request to `{path}`");
            let correct = format!(
                "request to `{}` with a body of type `{media_type}`",
                operation.template
            );
            if text.contains(&found) {
                let text = text.replace(&found, &correct);
                *attribute = parse_quote!(#[doc = #text]);
            }
        };
        function.attrs.iter_mut().for_each(correct);
    }
}
