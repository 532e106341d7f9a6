//! How answers are read.

use syn::{Expr, ExprMatch, Ident, ImplItemFn, ReturnType, Stmt, Type, parse_quote};

use super::{Context, Pass, each_operation};
use crate::Error;
use crate::model::{Answer, Operation};

pub(super) const PASS: Pass = Pass {
    id: "answers",
    why: "progenitor leaves the body of an undeclared status unread and tells no more of a failure than its status; \
          one place reads all answers, with its limits on time and size",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    let Some(Stmt::Expr(Expr::Match(tail), None)) = method.block.stmts.last_mut() else {
        return Err(Error::new("the function does not end in a match"));
    };
    let response = matched(tail)?;
    let read: Expr = match operation.answer {
        Answer::Json(_) => parse_quote!(transport::read_json(#response)),
        Answer::Empty => parse_quote!(transport::read_empty(#response)),
        Answer::Raw => parse_quote!(Ok(ResponseValue::stream(#response))),
    };
    *tail = parse_quote! {
        match #response.status().as_u16() {
            200..=299 => #read,
            _ => Err(transport::refused(#response)),
        }
    };
    let success = success_type(method)?;
    method.sig.output = parse_quote!(-> Result<ResponseValue<#success>, Error<crate::Error>>);
    Ok(())
}

/// The variable in `match response.status().as_u16()`, when there is one success and one arm for the rest.
fn matched(tail: &ExprMatch) -> Result<Ident, Error> {
    let unknown =
        || Error::new("the function does not end in the match on the status that was expected");
    let (base, _) = super::chain::split(&tail.expr);
    match base {
        Expr::Path(path) if tail.arms.len() == 2 => {
            path.path.get_ident().cloned().ok_or_else(unknown)
        }
        _ => Err(unknown()),
    }
}

/// `X` of `Result<ResponseValue<X>, ..>`.
fn success_type(method: &ImplItemFn) -> Result<Type, Error> {
    let ReturnType::Type(_, result) = &method.sig.output else {
        return Err(Error::new("the function returns nothing"));
    };
    argument(result, "Result")
        .and_then(|value| argument(value, "ResponseValue"))
        .cloned()
        .ok_or_else(|| Error::new("the function does not return a Result of a ResponseValue"))
}

/// The first type argument of `name<..>`.
fn argument<'t>(kind: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = kind else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(kind) => Some(kind),
        _ => None,
    })
}
