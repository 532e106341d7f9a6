//! Writes `operations.rs`: what is known of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::Error;
use crate::docs::wrapped;
use crate::facts::{self, Idempotency};
use crate::model::{Model, Operation};
use crate::reserved::{self, Reserved};

pub(crate) fn generate(model: &Model) -> Result<syn::File, Error> {
    let statics = model
        .operations
        .iter()
        .map(|operation| item(model, operation));
    let constants: Vec<_> = model
        .operations
        .iter()
        .map(|operation| format_ident!("{}", operation.constant()))
        .collect();
    let functions = model.operations.iter().map(|operation| &operation.function);
    let tokens = quote! {
        use crate::operation::{Idempotency, Operation, PathParameter};

        #(#statics)*

        /// All operations, in the order of the specification.
        pub static ALL: &[&Operation] = &[#(&#constants),*];

        /// The operation whose function in the raw client has this name.
        pub(crate) fn by_raw_name(name: &str) -> Option<&'static Operation> {
            let operation = match name {
                #(#functions => &#constants,)*
                _ => return None,
            };
            Some(operation)
        }
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
        requires_user_token,
        ..
    } = operation;
    let constant = format_ident!("{}", operation.constant());
    let path = operation.template.to_string();
    let idempotency = idempotency(operation.idempotency);
    let parameters = reserved::path_parameters(operation).into_iter().map(|name| {
        let several_segments = facts::several_segments(id, name);
        let reserved = reserved.values.get(name).into_iter().flatten();
        quote!(PathParameter { name: #name, several_segments: #several_segments, reserved: &[#(#reserved),*] })
    });
    quote! {
        #(#[doc = #docs])*
        pub static #constant: Operation = Operation {
            id: #id,
            service: #service,
            method: #method,
            path: #path,
            requires_user_token: #requires_user_token,
            idempotency: #idempotency,
            path_parameters: &[#(#parameters),*],
        };
    }
}

fn idempotency(idempotency: Idempotency) -> TokenStream {
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
    if let Some(reason) = facts::idempotency_reason(&operation.id) {
        text.push_str(&format!(
            "\n\nIts idempotency is not that of its method: {reason}."
        ));
    }
    for (name, values) in &reserved.values {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let values = values.join(", ");
        text.push_str(&format!("\n\nReserved for `{name}`, because it would be the path of another operation: {values}."));
    }
    for note in &reserved.notes {
        text.push_str(&format!("\n\n{note}"));
    }
    wrapped(&text)
}

/// One line of the specification's prose, with what Markdown would read as a link or a tag made harmless.
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
