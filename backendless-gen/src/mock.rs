//! Writes `mock.rs`: for each operation what a mock can match and what it can answer.
//!
//! progenitor has a generator for the same purpose. Its matchers are anchored at the start of the path, so they never match
//! behind an app path, and read values as regular expressions; these compare decoded values.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::Error;
use crate::model::{Answer, In, Media, Model, Operation, Parameter, Scalar};

/// Methods that every matcher has.
const TAKEN: [&str; 3] = ["body", "into_inner", "user_token"];

pub(crate) fn generate(model: &Model) -> Result<syn::File, Error> {
    let methods = model.operations.iter().map(method);
    let types = model
        .operations
        .iter()
        .map(|operation| [when(operation), then(operation)]);
    let types = types.flatten();
    let tokens = quote! {
        use crate::mock::{Answering, Matching, MockServer};
        use crate::operations;

        impl MockServer {
            #(#methods)*
        }

        #(#types)*
    };
    syn::parse2(tokens).map_err(|error| Error::new(format!("mock.rs does not parse: {error}")))
}

fn type_name(operation: &Operation, suffix: &str) -> Ident {
    let name = operation.function.to_upper_camel_case();
    // A name that begins with a digit has lost the `_` of the function.
    match name.starts_with(char::is_alphabetic) {
        true => format_ident!("{name}{suffix}"),
        false => format_ident!("Operation{name}{suffix}"),
    }
}

fn method(operation: &Operation) -> TokenStream {
    let (when, then) = (type_name(operation, "When"), type_name(operation, "Then"));
    let function = match operation.function.as_str() {
        // The server has functions of its own.
        name @ ("start" | "start_async" | "around" | "url" | "app_id" | "api_key" | "client"
        | "server" | "expect") => {
            format_ident!("{name}_")
        }
        name => format_ident!("{name}"),
    };
    let constant = format_ident!("{}", operation.constant());
    let doc = format!(
        " Adds a mock of `{}`: `{} {}`.",
        operation.id, operation.method, operation.template
    );
    quote! {
        #[doc = #doc]
        pub fn #function<F>(&self, configure: F) -> ::httpmock::Mock<'_>
        where
            F: FnOnce(#when, #then),
        {
            self.expect(&operations::#constant, |when, then| configure(#when(when), #then(then)))
        }
    }
}

fn when(operation: &Operation) -> TokenStream {
    let name = type_name(operation, "When");
    let doc = format!(
        " What a mock of `{}` expects. Whatever it does not name may be anything.",
        operation.id
    );
    let parameters = operation.parameters.iter().map(parameter);
    let body = operation
        .request
        .as_ref()
        .and_then(|request| body(request.media));
    quote! {
        #[doc = #doc]
        #[derive(Debug)]
        pub struct #name(Matching);

        impl #name {
            #(#parameters)*

            #body

            /// Only requests with this user token.
            pub fn user_token(self, token: impl Into<String>) -> Self {
                Self(self.0.user_token(token.into()))
            }

            /// The matcher of httpmock, with what was said so far, for the rest.
            pub fn into_inner(self) -> ::httpmock::When {
                self.0.into_inner()
            }
        }
    }
}

fn parameter(parameter: &Parameter) -> TokenStream {
    let function = match TAKEN.contains(&parameter.argument.as_str()) {
        true => format_ident!("{}_", parameter.argument),
        false => format_ident!("{}", parameter.argument),
    };
    let name = &parameter.name;
    let place = match parameter.place {
        In::Path => "path parameter",
        In::Query => "query parameter",
        In::Header => "header",
    };
    let doc = format!(" Only requests whose {place} `{name}` is this.");
    let (kind, matching) = matching(parameter);
    quote! {
        #[doc = #doc]
        pub fn #function(self, value: #kind) -> Self {
            Self(self.0.#matching)
        }
    }
}

/// The type of the value, and the call that compares it.
fn matching(parameter: &Parameter) -> (TokenStream, TokenStream) {
    let name = &parameter.name;
    let kind = match parameter.scalar {
        Scalar::Text => quote!(impl Into<String>),
        Scalar::Integer => quote!(i64),
        Scalar::Number => quote!(f64),
        Scalar::Boolean => quote!(bool),
    };
    let text = match parameter.scalar {
        Scalar::Text => quote!(value.into()),
        _ => quote!(value.to_string()),
    };
    if parameter.list {
        let texts = quote!(value.into_iter().map(|value| #text).collect());
        return (
            quote!(impl IntoIterator<Item = #kind>),
            quote!(query(#name, #texts)),
        );
    }
    let call = match (parameter.place, parameter.scalar) {
        (In::Path, _) => quote!(path(#name, #text)),
        (In::Header, _) => quote!(header(#name, #text)),
        // 5 and 5.0 are the same number.
        (In::Query, Scalar::Number) => quote!(query_number(#name, value)),
        (In::Query, _) => quote!(query(#name, vec![#text])),
    };
    (kind, call)
}

/// A form is not compared: what separates its parts is new each time.
fn body(media: Media) -> Option<TokenStream> {
    match media {
        Media::Json => Some(quote! {
            /// Only requests with this JSON body, compared as a value.
            ///
            /// # Panics
            ///
            /// When `body` cannot be written as JSON.
            pub fn body(self, body: &(impl ::serde::Serialize + ?Sized)) -> Self {
                Self(self.0.json(body))
            }
        }),
        Media::Octets | Media::Text => Some(quote! {
            /// Only requests with this body.
            pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
                Self(self.0.bytes(body.into()))
            }
        }),
        Media::Multipart | Media::Form => None,
    }
}

fn then(operation: &Operation) -> TokenStream {
    let name = type_name(operation, "Then");
    let doc = format!(" What a mock of `{}` answers.", operation.id);
    let ok = match operation.answer {
        Answer::Json(_) => quote! {
            /// 200 with this JSON.
            ///
            /// # Panics
            ///
            /// When `body` cannot be written as JSON.
            pub fn ok(self, body: &(impl ::serde::Serialize + ?Sized)) -> Self {
                Self(self.0.json(body))
            }
        },
        Answer::Raw => quote! {
            /// 200 with these bytes.
            pub fn ok(self, body: impl Into<Vec<u8>>) -> Self {
                Self(self.0.bytes(body.into()))
            }
        },
        Answer::Empty => quote! {
            /// 200 with no body.
            pub fn ok(self) -> Self {
                Self(self.0.empty())
            }
        },
    };
    quote! {
        #[doc = #doc]
        #[derive(Debug)]
        pub struct #name(Answering);

        impl #name {
            #ok

            /// This status, with the error as Backendless writes it.
            pub fn error(self, status: u16, code: i64, message: &str) -> Self {
                Self(self.0.error(status, code, message))
            }

            /// The responder of httpmock, with what was said so far, for the rest.
            pub fn into_inner(self) -> ::httpmock::Then {
                self.0.into_inner()
            }
        }
    }
}
