//! The address of a request.

use quote::ToTokens;
use syn::{Expr, ImplItemFn, Local, Stmt, parse_quote};

use super::chain::Call;
use super::{Context, Pass, chain, each_operation};
use crate::Error;
use crate::model::{In, Operation};

pub(super) const PASS: Pass = Pass {
    id: "target",
    why: "progenitor writes the address as a text that is parsed anew for each request, and once more for each query \
          parameter; `transport::Target` makes it in one go, with the app path in it",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    let queries = take_queries(method)?;
    let expected = operation.parameters_in(In::Query).count();
    if queries.len() != expected {
        return Err(Error::new(format!(
            "{} of {expected} query parameters are in the chain that builds the request",
            queries.len()
        )));
    }
    let address = method.block.stmts.iter_mut().find_map(address);
    let address = address.ok_or_else(|| Error::new("no statement writes the address"))?;
    let Expr::Macro(call) = &*address else {
        return Err(Error::new("the address is no `format!`"));
    };
    let tokens = call.mac.tokens.to_string();
    let path = tokens
        .strip_prefix("\"{}")
        .and_then(|rest| rest.strip_suffix("\" , self . baseurl"))
        .ok_or_else(|| Error::new(format!("the address is `format!({tokens})`")))?;
    let target: Expr = match path.contains('{') {
        true => parse_quote!(transport::Target::new(self, format_args!(#path))),
        false => parse_quote!(transport::Target::new(self, #path)),
    };
    let mut calls = queries;
    calls.push(Call {
        name: parse_quote!(url),
        arguments: Default::default(),
        fallible: true,
    });
    *address = chain::join(target, &calls);
    Ok(())
}

/// Takes `.query(&progenitor_client::QueryParam::new("offset", &offset))` out of the chain, as
/// `.query("offset", &offset)`.
fn take_queries(method: &mut ImplItemFn) -> Result<Vec<Call>, Error> {
    let index = chain::position(method)?;
    let (_, base, calls) = chain::read(method, index)?;
    let (queries, rest): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| call.is("query"));
    chain::write(method, index, chain::join(base, &rest));
    queries.into_iter().map(direct).collect()
}

fn direct(mut call: Call) -> Result<Call, Error> {
    if let Some(Expr::Reference(parameter)) = call.arguments.first()
        && let Expr::Call(made) = &*parameter.expr
        && made.func.to_token_stream().to_string() == "progenitor_client :: QueryParam :: new"
    {
        call.arguments = made.args.clone();
        return Ok(call);
    }
    Err(Error::new(
        "a query parameter is no `progenitor_client::QueryParam`",
    ))
}

/// The expression of `let url = format!(..);`.
fn address(stmt: &mut Stmt) -> Option<&mut Expr> {
    match stmt {
        Stmt::Local(Local {
            init: Some(init), ..
        }) if matches!(&*init.expr, Expr::Macro(call) if call.mac.path.is_ident("format")) => {
            Some(&mut init.expr)
        }
        _ => None,
    }
}
