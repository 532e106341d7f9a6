//! Reports the parts of multipart forms that the SDK cannot send: its form has one part, the file `file`.

use crate::document::{At, Document, Pointer};
use crate::inline::{operations, path_items};

const FILE: &str = "file";

/// Adds a note for each form with other parts.
pub(super) fn report(document: &mut Document) {
    let mut found: Vec<(Pointer, Vec<String>)> = Vec::new();
    for item in path_items(document) {
        for (_, operation) in operations(&item) {
            if let Some(schema) = form(&operation) {
                let parts = schema.entries_of("properties").into_iter();
                let others: Vec<String> = parts
                    .filter(|(name, _)| *name != FILE)
                    .map(|(name, _)| format!("`{name}`"))
                    .collect();
                if !others.is_empty() {
                    found.push((operation.pointer().clone(), others));
                }
            }
        }
    }
    for (pointer, others) in found {
        let problem = format!(
            "the form of this operation is sent with the part `{FILE}` only, without {}",
            others.join(", ")
        );
        let help = "another media type for the other parts, if the service accepts one";
        document.note(&pointer, &problem, help);
    }
}

/// The schema of the multipart form of an operation.
fn form<'d>(operation: &At<'d>) -> Option<At<'d>> {
    let body = operation.child("requestBody")?;
    let body = body.resolved("requestBodies").ok()?;
    let content = body.child("content")?.entries().into_iter();
    let mut forms = content.filter(|(name, _)| name.starts_with("multipart/form-data"));
    let (_, media_type) = forms.next()?;
    media_type.child("schema")?.resolved("schemas").ok()
}
