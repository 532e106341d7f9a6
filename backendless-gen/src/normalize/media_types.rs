//! Drops media types that cannot be sent or read, where the document declares others.

use crate::bodies;
use crate::document::{At, Document, Node, Pointer};
use crate::inline::{operations, path_items};

/// Removes the media types of bodies beside others that can be generated. Adds a note for each.
pub(super) fn drop_unusable(document: &mut Document) {
    let mut found: Vec<(Pointer, String)> = Vec::new();
    for (body, is_request) in bodies(document) {
        let content = body.entries_of("content");
        let failure = |name: &str, at: &At<'_>| match is_request {
            _ if !bodies::is_media_type(name) => Some(format!("`{name}` is not a media type")),
            true => bodies::check(name, at)
                .err()
                .map(|error| document.problem_at(at.pointer(), &error)),
            false => None,
        };
        let failures: Vec<(Pointer, String)> = content
            .iter()
            .filter_map(|(name, at)| Some((at.pointer().clone(), failure(name, at)?)))
            .collect();
        if failures.len() < content.len() {
            found.extend(failures);
        }
    }
    found.sort();
    found.dedup();
    for (pointer, reason) in found {
        let problem = format!("nothing is generated for this media type: {reason}");
        document.note(
            &pointer,
            &problem,
            "no change, if the other media types suffice",
        );
        let name = pointer.keys().last().unwrap_or_default().to_owned();
        if let Some(content) = document.node_mut(&pointer.parent()) {
            Node::remove(content, &name);
        }
    }
}

/// The request bodies and the responses, and whether each is a request body.
fn bodies(document: &Document) -> Vec<(At<'_>, bool)> {
    let section = |name| document.components(name);
    let mut found = Vec::new();
    for (name, is_request) in [("requestBodies", true), ("responses", false)] {
        found.extend(section(name).into_iter().map(|(_, at)| (at, is_request)));
    }
    for item in path_items(document) {
        for (_, operation) in operations(&item) {
            found.extend(operation.child("requestBody").map(|at| (at, true)));
            let responses = operation.entries_of("responses").into_iter();
            found.extend(responses.map(|(_, at)| (at, false)));
        }
    }
    found
}
