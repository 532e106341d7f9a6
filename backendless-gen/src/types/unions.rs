//! Replaces the derived `Deserialize` of unions, which decodes a value as the first variant that accepts it.
//!
//! The generated one uses the tests that the rule `unions` determined. A value that belongs to no variant is kept as
//! `Other`, so that a variant that the service adds later is not an error.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::visit_mut::VisitMut;
use syn::{Arm, Expr, Fields, Ident, Item, ItemEnum, Type, parse_quote};

use super::derives;
use crate::Error;
use crate::document::{Document, Node};
use crate::names;
use crate::rules::{MARKER, Test};

pub(super) fn apply(document: &Document, items: &mut Vec<Item>) -> Result<(), Error> {
    for (name, at) in document.components("schemas") {
        let Some(tests) = at.node().get(MARKER).and_then(Node::sequence) else {
            continue;
        };
        let name = names::schema_type(name);
        let tests: Option<Vec<Test>> = tests.iter().map(Test::from_node).collect();
        let unexpected = || {
            at.error(
                format!("typify generated no enum with a variant per member for `{name}`"),
                "the code that typify 0.8 generates; adapt backendless-gen/src/types to another version",
            )
        };
        let index = items.iter().position(|item| is_enum(item, &name));
        let (Some(tests), Some(index)) = (tests, index) else {
            return Err(unexpected());
        };
        let Item::Enum(item) = &mut items[index] else {
            return Err(unexpected());
        };
        let (decode, other) = replace(item, &tests).ok_or_else(unexpected)?;
        items.insert(index + 1, decode);
        complete(items, &name, &other);
    }
    Ok(())
}

fn is_enum(item: &Item, name: &str) -> bool {
    matches!(item, Item::Enum(item) if item.ident == name)
}

/// Completes `Display` by the variant of other values, and removes conversions from text, which try the variants in order.
fn complete(items: &mut Vec<Item>, name: &str, other: &Ident) {
    items.retain_mut(|item| {
        let Item::Impl(item) = item else {
            return true;
        };
        let is_own = matches!(&*item.self_ty, Type::Path(path) if path.path.is_ident(name));
        let of = item
            .trait_
            .as_ref()
            .and_then(|(path, _)| path.segments.last());
        let of = of
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default();
        if is_own && of == "Display" {
            AddArm(other).visit_item_impl_mut(item);
        }
        !(is_own && matches!(of.as_str(), "FromStr" | "TryFrom"))
    });
}

/// Adds an arm for other values to each `match` of an implementation of `Display`.
struct AddArm<'a>(&'a Ident);

impl VisitMut for AddArm<'_> {
    fn visit_expr_match_mut(&mut self, expression: &mut syn::ExprMatch) {
        let other = self.0;
        expression
            .arms
            .push(parse_quote!(Self::#other(x) => x.fmt(f),));
    }
}

/// Adds the variant of other values, and returns the implementation of `Deserialize`.
fn replace(item: &mut ItemEnum, tests: &[Test]) -> Option<(Item, Ident)> {
    let mut variants: Vec<(Ident, Type)> = Vec::new();
    for variant in &item.variants {
        let Fields::Unnamed(fields) = &variant.fields else {
            return None;
        };
        let field = fields
            .unnamed
            .first()
            .filter(|_| fields.unnamed.len() == 1)?;
        variants.push((variant.ident.clone(), field.ty.clone()));
    }
    if variants.len() != tests.len() || !derives::remove(&mut item.attrs, "Deserialize") {
        return None;
    }
    let mut other = format_ident!("Other");
    while variants.iter().any(|(name, _)| *name == other) {
        other = format_ident!("{other}_");
    }
    item.variants.push(parse_quote! {
        /// A value of none of the other variants.
        #other(::serde_json::Value)
    });
    let name = &item.ident;
    let choice = match by_tag(&variants, tests, &other) {
        Some(choice) => choice,
        None => by_test(&variants, tests, &other),
    };
    let decode = parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                #choice
            }
        }
    };
    Some((decode, other))
}

/// The choice of a variant by the text of one property. Nothing if another test is needed.
fn by_tag(variants: &[(Ident, Type)], tests: &[Test], other: &Ident) -> Option<Expr> {
    let Test::Tag { property, .. } = tests.first()? else {
        return None;
    };
    let mut arms: Vec<Arm> = Vec::new();
    for ((variant, kind), test) in variants.iter().zip(tests) {
        let texts = match test {
            Test::Tag {
                property: own,
                values,
            } if own == property => texts(values)?,
            _ => return None,
        };
        let decoded = decoded(kind, variant);
        arms.push(parse_quote!(::std::option::Option::Some(#(#texts)|*) => #decoded,));
    }
    Some(parse_quote! {
        match value.get(#property).and_then(::serde_json::Value::as_str) {
            #(#arms)*
            _ => ::std::result::Result::Ok(Self::#other(value)),
        }
    })
}

/// The values of a discriminator as texts. Nothing if one of them is no text.
fn texts(values: &BTreeSet<String>) -> Option<Vec<String>> {
    let texts = values.iter().map(|value| serde_json::from_str(value).ok());
    texts.collect()
}

/// The value as a variant. A discriminator states the variant: a value that the variant does not accept is an error.
fn decoded(kind: &Type, variant: &Ident) -> Expr {
    parse_quote! {
        ::serde_json::from_value::<#kind>(value)
            .map(Self::#variant)
            .map_err(<D::Error as ::serde::de::Error>::custom)
    }
}

/// The choice of the variant whose test alone is true.
fn by_test(variants: &[(Ident, Type)], tests: &[Test], other: &Ident) -> Expr {
    let conditions = tests.iter().map(condition);
    let arms = variants.iter().zip(tests).enumerate();
    let arms = arms.map(|(index, ((variant, kind), test))| {
        let pattern = (0..tests.len()).map(|position| position == index);
        let result: Expr = match test {
            Test::Tag { .. } => decoded(kind, variant),
            _ => parse_quote! {
                ::std::result::Result::Ok(
                    ::serde_json::from_value::<#kind>(value.clone())
                        .map_or(Self::#other(value), Self::#variant)
                )
            },
        };
        let arm: Arm = parse_quote!([#(#pattern),*] => #result,);
        arm
    });
    parse_quote! {
        match [#(#conditions),*] {
            #(#arms)*
            _ => ::std::result::Result::Ok(Self::#other(value)),
        }
    }
}

/// Whether `value` belongs to a variant.
fn condition(test: &Test) -> Expr {
    match test {
        Test::Text => parse_quote!(value.is_string()),
        Test::Integer => parse_quote!(value.is_i64() || value.is_u64()),
        Test::Number => parse_quote!(value.is_number()),
        Test::Boolean => parse_quote!(value.is_boolean()),
        Test::Array => parse_quote!(value.is_array()),
        Test::Object => parse_quote!(value.is_object()),
        Test::Tag { property, values } => match texts(values) {
            Some(texts) => parse_quote! {
                ::std::matches!(
                    value.get(#property).and_then(::serde_json::Value::as_str),
                    ::std::option::Option::Some(#(#texts)|*)
                )
            },
            None => {
                let values = values.iter();
                parse_quote! {
                    value.get(#property).is_some_and(|value| [#(#values),*].contains(&value.to_string().as_str()))
                }
            }
        },
        Test::Required(names) => {
            let names = names.iter();
            parse_quote!([#(#names),*].iter().all(|name| value.get(name).is_some()))
        }
    }
}
