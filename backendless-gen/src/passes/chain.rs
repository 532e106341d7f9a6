//! The chain of calls that builds a request: `self.client.get(url).header(..).query(..).build()?`.

use syn::punctuated::Punctuated;
use syn::{Expr, Ident, ImplItemFn, Local, Pat, Stmt, Token, parse_quote};

use crate::Error;

/// `.name(arguments)`, followed by `?` or not.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) name: Ident,
    pub(super) arguments: Punctuated<Expr, Token![,]>,
    pub(super) fallible: bool,
}

impl Call {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether it sets the header that `reqwest::header` calls `name`.
    pub(super) fn sets(&self, name: &str) -> bool {
        let is_it = |expr: &Expr| match expr {
            Expr::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == name),
            _ => false,
        };
        self.is("header") && self.arguments.first().is_some_and(is_it)
    }
}

/// Where the request is built: the index of the statement in the function.
pub(super) fn position(method: &ImplItemFn) -> Result<usize, Error> {
    let builds = |stmt: &Stmt| match stmt {
        Stmt::Local(Local {
            init: Some(init), ..
        }) => split(&init.expr)
            .1
            .last()
            .is_some_and(|call| call.is("build")),
        _ => false,
    };
    method
        .block
        .stmts
        .iter()
        .position(builds)
        .ok_or_else(|| Error::new("no statement builds the request"))
}

/// The statement at `index`: the name it binds, what the calls start from, and the calls.
pub(super) fn read(method: &ImplItemFn, index: usize) -> Result<(Ident, Expr, Vec<Call>), Error> {
    if let Some(Stmt::Local(Local {
        pat: Pat::Ident(pat),
        init: Some(init),
        ..
    })) = method.block.stmts.get(index)
    {
        let (base, calls) = split(&init.expr);
        return Ok((pat.ident.clone(), base, calls));
    }
    Err(Error::new("the request is bound to a pattern"))
}

pub(super) fn split(expr: &Expr) -> (Expr, Vec<Call>) {
    let (inner, fallible) = match expr {
        Expr::Try(tried) => (&*tried.expr, true),
        other => (other, false),
    };
    let Expr::MethodCall(call) = inner else {
        return (expr.clone(), Vec::new());
    };
    let (base, mut calls) = split(&call.receiver);
    calls.push(Call {
        name: call.method.clone(),
        arguments: call.args.clone(),
        fallible,
    });
    (base, calls)
}

pub(super) fn join(base: Expr, calls: &[Call]) -> Expr {
    calls.iter().fold(base, |receiver, call| {
        let Call {
            name,
            arguments,
            fallible,
        } = call;
        match fallible {
            true => parse_quote!(#receiver.#name(#arguments)?),
            false => parse_quote!(#receiver.#name(#arguments)),
        }
    })
}

/// Puts the changed chain back.
pub(super) fn write(method: &mut ImplItemFn, index: usize, expr: Expr) {
    if let Some(Stmt::Local(Local {
        init: Some(init), ..
    })) = method.block.stmts.get_mut(index)
    {
        *init.expr = expr;
    }
}
