//! Names and types as text, for output.

use std::collections::BTreeSet;

use crate::Error;
use crate::document::{At, Node};
use crate::rules::schemas::{is_any, is_object};

/// The number of names that are listed. The rest is counted.
const LISTED: usize = 6;

pub(super) fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The error about an operationId that the specification does not have.
pub(super) fn unknown_operation<'o>(id: &str, known: impl Iterator<Item = &'o str>) -> Error {
    let known: Vec<&str> = known.collect();
    let near = similar::get_close_matches(id, &known, 3, 0.5);
    let help = match near.is_empty() {
        true => "`cargo xtask spec explain` lists all operations".to_owned(),
        false => format!("an operationId, such as {}", near.join(", ")),
    };
    Error::new(format!(
        "there is no operation `{id}`\n  help: {help}; a new one is first added to a file in overlays/, as CONTRIBUTING.md describes"
    ))
}

/// The type of a schema as text: `integer (int64)`.
pub(super) fn kind(schema: &At<'_>) -> Result<String, Error> {
    let schema = schema.resolved("schemas")?;
    let kind = own_kind(&schema);
    match schema.child("items") {
        Some(items) if kind == "array" => Ok(format!("array of {}", kind_of_item(&items)?)),
        _ => Ok(kind),
    }
}

/// The type of a schema that is no reference, without the type of its items.
pub(super) fn own_kind(schema: &At<'_>) -> String {
    let node: &Node = schema.node();
    let kind = match schema.str("type") {
        Some(kind) => kind,
        None if is_object(node) => "object",
        None if is_any(node) => "any JSON",
        None => return "a composition".to_owned(),
    };
    match schema.str("format") {
        Some(format) => format!("{kind} ({format})"),
        None => kind.to_owned(),
    }
}

/// Does not descend further, because items can contain themselves.
fn kind_of_item(items: &At<'_>) -> Result<String, Error> {
    let resolved = items.resolved("schemas")?;
    match resolved.str("type") {
        Some("array") => Ok("arrays".to_owned()),
        _ => kind(&resolved),
    }
}
