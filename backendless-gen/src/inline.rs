//! Inlines shared parameters, bodies and responses into the operations.
//!
//! Afterwards only schemas contain `$ref`, so that rules and the model handle one shape of an operation, regardless of
//! how the document shares its parts.

use crate::Error;
use crate::document::{At, Document, Node};

/// The keys of the operations of a path item.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Header parameters that OpenAPI requires to be ignored: other parts of the document define these headers.
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Returns the document with shared parameters, bodies and responses inlined.
pub(crate) fn inline(document: &Document) -> Result<Document, Error> {
    let mut inlined = document.clone();
    for item in path_items(document) {
        for (_, operation) in operations(&item) {
            let node = inlined_operation(&item, &operation)?;
            if let Some(target) = inlined.node_mut(operation.pointer()) {
                *target = node;
            }
        }
        if let Some(node) = inlined.node_mut(item.pointer()) {
            node.remove("parameters");
        }
    }
    Ok(inlined)
}

/// The path items of the document, in document order.
pub(crate) fn path_items(document: &Document) -> Vec<At<'_>> {
    let items = document.root().entries_of("paths");
    items.into_iter().map(|(_, item)| item).collect()
}

/// The operations of a path item with their methods, in document order.
pub(crate) fn operations<'d>(item: &At<'d>) -> Vec<(&'d str, At<'d>)> {
    item.entries()
        .into_iter()
        .filter(|(method, _)| METHODS.contains(method))
        .collect()
}

fn inlined_operation(item: &At<'_>, operation: &At<'_>) -> Result<Node, Error> {
    let mut node = operation.node().clone();
    let parameters = parameters(item, operation)?;
    if parameters.is_empty() {
        node.remove("parameters");
    } else {
        node.set_list("parameters", parameters);
    }
    if let Some(body) = operation.child("requestBody") {
        let body = body.resolved("requestBodies")?;
        node.insert("requestBody", body.node().clone());
    }
    for (status, response) in operation.entries_of("responses") {
        let response = response.resolved("responses")?.node().clone();
        if let Some(responses) = node.get_mut("responses") {
            responses.insert(status, response);
        }
    }
    Ok(node)
}

/// The parameters of the path item and of the operation. One of the operation replaces one of the path item with the same
/// `name` and `in`.
fn parameters(item: &At<'_>, operation: &At<'_>) -> Result<Vec<Node>, Error> {
    let mut found: Vec<Node> = Vec::new();
    for at in [item, operation] {
        for parameter in at.items_of("parameters") {
            let node = parameter.resolved("parameters")?.node().clone();
            if is_ignored(&node) {
                continue;
            }
            let same = |other: &Node| {
                ["name", "in"]
                    .iter()
                    .all(|key| other.get(key) == node.get(key))
            };
            match found.iter().position(same) {
                Some(index) => found[index] = node,
                None => found.push(node),
            }
        }
    }
    Ok(found)
}

fn is_ignored(parameter: &Node) -> bool {
    let text = |key| parameter.get(key).and_then(Node::str).unwrap_or_default();
    text("in") == "header" && IGNORED_HEADERS.contains(&text("name").to_ascii_lowercase().as_str())
}
