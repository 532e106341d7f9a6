//! Restores the names in JSON of the properties that the rule `property-names` renamed.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, Meta};

use crate::rules::SEPARATOR;

pub(super) fn apply(items: &mut [Item]) {
    for item in items {
        Restore.visit_item_mut(item);
    }
}

struct Restore;

impl VisitMut for Restore {
    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        if let Meta::List(list) = &mut attribute.meta
            && list.path.is_ident("serde")
        {
            list.tokens = restored(std::mem::take(&mut list.tokens));
        }
    }
}

fn restored(tokens: TokenStream) -> TokenStream {
    let restore = |token| match token {
        TokenTree::Group(group) => {
            TokenTree::Group(Group::new(group.delimiter(), restored(group.stream())))
        }
        TokenTree::Literal(literal) => {
            let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|text| text.value());
            match text {
                Ok(text) => match text.split_once(SEPARATOR) {
                    Some((name, _)) => TokenTree::Literal(Literal::string(name)),
                    None => TokenTree::Literal(literal),
                },
                Err(_) => TokenTree::Literal(literal),
            }
        }
        token => token,
    };
    tokens.into_iter().map(restore).collect()
}
