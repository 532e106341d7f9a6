//! The passes that turn progenitor's code into the SDK's.
//!
//! Each pass knows one shape that progenitor 0.15.1 emits. A method that does not have the shape is an error, not
//! something to leave alone: a new progenitor must not slip past a pass unnoticed.

mod answers;
mod bodies;
mod chain;
mod client;
pub(crate) mod docs;
mod extra;
mod generics;
mod headers;
mod path_values;
mod secrets;
mod sending;
mod target;
mod verbs;

use syn::{ImplItem, ImplItemFn, Item};

use crate::Error;
use crate::document::Document;
use crate::model::{Model, Operation};

/// What a pass may look at besides the code.
pub(crate) struct Context<'c> {
    pub(crate) model: &'c Model,
    pub(crate) document: &'c Document,
}

/// One change of the code.
pub(crate) struct Pass {
    pub(crate) id: &'static str,
    /// Why it is needed.
    pub(crate) why: &'static str,
    pub(crate) apply: fn(&Context<'_>, &mut syn::File) -> Result<(), Error>,
}

/// In the order in which they are applied.
pub(crate) const PASSES: [Pass; 12] = [
    client::PASS,
    verbs::PASS,
    headers::PASS,
    path_values::PASS,
    target::PASS,
    bodies::PASS,
    generics::PASS,
    answers::PASS,
    extra::PASS,
    secrets::PASS,
    sending::PASS,
    docs::PASS,
];

pub(crate) fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    for pass in &PASSES {
        (pass.apply)(context, file).map_err(|error| {
            Error::new(format!("the pass `{}` ({}): {error}", pass.id, pass.why))
        })?;
    }
    Ok(())
}

/// The functions of the operations.
fn methods(file: &mut syn::File) -> impl Iterator<Item = &mut ImplItemFn> {
    file.items
        .iter_mut()
        .filter_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() => Some(&mut item.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
            _ => None,
        })
}

/// The items of the module of types.
fn types(file: &mut syn::File) -> Option<&mut Vec<Item>> {
    file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => Some(&mut module.content.as_mut()?.1),
        _ => None,
    })
}

/// Calls `change` for the function of every operation.
fn each_operation(
    context: &Context<'_>,
    file: &mut syn::File,
    mut change: impl FnMut(&Operation, &mut ImplItemFn) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut seen = 0;
    for method in methods(file) {
        let name = method.sig.ident.to_string();
        let operation = context.model.by_function(&name).ok_or_else(|| {
            Error::new(format!(
                "progenitor made a function `{name}` of no operation"
            ))
        })?;
        change(operation, method)
            .map_err(|error| Error::new(format!("operation `{}`: {error}", operation.id)))?;
        seen += 1;
    }
    let expected = context.model.operations.len();
    match seen == expected {
        true => Ok(()),
        false => Err(Error::new(format!(
            "progenitor made {seen} functions for {expected} operations"
        ))),
    }
}
