//! The derives of generated types.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

/// Removes a trait from the derives, and returns whether it was there. `name` is the last segment of its path.
pub(super) fn remove(attrs: &mut [Attribute], name: &str) -> bool {
    let mut found = false;
    for attr in attrs
        .iter_mut()
        .filter(|attr| attr.path().is_ident("derive"))
    {
        let Ok(derives) = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        else {
            continue;
        };
        let is_kept = |path: &&Path| path.segments.last().is_none_or(|last| last.ident != name);
        let kept: Vec<&Path> = derives.iter().filter(is_kept).collect();
        if kept.len() < derives.len()
            && let Meta::List(list) = &mut attr.meta
        {
            list.tokens = quote::quote!(#(#kept),*);
            found = true;
        }
    }
    found
}
