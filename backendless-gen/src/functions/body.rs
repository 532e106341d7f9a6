//! Statements of a generated function.

use proc_macro2::Literal;
use quote::format_ident;
use syn::{Expr, Ident, Stmt, Type, parse_quote};

use super::path::{Paths, Step};
use super::signature::Signature;
use crate::bodies::{ContentType, FormField};
use crate::model::{Media, Operation, Response};
use crate::parameters::{In, Parameter, Style};

/// Statements that build and return the request.
///
/// Fails with a description of what is not as expected in progenitor's function.
pub(super) fn statements(
    operation: &Operation,
    signature: &Signature,
    paths: &Paths,
) -> Result<Vec<Stmt>, String> {
    let builder = &signature.builder;
    let constant = format_ident!("{}", operation.constant());
    let mut statements: Vec<Stmt> =
        vec![parse_quote!(let mut #builder = RequestBuilder::new(&operations::#constant);)];
    statements.extend(path(signature, paths)?);
    for parameter in in_order(operation, signature) {
        match parameter.place {
            In::Path => {}
            In::Query => statements.push(query(signature, parameter)),
            In::Header => statements.push(header(signature, parameter)?),
        }
    }
    if let Some(accept) = &operation.accept {
        statements.push(parse_quote!(#builder.header("accept", #accept)?;));
    }
    statements.extend(body(operation, signature));
    let finish = match operation.response {
        Response::Json(_) => format_ident!("finish_json"),
        Response::Text => format_ident!("finish_text"),
        Response::Empty => format_ident!("finish_empty"),
        Response::Raw => format_ident!("finish_bytes"),
    };
    statements.push(Stmt::Expr(parse_quote!(Ok(#builder.#finish())), None));
    Ok(statements)
}

/// The parameters in the order of the arguments.
fn in_order<'o>(
    operation: &'o Operation,
    signature: &Signature,
) -> impl Iterator<Item = &'o Parameter> {
    signature.arguments.iter().filter_map(|argument| {
        operation
            .parameters
            .iter()
            .find(|parameter| argument.name == parameter.argument)
    })
}

/// Adds the path, by profile if the live service has another one.
fn path(signature: &Signature, paths: &Paths) -> Result<Vec<Stmt>, String> {
    let document = steps(signature, &paths.document)?;
    let (Some(profile), Some(live)) = (&signature.profile, &paths.live) else {
        return Ok(document);
    };
    let live = steps(signature, live)?;
    Ok(vec![parse_quote! {
        if #profile == crate::Profile::Live {
            #(#live)*
        } else {
            #(#document)*
        }
    }])
}

fn steps(signature: &Signature, steps: &[Step]) -> Result<Vec<Stmt>, String> {
    let builder = &signature.builder;
    let statement = |step: &Step| match step {
        Step::Literal(text) => Ok(parse_quote!(#builder.literal(#text);)),
        Step::Parameter {
            index,
            argument,
            style,
        } => {
            let kind = signature.kind_of(argument)?;
            let argument = format_ident!("{argument}");
            let index = Literal::usize_unsuffixed(*index);
            if let Some(style) = style_path(*style) {
                return Ok(parse_quote!(#builder.parameter_as(#style, #index, &#argument)?;));
            }
            let value = as_text(kind, &argument);
            Ok(parse_quote!(#builder.parameter(#index, #value)?;))
        }
    };
    steps.iter().map(statement).collect()
}

/// Adds a query parameter, by its name in the profile if the names differ.
fn query(signature: &Signature, parameter: &Parameter) -> Stmt {
    let builder = &signature.builder;
    let argument = format_ident!("{}", parameter.argument);
    let name = &parameter.name;
    let name: Expr = match (&signature.profile, &parameter.live_name) {
        (Some(profile), Some(live)) => parse_quote!(#profile.select(#name, #live)),
        _ => parse_quote!(#name),
    };
    match style_path(parameter.style) {
        Some(style) => parse_quote!(#builder.query_as(#style, #name, &#argument)?;),
        None => parse_quote!(#builder.query(#name, &#argument)?;),
    }
}

/// The variant of `Style` in `crate::prepared`; none for values that are written as text.
fn style_path(style: Style) -> Option<Expr> {
    let Style::Of(variant) = style else {
        return None;
    };
    let variant = format_ident!("{variant}");
    Some(parse_quote!(Style::#variant))
}

fn header(signature: &Signature, parameter: &Parameter) -> Result<Stmt, String> {
    let builder = &signature.builder;
    let argument = format_ident!("{}", parameter.argument);
    let name = &parameter.name;
    if let Some(style) = style_path(parameter.style) {
        return Ok(parse_quote!(#builder.header_as(#style, #name, &#argument)?;));
    }
    let kind = signature.kind_of(&parameter.argument)?;
    let Some(inner) = super::signature::type_argument(kind, "Option") else {
        let value = as_text(kind, &argument);
        return Ok(parse_quote!(#builder.header(#name, #value)?;));
    };
    let value = as_text(inner, &argument);
    Ok(parse_quote! {
        if let Some(#argument) = #argument {
            #builder.header(#name, #value)?;
        }
    })
}

/// Sets the body, and its media type unless it is that of the request builder.
fn body(operation: &Operation, signature: &Signature) -> Vec<Stmt> {
    let (Some(request), Some(argument)) = (&operation.request, &signature.body) else {
        return Vec::new();
    };
    let builder = &signature.builder;
    let call: Stmt = match request.media {
        Media::Json => parse_quote!(#builder.json(#argument)?;),
        Media::Form => form(builder, argument, &request.fields),
        Media::Octets => parse_quote!(#builder.bytes(#argument);),
        Media::Text => parse_quote!(#builder.text(#argument);),
        Media::Multipart => parse_quote!(#builder.multipart(#argument);),
    };
    let content_type: Option<Stmt> = match (request.content_type(), &signature.content_type) {
        (ContentType::Fixed(name), _) => Some(parse_quote!(#builder.content_type(#name)?;)),
        (ContentType::Chosen, Some(name)) => Some(parse_quote!(#builder.content_type(#name)?;)),
        _ => None,
    };
    match request.required {
        true => [Some(call), content_type].into_iter().flatten().collect(),
        false => vec![parse_quote!(if let Some(#argument) = #argument { #call #content_type })],
    }
}

/// Sets a form, with the encodings that the document declares.
fn form(builder: &Ident, argument: &Ident, fields: &[FormField]) -> Stmt {
    if fields.is_empty() {
        return parse_quote!(#builder.form(#argument, &[])?;);
    }
    let names = fields.iter().map(|field| &field.name);
    let styles = fields
        .iter()
        .map(|field| format_ident!("{}", field.style.name()));
    parse_quote!(#builder.form(#argument, &[#((#names, crate::prepared::FormStyle::#styles)),*])?;)
}

/// The value of an argument as `&str`.
fn as_text(kind: &Type, argument: &Ident) -> Expr {
    let is_text = matches!(kind, Type::Reference(reference)
        if matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str")));
    match is_text {
        true => parse_quote!(#argument),
        false => parse_quote!(&#argument.to_string()),
    }
}
