//! The values in the path.

use quote::format_ident;
use syn::{Expr, FnArg, ImplItemFn, Local, Pat, Stmt, Type, parse_quote};

use super::{Context, Pass, each_operation};
use crate::Error;
use crate::model::{In, Operation};
use crate::template::Piece;

pub(super) const PASS: Pass = Pass {
    id: "path-values",
    why: "progenitor writes `.`, `..`, `\\` and an empty value as they are, which makes another path of it, and encodes the \
          slashes of a file path; `transport::path_value` refuses the former and keeps the latter",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, rewrite)
}

fn rewrite(operation: &Operation, method: &mut ImplItemFn) -> Result<(), Error> {
    let index = method.block.stmts.iter().position(formats_url);
    let index = index.ok_or_else(|| Error::new("no statement writes the URL"))?;
    let mut statements: Vec<Stmt> = Vec::new();
    for parameter in operation.parameters_in(In::Path) {
        let argument = format_ident!("{}", parameter.argument);
        let constant = format_ident!("{}", operation.constant());
        let name = &parameter.name;
        // A value that is not a text is written as one first.
        let value: Expr = match is_text(method, &parameter.argument)? {
            true => parse_quote!(#argument),
            false => {
                statements.push(parse_quote!(let #argument = #argument.to_string();));
                parse_quote!(&#argument)
            }
        };
        statements.push(parse_quote! {
            let #argument = transport::path_value(&operations::#constant, #name, #value)?;
        });
    }
    let text = format_text(operation)?;
    if let Some(Stmt::Local(Local {
        init: Some(init), ..
    })) = method.block.stmts.get_mut(index)
    {
        *init.expr = parse_quote!(format!(#text, self.baseurl));
    }
    method.block.stmts.splice(index..index, statements);
    Ok(())
}

fn formats_url(stmt: &Stmt) -> bool {
    let Stmt::Local(Local {
        init: Some(init), ..
    }) = stmt
    else {
        return false;
    };
    matches!(&*init.expr, Expr::Macro(call) if call.mac.path.is_ident("format"))
}

fn is_text(method: &ImplItemFn, argument: &str) -> Result<bool, Error> {
    let found = method.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) if matches!(&*typed.pat, Pat::Ident(pat) if pat.ident == argument) => {
            Some(&*typed.ty)
        }
        _ => None,
    });
    let kind = found.ok_or_else(|| Error::new(format!("there is no argument `{argument}`")))?;
    Ok(
        matches!(kind, Type::Reference(reference) if matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str"))),
    )
}

/// `{}/data/{table_name}`: the first pair of braces is for the base URL.
fn format_text(operation: &Operation) -> Result<String, Error> {
    let mut text = "{}".to_owned();
    for segment in &operation.template.segments {
        text.push('/');
        for piece in &segment.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Parameter(name) => {
                    let parameter = operation
                        .parameters_in(In::Path)
                        .find(|parameter| parameter.name == *name);
                    let parameter =
                        parameter.ok_or_else(|| Error::new(format!("no parameter `{name}`")))?;
                    text.push_str(&format!("{{{}}}", parameter.argument));
                }
            }
        }
    }
    Ok(text)
}
