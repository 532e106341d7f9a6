//! How a request is made and handed to the transport.

use quote::{ToTokens, format_ident};
use syn::{Expr, ImplItemFn, Local, Pat, Stmt, parse_quote};

use super::{Context, Pass, chain, each_operation};
use crate::Error;
use crate::model::Operation;

pub(super) const PASS: Pass = Pass {
    id: "sending",
    why: "progenitor calls two hooks that the transport leaves empty, and makes a request of nothing but an address \
          by way of a builder",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    leave_out_hook(method, "self . pre (")?;
    leave_out_hook(method, "self . post (")?;
    let index = chain::position(method)?;
    let (name, base, calls) = chain::read(method, index)?;
    let request: Expr = match calls.as_slice() {
        [verb, build] if build.is("build") && verb.arguments.len() == 1 => {
            let url = &verb.arguments;
            let constant = format_ident!("{}", operation.method);
            parse_quote!(::reqwest::Request::new(::reqwest::Method::#constant, #url))
        }
        _ => chain::join(base, &calls),
    };
    method.block.stmts[index] = parse_quote!(let #name = #request;);
    join_result(method)
}

/// Takes out the one statement that begins with `call`.
fn leave_out_hook(method: &mut ImplItemFn, call: &str) -> Result<(), Error> {
    let before = method.block.stmts.len();
    let is_it = |stmt: &Stmt| stmt.to_token_stream().to_string().starts_with(call);
    method.block.stmts.retain(|stmt| !is_it(stmt));
    match before - method.block.stmts.len() {
        1 => Ok(()),
        found => Err(Error::new(format!(
            "{found} statements begin with `{call}`"
        ))),
    }
}

/// `let result = ..; let response = result?;` is one statement when nothing stands between.
fn join_result(method: &mut ImplItemFn) -> Result<(), Error> {
    let statements = &mut method.block.stmts;
    let result = statements.iter().position(|stmt| binds(stmt, "result"));
    let result = result.ok_or_else(|| Error::new("there is no `result`"))?;
    let Stmt::Local(Local {
        init: Some(init), ..
    }) = statements.remove(result)
    else {
        return Err(Error::new("`result` is not set"));
    };
    let answer = init.expr;
    match statements.get_mut(result) {
        Some(response) if binds(response, "response") => {
            *response = parse_quote!(let response = #answer?;);
            Ok(())
        }
        _ => Err(Error::new("`response` does not follow `result`")),
    }
}

fn binds(stmt: &Stmt, name: &str) -> bool {
    matches!(stmt, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(pat) if pat.ident == name))
}
