//! Rejects names that two types, or two parts of a type, would share.
//!
//! typify names an inline schema by its place: `inner` of `Outer` is `OuterInner`, which may be a component as well.

use std::collections::BTreeSet;

use heck::ToPascalCase;
use syn::{Fields, Item};

use crate::Error;
use crate::document::{Document, Pointer};

pub(super) fn check(document: &Document, items: &[Item]) -> Result<(), Error> {
    let mut types = BTreeSet::new();
    for item in items {
        let (name, parts) = match item {
            Item::Struct(item) => (&item.ident, fields(&item.fields)),
            Item::Enum(item) => (
                &item.ident,
                item.variants
                    .iter()
                    .map(|one| one.ident.to_string())
                    .collect(),
            ),
            Item::Type(item) => (&item.ident, Vec::new()),
            _ => continue,
        };
        let name = name.to_string();
        let mut seen = BTreeSet::new();
        if let Some(part) = parts.iter().find(|part| !seen.insert(part.as_str())) {
            let problem = format!("two properties of the type `{name}` are both `{part}` in Rust");
            let help = "names that differ in more than case and punctuation, in all parts of a composition";
            return Err(document.error_near(&place(document, &name), problem, help));
        }
        if types.contains(&name) {
            let problem = format!("two schemas are both `{name}` in Rust");
            let help = "another name for the component, or the inline schema as a component with its own name";
            return Err(document.error_near(&place(document, &name), problem, help));
        }
        types.insert(name);
    }
    Ok(())
}

fn fields(fields: &Fields) -> Vec<String> {
    let names = fields.iter().filter_map(|field| field.ident.as_ref());
    names.map(ToString::to_string).collect()
}

/// The component that a type is named after: the one with its name, or else the one that contains its schema.
pub(super) fn place(document: &Document, name: &str) -> Pointer {
    let components = document.components("schemas").into_iter();
    let owners = components.filter_map(|(component, at)| {
        let owner = component.to_pascal_case();
        let contains = !owner.is_empty() && name.starts_with(&owner);
        contains.then(|| (owner.len(), at.pointer().clone()))
    });
    let owner = owners.max_by_key(|(length, _)| *length);
    owner.map(|(_, pointer)| pointer).unwrap_or_default()
}
