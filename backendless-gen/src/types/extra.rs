//! Renames the map of additional properties where the schema has a property `extra`.
//!
//! typify names that map `extra` even beside a property of the same name, which does not compile.

use quote::format_ident;
use syn::{Field, Fields, Item, Meta};

pub(super) fn apply(items: &mut [Item]) {
    for item in items {
        if let Item::Struct(item) = item
            && let Fields::Named(fields) = &mut item.fields
        {
            let is_extra =
                |field: &&mut Field| field.ident.as_ref().is_some_and(|name| name == "extra");
            let mut found: Vec<&mut Field> = fields.named.iter_mut().filter(is_extra).collect();
            if found.len() > 1
                && let Some(map) = found.iter_mut().find(|field| is_flattened(field))
            {
                map.ident = Some(format_ident!("extra_"));
            }
        }
    }
}

fn is_flattened(field: &Field) -> bool {
    field.attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) => list.path.is_ident("serde") && list.tokens.to_string() == "flatten",
        _ => false,
    })
}
