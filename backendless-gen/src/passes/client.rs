//! The client itself.

use syn::{Attribute, ImplItem, Item, ItemImpl, ItemStruct, parse_quote};

use super::{Context, Pass};
use crate::Error;

pub(super) const PASS: Pass = Pass {
    id: "client",
    why: "progenitor's `Client::new` unwraps and limits every call to 15 s, its derived Debug prints the base URL with the \
          REST API key, and each clone copies that URL",
    apply,
};

fn apply(_: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    let before = file.items.len();
    file.items.retain(|item| !is_prelude(item));
    if file.items.len() + 1 != before {
        return Err(Error::new("there is no module `prelude` to leave out"));
    }
    let mut changed = 0;
    for item in &mut file.items {
        changed += usize::from(rewrite(item));
    }
    if changed != 4 {
        return Err(Error::new(format!(
            "{changed} parts of the client have a known shape, not 4"
        )));
    }
    file.items.insert(
        0,
        parse_quote!(
            use crate::{operations, transport};
        ),
    );
    Ok(())
}

fn is_prelude(item: &Item) -> bool {
    matches!(item, Item::Mod(module) if module.ident == "prelude")
}

/// Says whether `item` was one of the parts.
fn rewrite(item: &mut Item) -> bool {
    match item {
        Item::Use(import) if !matches!(import.vis, syn::Visibility::Public(_)) => {
            import.tree =
                parse_quote!(progenitor_client::{ClientHooks, OperationInfo, RequestBuilderExt});
        }
        Item::Struct(client) if client.ident == "Client" => *client = definition(&client.attrs),
        Item::Impl(client) if client.trait_.is_none() && is_constructor(client) => {
            client.items = vec![constructor()];
        }
        Item::Impl(info)
            if info
                .trait_
                .as_ref()
                .is_some_and(|(path, _)| is_client_info(path)) =>
        {
            *info = client_info(info.items.first());
        }
        _ => return false,
    }
    true
}

fn definition(attrs: &[Attribute]) -> ItemStruct {
    let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    parse_quote! {
        #(#docs)*
        #[derive(Clone)]
        pub struct Client {
            pub(crate) baseurl: ::std::sync::Arc<str>,
            pub(crate) client: reqwest::Client,
            pub(crate) inner: transport::Transport,
        }
    }
}

fn constructor() -> ImplItem {
    parse_quote! {
        /// Calls the API behind `baseurl`: scheme, host and the path in front of the paths of the operations.
        pub(crate) fn new_with_client(
            baseurl: ::std::sync::Arc<str>,
            client: reqwest::Client,
            inner: transport::Transport,
        ) -> Self {
            Self { baseurl, client, inner }
        }
    }
}

/// `version` is the function that tells the version of the API.
fn client_info(version: Option<&ImplItem>) -> ItemImpl {
    parse_quote! {
        impl ClientInfo<transport::Transport> for Client {
            #version
            fn baseurl(&self) -> &str {
                &self.baseurl
            }
            fn client(&self) -> &reqwest::Client {
                &self.client
            }
            fn inner(&self) -> &transport::Transport {
                &self.inner
            }
        }
    }
}

fn is_constructor(item: &syn::ItemImpl) -> bool {
    let is_new = |item: &syn::ImplItem| matches!(item, syn::ImplItem::Fn(method) if method.sig.ident == "new_with_client");
    item.items.iter().any(is_new)
}

fn is_client_info(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| last.ident == "ClientInfo")
}
