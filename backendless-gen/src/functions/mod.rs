//! Replaces progenitor's client by one free function per operation that builds its request.
//!
//! progenitor decides the name, the documentation, the arguments and the type of the response. [`signature`] reads them
//! from progenitor's function; [`body`] writes the statements from the model. Everything else that progenitor generates
//! around the functions (the client type, its traits, its imports) is dropped.
//!
//! Any function that does not have the expected shape is an error, so that a new version of progenitor cannot change the
//! generated code unnoticed.

mod body;
mod path;
mod signature;

use std::collections::BTreeSet;

use quote::quote;
use syn::visit::{self, Visit};
use syn::{ImplItem, ImplItemFn, Item, ItemFn, ItemMod, Path, parse_quote};

use crate::Error;
use crate::document::Document;
use crate::model::{Media, Model, Operation};
use crate::parameters::Style;
use signature::Signature;
pub(crate) use signature::type_argument;

/// Replaces the items of `file` by the module of types and the functions.
///
/// `document` is used for the places in error messages only.
pub(crate) fn apply(model: &Model, document: &Document, file: &mut syn::File) -> Result<(), Error> {
    let mut types = None;
    let mut functions = Vec::new();
    let mut seen = BTreeSet::new();
    for item in std::mem::take(&mut file.items) {
        match item {
            Item::Mod(module) if module.ident == "types" => types = schema_types(module),
            Item::Impl(client) if client.trait_.is_none() => {
                for method in client.items.into_iter().filter_map(operation_method) {
                    let name = method.sig.ident.to_string();
                    let operation = model.by_function(&name).ok_or_else(|| {
                        Error::new(format!(
                            "progenitor generated the function `{name}`, which belongs to no operation"
                        ))
                    })?;
                    seen.insert(operation.id.as_str());
                    functions.push(Item::Fn(function(document, operation, method)?));
                }
            }
            _ => {}
        }
    }
    let missing = model
        .operations
        .iter()
        .find(|operation| !seen.contains(operation.id.as_str()));
    if let Some(operation) = missing {
        return Err(unexpected(
            document,
            operation,
            "progenitor generated no function",
        ));
    }
    file.items = imports(model);
    file.items.extend(types.map(Item::Mod));
    file.items.extend(functions);
    Ok(())
}

/// The functions of operations are async; the constructors of the client are not.
fn operation_method(item: ImplItem) -> Option<ImplItemFn> {
    match item {
        ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
        _ => None,
    }
}

fn function(
    document: &Document,
    operation: &Operation,
    method: ImplItemFn,
) -> Result<ItemFn, Error> {
    let path = path::read(document, operation)?;
    let signature = Signature::read(operation, method)
        .map_err(|what| unexpected(document, operation, &what))?;
    let statements = body::statements(operation, &signature, &path)
        .map_err(|what| unexpected(document, operation, &what))?;
    let Signature {
        docs,
        name,
        success,
        ..
    } = &signature;
    let generics = signature.generics();
    let arguments = signature.declarations();
    Ok(parse_quote! {
        #(#docs)*
        pub fn #name #generics (#arguments) -> crate::Result<Prepared<#success>> {
            #(#statements)*
        }
    })
}

/// Imports of the module. Each is used by at least one function.
fn imports(model: &Model) -> Vec<Item> {
    if model.operations.is_empty() {
        return Vec::new();
    }
    let uses_multipart = model.operations.iter().any(|operation| {
        let request = operation.request.as_ref();
        request.is_some_and(|request| request.media == Media::Multipart)
    });
    let multipart = uses_multipart.then(|| quote!(Multipart,));
    let mut parameters = model.operations.iter().flat_map(|one| &one.parameters);
    let uses_styles = parameters.any(|parameter| parameter.style != Style::Plain);
    let style = uses_styles.then(|| quote!(Style,));
    vec![
        parse_quote!(
            use crate::operations;
        ),
        parse_quote!(
            use crate::prepared::{#multipart Prepared, RequestBuilder, #style};
        ),
    ]
}

/// The module without typify's error types if no schema type uses them; nothing if no type is left.
fn schema_types(mut module: ItemMod) -> Option<ItemMod> {
    let (_, items) = module.content.as_mut()?;
    let is_error = |item: &Item| matches!(item, Item::Mod(error) if error.ident == "error");
    let mut uses = UsesErrors(false);
    items
        .iter()
        .filter(|item| !is_error(item))
        .for_each(|item| uses.visit_item(item));
    if !uses.0 {
        items.retain(|item| !is_error(item));
    }
    (!items.is_empty()).then_some(module)
}

/// Finds paths that start with `self::error`.
struct UsesErrors(bool);

impl<'ast> Visit<'ast> for UsesErrors {
    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments = path.segments.iter().map(|segment| &segment.ident);
        self.0 |= segments.next().is_some_and(|first| first == "self")
            && segments.next().is_some_and(|second| second == "error");
        visit::visit_path(self, path);
    }
}

/// An error about progenitor's function for `operation`, with the operation's place.
fn unexpected(document: &Document, operation: &Operation, what: &str) -> Error {
    document.error_near(
        &operation.pointer,
        format!("the function `{}`: {what}", operation.function),
        "the code that progenitor 0.15 generates; adapt backendless-gen/src/functions to another version",
    )
}
