//! Replaces the derived `Debug` of types that contain a secret by one that prints no field.
//!
//! A derived `Debug` would print passwords and user tokens.

use std::collections::BTreeSet;

use syn::{Attribute, Fields, Ident, Item, parse_quote};

use super::derives;
use crate::document::{At, Document};

/// Names of properties and schemas that are always secret. The document can mark more.
const SECRET_NAMES: [&str; 2] = ["password", "user-token"];

pub(super) fn apply(document: &Document, items: &mut Vec<Item>) {
    let names = secret_names(document);
    *items = std::mem::take(items)
        .into_iter()
        .flat_map(|item| without_secrets(&names, item))
        .collect();
}

/// Names that are always secret, names of the headers of security schemes, and names with the format `password`.
fn secret_names(document: &Document) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = SECRET_NAMES.iter().map(|name| (*name).to_owned()).collect();
    for (_, scheme) in document.components("securitySchemes") {
        names.extend(scheme.str("name").map(str::to_owned));
    }
    add_marked(&document.root(), &mut names);
    names
}

/// Adds the properties and schemas at or below `at` that have the format `password`.
fn add_marked(at: &At<'_>, names: &mut BTreeSet<String>) {
    let keys: Vec<&str> = at.pointer().keys().collect();
    if let ([.., "properties" | "schemas", name], Some("password")) =
        (keys.as_slice(), at.str("format"))
    {
        names.insert((*name).to_owned());
    }
    for (_, child) in at.entries() {
        add_marked(&child, names);
    }
    for child in at.items() {
        add_marked(&child, names);
    }
}

/// The item, followed by its `Debug` if the derived one was removed.
fn without_secrets(names: &BTreeSet<String>, mut item: Item) -> Vec<Item> {
    let (attrs, ident, secret) = match &mut item {
        Item::Struct(item) => {
            let secret = names.contains(&item.ident.to_string()) || has_secret(names, &item.fields);
            (&mut item.attrs, &item.ident, secret)
        }
        Item::Enum(item) => {
            let secret = item
                .variants
                .iter()
                .any(|variant| has_secret(names, &variant.fields));
            (&mut item.attrs, &item.ident, secret)
        }
        _ => return vec![item],
    };
    if !secret || !derives::remove(attrs, "Debug") {
        return vec![item];
    }
    let debug = opaque_debug(ident);
    vec![item, debug]
}

fn opaque_debug(ident: &Ident) -> Item {
    let name = ident.to_string();
    parse_quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name).finish_non_exhaustive()
            }
        }
    }
}

fn has_secret(names: &BTreeSet<String>, fields: &Fields) -> bool {
    fields.iter().any(|field| {
        let renamed = field.attrs.iter().find_map(renamed);
        let name = renamed.or_else(|| field.ident.as_ref().map(Ident::to_string));
        name.is_some_and(|name| names.contains(&name))
    })
}

/// The name in `#[serde(rename = "..")]`.
fn renamed(attr: &Attribute) -> Option<String> {
    let mut found = None;
    if attr.path().is_ident("serde") {
        // An attribute that does not parse as a list has no rename either.
        let _ = attr.parse_nested_meta(|meta| {
            let value = meta.value().and_then(|value| value.parse::<syn::Expr>());
            if let (true, Ok(syn::Expr::Lit(lit))) = (meta.path.is_ident("rename"), value)
                && let syn::Lit::Str(text) = lit.lit
            {
                found = Some(text.value());
            }
            Ok(())
        });
    }
    found
}
