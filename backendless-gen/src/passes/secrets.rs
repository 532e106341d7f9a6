//! Types that hold a secret.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, Ident, Item, Meta, Path, Token, parse_quote};

use super::{Context, Pass, types};
use crate::Error;
use crate::document::{At, Document, Pointer};

pub(super) const PASS: Pass = Pass {
    id: "secrets",
    why: "a derived Debug prints passwords and user tokens",
    apply,
};

/// Names of secrets wherever they stand; those the specification marks come on top.
const SECRET_NAMES: [&str; 2] = ["password", "user-token"];

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    let names = secret_names(context.document);
    if let Some(items) = types(file) {
        *items = std::mem::take(items)
            .into_iter()
            .flat_map(|item| quiet(&names, item))
            .collect();
    }
    Ok(())
}

/// The names of secrets, of the headers of security schemes, and of what has the format `password`.
fn secret_names(document: &Document) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = SECRET_NAMES.iter().map(|name| (*name).to_owned()).collect();
    let schemes = document.at(&Pointer::of(["components", "securitySchemes"]));
    for (_, scheme) in schemes.map(|at| at.entries()).unwrap_or_default() {
        names.extend(scheme.str("name").map(str::to_owned));
    }
    marked(&document.root(), &mut names);
    names
}

fn marked(at: &At<'_>, names: &mut BTreeSet<String>) {
    let keys: Vec<&str> = at.pointer().keys().collect();
    if let ([.., "properties" | "schemas", name], Some("password")) =
        (keys.as_slice(), at.str("format"))
    {
        names.insert((*name).to_owned());
    }
    for (_, child) in at.entries() {
        marked(&child, names);
    }
    for child in at.items() {
        marked(&child, names);
    }
}

/// The item, and its Debug where it has to be silent.
fn quiet(names: &BTreeSet<String>, mut item: Item) -> Vec<Item> {
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
    if !secret || !underive_debug(attrs) {
        return vec![item];
    }
    let silent = silent_debug(ident);
    vec![item, silent]
}

fn silent_debug(ident: &Ident) -> Item {
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
        // An attribute that is no list of names has no rename either.
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

/// Says whether Debug was derived.
fn underive_debug(attrs: &mut [Attribute]) -> bool {
    let mut found = false;
    for attr in attrs
        .iter_mut()
        .filter(|attr| attr.path().is_ident("derive"))
    {
        let Ok(derives) = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        else {
            continue;
        };
        let kept: Vec<&Path> = derives
            .iter()
            .filter(|path| !path.is_ident("Debug"))
            .collect();
        if kept.len() < derives.len()
            && let Meta::List(list) = &mut attr.meta
        {
            list.tokens = quote::quote!(#(#kept),*);
            found = true;
        }
    }
    found
}
