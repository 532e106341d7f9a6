//! Makes each optional property an `Option` that is not sent if it is `None`.
//!
//! typify omits an optional list or map that is empty, so that an empty one could not be sent. It sends `null` for an
//! unset property of a recursive type, because it boxes the `Option`.

use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Field, Item, Meta, Token, Type, parse_quote};

use crate::functions::type_argument;

pub(super) fn apply(items: &mut [Item]) {
    for item in items {
        Options.visit_item_mut(item);
    }
}

struct Options;

impl VisitMut for Options {
    fn visit_field_mut(&mut self, field: &mut Field) {
        let Some(kind) = option(&field.ty) else {
            return;
        };
        if field.attrs.iter_mut().any(make_optional) {
            field.ty = kind;
        }
    }
}

/// The `Option` in place of a type; `None` for types that typify treats as this module does.
fn option(kind: &Type) -> Option<Type> {
    if let Some(inner) = type_argument(kind, "Box").and_then(|inner| type_argument(inner, "Option"))
    {
        return Some(parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>));
    }
    let collections = ["Vec", "Map", "HashMap"];
    let is_collection = collections
        .iter()
        .any(|name| type_argument(kind, name).is_some());
    is_collection.then(|| parse_quote!(::std::option::Option<#kind>))
}

/// Replaces the default of a property by one that is not sent. Returns whether it has a default.
fn make_optional(attribute: &mut Attribute) -> bool {
    if !attribute.path().is_ident("serde") {
        return false;
    }
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(settings) = attribute.parse_args_with(parse) else {
        return false;
    };
    let is_default =
        |setting: &Meta| matches!(setting, Meta::Path(path) if path.is_ident("default"));
    if !settings.iter().any(is_default) {
        return false;
    }
    let is_replaced =
        |setting: &Meta| is_default(setting) || setting.path().is_ident("skip_serializing_if");
    let kept = settings.iter().filter(|setting| !is_replaced(setting));
    *attribute = parse_quote! {
        #[serde(#(#kept,)* skip_serializing_if = "::std::option::Option::is_none")]
    };
    true
}
