//! Headers.

use quote::ToTokens;
use syn::{ImplItemFn, Stmt, parse_quote};

use super::{Context, Pass, chain, each_operation};
use crate::Error;
use crate::model::{In, Operation};

pub(super) const PASS: Pass = Pass {
    id: "headers",
    why: "progenitor sends `api-version` with every request, which the specification does not ask for, and builds a map for \
          the `Accept` of each, which is the same for all and is the client's",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    let statements = &mut method.block.stmts;
    let before = statements.len();
    statements.retain(|stmt| {
        !stmt
            .to_token_stream()
            .to_string()
            .contains("\"api-version\"")
    });
    if statements.len() + 1 != before {
        return Err(Error::new("there is no `api-version` header to leave out"));
    }
    leave_out_accept(method)?;
    let statements = &mut method.block.stmts;
    let built = statements.iter_mut().find(|stmt| builds_map(stmt));
    let built = built.ok_or_else(|| Error::new("there is no header map"))?;
    let count = operation.parameters_in(In::Header).count();
    if count > 0 {
        *built =
            parse_quote!(let mut header_map = ::reqwest::header::HeaderMap::with_capacity(#count););
        return Ok(());
    }
    statements.retain(|stmt| !builds_map(stmt));
    let index = chain::position(method)?;
    let (_, base, mut calls) = chain::read(method, index)?;
    calls.retain(|call| !call.is("headers"));
    chain::write(method, index, chain::join(base, &calls));
    Ok(())
}

/// The client sends `Accept: application/json` with every request of its own.
fn leave_out_accept(method: &mut ImplItemFn) -> Result<(), Error> {
    let index = chain::position(method)?;
    let (_, base, mut calls) = chain::read(method, index)?;
    let is_json = |call: &chain::Call| {
        let value = call.arguments.last().map(ToTokens::to_token_stream);
        value.is_some_and(|value| value.to_string().contains("\"application/json\""))
    };
    calls.retain(|call| !(call.sets("ACCEPT") && is_json(call)));
    chain::write(method, index, chain::join(base, &calls));
    Ok(())
}

fn builds_map(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Local(local) if matches!(&local.pat, syn::Pat::Ident(pat) if pat.ident == "header_map"))
}
