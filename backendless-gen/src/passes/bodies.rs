//! Request bodies.

use quote::format_ident;
use syn::{Expr, FnArg, Ident, ImplItemFn, Pat, PatType, Stmt, Type, parse_quote};

use super::chain::{self, Call};
use super::{Context, Pass, each_operation};
use crate::Error;
use crate::model::{Media, Operation, Request};

pub(super) const PASS: Pass = Pass {
    id: "bodies",
    why: "progenitor cannot send a form with files (the rule `multipart` lowered it to bytes) and always sends a body, \
          required or not",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, |operation, method| {
        match &operation.request {
            None => Ok(()),
            Some(request) => rewrite(operation, request, method),
        }
    })
}

fn rewrite(operation: &Operation, request: &Request, method: &mut ImplItemFn) -> Result<(), Error> {
    let index = chain::position(method)?;
    let (bound, base, mut calls) = chain::read(method, index)?;
    let mut sent: Vec<Call> = calls.extract_if(.., |call| is_body(call)).collect();
    let [.., last] = sent.as_mut_slice() else {
        return Err(Error::new("the body is not sent"));
    };
    let name = match request.media {
        Media::Multipart => form_name(operation),
        _ => format_ident!("body"),
    };
    let argument: Expr = parse_quote!(#name);
    last.arguments = [argument].into_iter().collect();
    if request.media == Media::Multipart {
        raise(method, &name)?;
        last.name = format_ident!("multipart");
        // The form writes its own Content-Type: the boundary belongs to it.
        sent.retain(|call| !call.sets("CONTENT_TYPE"));
    }
    if request.required {
        let at = calls
            .iter()
            .position(|call| !call.is("header") && !is_verb(call))
            .unwrap_or(calls.len());
        calls.splice(at..at, sent);
        chain::write(method, index, chain::join(base, &calls));
        return Ok(());
    }
    make_optional(method, &name)?;
    let build = calls
        .pop()
        .ok_or_else(|| Error::new("the request is not built"))?;
    let start = chain::join(base, &calls);
    let statements = send_if_some(&name, &bound, &start, &sent, &build);
    method.block.stmts.splice(index..=index, statements);
    Ok(())
}

/// The calls that send the body, made only when there is one.
fn send_if_some(
    name: &Ident,
    bound: &Ident,
    start: &Expr,
    sent: &[Call],
    build: &Call,
) -> [Stmt; 3] {
    let builder: Expr = parse_quote!(builder);
    let with_body = chain::join(builder.clone(), sent);
    let built = chain::join(builder, std::slice::from_ref(build));
    [
        parse_quote!(let mut builder = #start;),
        parse_quote!(if let Some(#name) = #name { builder = #with_body; }),
        parse_quote!(#[allow(unused_mut)] let mut #bound = #built;),
    ]
}

fn is_body(call: &Call) -> bool {
    ["json", "form_urlencoded", "body"]
        .iter()
        .any(|name| call.is(name))
        || call.sets("CONTENT_TYPE")
}

/// `.get(url)` and its like, the first call of a chain.
fn is_verb(call: &Call) -> bool {
    ["get", "put", "post", "delete", "head", "patch", "request"]
        .iter()
        .any(|name| call.is(name))
}

/// `form`, unless a parameter has that name.
fn form_name(operation: &Operation) -> Ident {
    let taken = operation
        .parameters
        .iter()
        .any(|parameter| parameter.argument == "form");
    if taken {
        format_ident!("form_data")
    } else {
        format_ident!("form")
    }
}

/// `body: B` becomes `form: reqwest::multipart::Form`, and the type parameter goes.
fn raise(method: &mut ImplItemFn, name: &Ident) -> Result<(), Error> {
    let argument = body_argument(method, "body")?;
    *argument.pat = parse_quote!(#name);
    *argument.ty = parse_quote!(reqwest::multipart::Form);
    method.sig.generics = parse_quote!(<'a>);
    Ok(())
}

fn make_optional(method: &mut ImplItemFn, name: &Ident) -> Result<(), Error> {
    let argument = body_argument(method, &name.to_string())?;
    let required: &Type = &argument.ty;
    *argument.ty = parse_quote!(Option<#required>);
    Ok(())
}

fn body_argument<'m>(method: &'m mut ImplItemFn, name: &str) -> Result<&'m mut PatType, Error> {
    let found = method.sig.inputs.iter_mut().find_map(|input| match input {
        FnArg::Typed(typed) if matches!(&*typed.pat, Pat::Ident(pat) if pat.ident == name) => {
            Some(typed)
        }
        _ => None,
    });
    found.ok_or_else(|| Error::new(format!("there is no argument `{name}`")))
}
