//! Drops invalid schemas for which no code is generated: those that no operation uses, and those of errors.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::Error;
use crate::document::{At, Document, Pointer};
use crate::inline::{operations, path_items};
use crate::rules::schemas;
use crate::{bodies, validate};

/// Replaces invalid schemas that no request, parameter or success response uses by one of any value. Adds a note for each.
pub(super) fn drop_invalid(document: &mut Document) {
    let failures: BTreeMap<Pointer, Error> = candidates(document)
        .iter()
        .filter(|at| !is_incomplete(at))
        .filter_map(|at| Some((at.pointer().clone(), validate::schema(at).err()?)))
        .collect();
    if failures.is_empty() {
        return;
    }
    let used = used(document);
    let unused = failures.into_iter();
    for (pointer, error) in unused.filter(|(pointer, _)| !used.contains(pointer)) {
        let reason = document.problem_at(&pointer, &error);
        let problem = format!("no code is generated for this schema, which is invalid: {reason}");
        document.note(&pointer, &problem, "no change, or a valid schema");
        if let Some(node) = document.node_mut(&pointer) {
            node.replace(json!({}));
        }
    }
}

/// Whether a schema, or a part of it, is no schema or refers to nothing: the document is incomplete.
fn is_incomplete(at: &At<'_>) -> bool {
    let local = at.str("$ref").filter(|text| text.starts_with('#'));
    let is_dangling = local.is_some() && at.resolved_once().is_none();
    at.node().mapping().is_none() || is_dangling || schemas::children(at).iter().any(is_incomplete)
}

/// The schemas of the components, and those of responses.
fn candidates(document: &Document) -> Vec<At<'_>> {
    let section = |name| document.components(name);
    let mut found: Vec<At<'_>> = section("schemas").into_iter().map(|(_, at)| at).collect();
    let mut responses: Vec<At<'_>> = section("responses").into_iter().map(|(_, at)| at).collect();
    for operation in schemas::all_operations(document) {
        let own = operation.entries_of("responses");
        responses.extend(own.into_iter().map(|(_, at)| at));
    }
    for response in responses {
        found.extend(of_content(Some(response), "responses"));
    }
    found
}

/// The schemas that the generated code needs: those of errors are not among them.
fn used(document: &Document) -> BTreeSet<Pointer> {
    let mut roots = Vec::new();
    for item in path_items(document) {
        roots.extend(of_parameters(&item));
        for (_, operation) in operations(&item) {
            roots.extend(of_parameters(&operation));
            let body = operation.child("requestBody");
            roots.extend(of_content(body, "requestBodies"));
            for response in bodies::successes(&operation) {
                roots.extend(of_content(Some(response), "responses"));
            }
        }
    }
    let reachable = schemas::reachable(document, roots);
    schemas::places(&reachable).into_iter().collect()
}

fn of_parameters<'d>(owner: &At<'d>) -> Vec<At<'d>> {
    let parameters = owner.items_of("parameters").into_iter();
    let parameters = parameters.filter_map(|at| at.resolved("parameters").ok());
    parameters.filter_map(|at| at.child("schema")).collect()
}

fn of_content<'d>(owner: Option<At<'d>>, section: &str) -> Vec<At<'d>> {
    let owner = owner.and_then(|at| at.resolved(section).ok());
    owner.iter().flat_map(schemas::of_content).collect()
}
