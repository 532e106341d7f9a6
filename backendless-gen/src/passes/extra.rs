//! The map of unlisted properties.

use quote::format_ident;
use syn::{Field, Fields, Item, Meta};

use super::{Context, Pass, types};
use crate::Error;

pub(super) const PASS: Pass = Pass {
    id: "extra",
    why: "typify calls the map of unlisted properties `extra`, even beside a property of that name",
    apply,
};

fn apply(_: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    for item in types(file).into_iter().flatten() {
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
    Ok(())
}

fn is_flattened(field: &Field) -> bool {
    field.attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) => list.path.is_ident("serde") && list.tokens.to_string() == "flatten",
        _ => false,
    })
}
