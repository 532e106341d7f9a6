//! Changes of the schema types that typify generates.

mod derives;
mod duplicates;
mod extra;
mod nesting;
mod optional;
mod properties;
mod secrets;
mod unions;

use syn::Item;

use crate::Error;
use crate::document::Document;

/// Changes the module `types` of `file`, if there is one. Fails if two types, or two parts of a type, have one
/// name, or types contain one another too often.
pub(crate) fn apply(document: &Document, file: &mut syn::File) -> Result<(), Error> {
    if let Some(items) = types(file) {
        properties::apply(items);
        optional::apply(items);
        extra::apply(items);
        unions::apply(document, items)?;
        duplicates::check(document, items)?;
        nesting::check(document, items)?;
        secrets::apply(document, items);
    }
    Ok(())
}

/// The items of the module `types`.
fn types(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => Some(&mut module.content.as_mut()?.1),
        _ => None,
    })
}
