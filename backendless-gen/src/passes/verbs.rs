//! Methods without a function in reqwest.

use quote::format_ident;
use syn::{ImplItemFn, parse_quote};

use super::{Context, Pass, chain, each_operation};
use crate::Error;
use crate::model::Operation;

pub(super) const PASS: Pass = Pass {
    id: "verbs",
    why: "progenitor calls `client.options(url)` and `client.trace(url)`, which reqwest does not have",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    if !["OPTIONS", "TRACE"].contains(&operation.method.as_str()) {
        return Ok(());
    }
    let index = chain::position(method)?;
    let (_, base, mut calls) = chain::read(method, index)?;
    let verb = operation.method.to_ascii_lowercase();
    let call = calls.iter_mut().find(|call| call.is(&verb));
    let call = call.ok_or_else(|| Error::new(format!("no call of `{verb}` begins the request")))?;
    let constant = format_ident!("{}", operation.method);
    call.name = format_ident!("request");
    call.arguments
        .insert(0, parse_quote!(::reqwest::Method::#constant));
    chain::write(method, index, chain::join(base, &calls));
    Ok(())
}
