//! Generates `operations.rs`: the metadata of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::docs::wrapped;
use crate::error::Error;
use crate::extensions::{ErrorCodes, Extensions, Idempotency};
use crate::model::{Model, Operation, Origin, Session};
use crate::reserved::{self, Reserved};

pub(crate) fn generate(model: &Model) -> Result<syn::File, Error> {
    let statics = model
        .operations
        .iter()
        .map(|operation| item(model, operation));
    let constants = model
        .operations
        .iter()
        .map(|operation| format_ident!("{}", operation.constant()));
    let tokens = quote! {
        use crate::operation::{ErrorCodes, Idempotency, Operation, Origin, PathParameter, SessionUse};

        #(#statics)*

        /// All operations, in the order of the specification.
        pub static ALL: &[&Operation] = &[#(&#constants),*];
    };
    syn::parse2(tokens)
        .map_err(|error| Error::new(format!("operations.rs does not parse: {error}")))
}

fn item(model: &Model, operation: &Operation) -> TokenStream {
    let reserved = reserved::of(model, operation);
    let docs = docs(operation, &reserved);
    let Operation {
        id,
        service,
        method,
        ..
    } = operation;
    let constant = format_ident!("{}", operation.constant());
    let path = operation.template.to_string();
    let origin = match operation.origin {
        Origin::Document => quote!(Origin::Document),
        Origin::Overlay => quote!(Origin::Overlay),
    };
    let session = match operation.session {
        Session::None => quote!(SessionUse::None),
        Session::Uses => quote!(SessionUse::Uses),
        Session::Ends => quote!(SessionUse::Ends),
    };
    let idempotency = idempotency(&operation.extensions.idempotency);
    let error_codes = match operation.extensions.error_codes {
        ErrorCodes::Service => quote!(ErrorCodes::Service),
        ErrorCodes::Application => quote!(ErrorCodes::Application),
    };
    let returns_token = operation.extensions.returns_token;
    let parameters = reserved::path_parameters(operation).into_iter().map(|name| {
        let multi_segment = operation.is_multi_segment(name);
        let reserved = reserved.values.get(name).into_iter().flatten();
        quote!(PathParameter { name: #name, multi_segment: #multi_segment, reserved: &[#(#reserved),*] })
    });
    quote! {
        #(#[doc = #docs])*
        pub static #constant: Operation = Operation {
            id: #id,
            service: #service,
            method: #method,
            path: #path,
            origin: #origin,
            session: #session,
            idempotency: #idempotency,
            error_codes: #error_codes,
            returns_token: #returns_token,
            path_parameters: &[#(#parameters),*],
        };
    }
}

fn idempotency(idempotency: &Idempotency) -> TokenStream {
    match idempotency {
        Idempotency::Safe => quote!(Idempotency::Safe),
        Idempotency::Idempotent => quote!(Idempotency::Idempotent),
        Idempotency::NotIdempotent => quote!(Idempotency::NotIdempotent),
        Idempotency::IdempotentWhen { query, value } => {
            quote!(Idempotency::IdempotentWhen { query: #query, value: #value })
        }
    }
}

fn docs(operation: &Operation, reserved: &Reserved) -> Vec<String> {
    let mut text = match &operation.summary {
        Some(summary) => format!("`{}`: {}.", operation.id, plain(summary)),
        None => format!("`{}`.", operation.id),
    };
    text.push_str(&format!(
        "\n\n`{} {}`",
        operation.method, operation.template
    ));
    text.push_str(&format!("\n\n{}", why(&operation.extensions)));
    for (name, values) in &reserved.values {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let values = values.join(", ");
        text.push_str(&format!(
            "\n\nReserved values of `{name}`, which would make the path address another operation: {values}."
        ));
    }
    for note in &reserved.notes {
        text.push_str(&format!("\n\n{note}"));
    }
    wrapped(&text)
}

/// The idempotency and its reason, as a sentence.
fn why(extensions: &Extensions) -> String {
    let idempotency = extensions.idempotency.to_string();
    let (first, rest) = idempotency.split_at(1);
    let reason = match &extensions.idempotency_reason {
        Some(reason) => plain(&reason.text),
        None => "by its method, not reviewed".to_owned(),
    };
    format!("{}{rest}: {reason}.", first.to_uppercase())
}

/// Text of the specification on one line, with everything escaped that Markdown would read as a link or a tag.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    line.chars()
        .flat_map(|c| match c {
            '[' | ']' | '<' | '>' | '`' | '*' | '_' | '\\' => vec!['\\', c],
            c => vec![c],
        })
        .collect()
}
