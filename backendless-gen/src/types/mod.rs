//! Changes of the schema types that typify generates.

mod extra;
mod secrets;

use syn::Item;

use crate::document::Document;

/// Changes the module `types` of `file`, if there is one.
pub(crate) fn apply(document: &Document, file: &mut syn::File) {
    if let Some(items) = types(file) {
        extra::apply(items);
        secrets::apply(document, items);
    }
}

/// The items of the module `types`.
fn types(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => Some(&mut module.content.as_mut()?.1),
        _ => None,
    })
}
