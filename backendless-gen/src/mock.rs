//! Generates `mock.rs`: a request matcher and a responder per operation.
//!
//! progenitor has a generator for the same purpose. Its matchers are anchored at the start of the path, so they never match
//! below an app path, and treat values as regular expressions. These compare decoded values.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::Error;
use crate::model::{Media, Model, Operation, Response};
use crate::parameters::{In, Parameter, Scalar, Shape, Style};

/// Methods of every matcher. A parameter with such a name gets a `_` appended.
const TAKEN: [&str; 3] = ["body", "into_inner", "user_token"];

pub(crate) fn generate(model: &Model) -> Result<syn::File, Error> {
    let methods = model.operations.iter().map(method);
    let types = model
        .operations
        .iter()
        .map(|operation| [when(operation), then(operation)]);
    let types = types.flatten();
    let tokens = quote! {
        use crate::mock::{Mock, MockServer, RequestMatcher, Responder};
        use crate::operations;

        impl MockServer {
            #(#methods)*
        }

        #(#types)*
    };
    syn::parse2(tokens).map_err(|error| Error::new(format!("mock.rs does not parse: {error}")))
}

fn type_name(operation: &Operation, suffix: &str) -> Ident {
    format_ident!("{}{suffix}", operation.type_name())
}

fn method(operation: &Operation) -> TokenStream {
    let (when, then) = (type_name(operation, "When"), type_name(operation, "Then"));
    let function = match operation.function.as_str() {
        // Functions of the mock server itself.
        name @ ("new" | "start" | "start_async" | "around" | "url" | "app_id" | "api_key"
        | "client" | "server" | "expect") => {
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
        pub fn #function<F>(&self, configure: F) -> Mock<'_>
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
        " Request matcher of a mock of `{}`. Requests may differ in everything that it does not set.",
        operation.id
    );
    let parameters = operation.parameters.iter().filter_map(parameter);
    let body = operation
        .request
        .as_ref()
        .and_then(|request| body(request.media));
    quote! {
        #[doc = #doc]
        #[derive(Debug)]
        pub struct #name(RequestMatcher);

        impl #name {
            #(#parameters)*

            #body

            /// Matches only requests with this user token.
            pub fn user_token(self, token: impl Into<String>) -> Self {
                Self(self.0.user_token(token.into()))
            }

            /// Returns the matcher of httpmock with all conditions so far, to add others.
            pub fn into_inner(self) -> ::httpmock::When {
                self.0.into_inner()
            }
        }
    }
}

/// A method that compares the value of a parameter; none for an object, whose properties have no order.
fn parameter(parameter: &Parameter) -> Option<TokenStream> {
    let (scalar, is_list) = match parameter.shape {
        Shape::Scalar(scalar) => (scalar, false),
        Shape::List(scalar) => (scalar, true),
        Shape::Unknown => (Scalar::Text, false),
        Shape::Object => return None,
    };
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
    let value = match is_list {
        true => "list of values",
        false => "value",
    };
    let doc = format!(" Matches only requests whose {place} `{name}` equals this {value}.");
    let (kind, condition) = match is_list {
        true => list_condition(parameter, scalar),
        false => condition(parameter, scalar),
    };
    Some(quote! {
        #[doc = #doc]
        pub fn #function(self, value: #kind) -> Self {
            Self(self.0.#condition)
        }
    })
}

/// The type of the value, and the call that compares it.
fn condition(parameter: &Parameter, scalar: Scalar) -> (TokenStream, TokenStream) {
    let name = &parameter.name;
    let text = text_of(scalar);
    let call = match (parameter.place, scalar) {
        (In::Path, _) => quote!(path(#name, #text)),
        (In::Header, _) => quote!(header(#name, #text)),
        // `5` and `5.0` are equal.
        (In::Query, Scalar::Number) => quote!(query_number(#name, value)),
        (In::Query, _) => quote!(query(#name, vec![#text])),
    };
    (kind_of(scalar), call)
}

fn list_condition(parameter: &Parameter, scalar: Scalar) -> (TokenStream, TokenStream) {
    let name = &parameter.name;
    let (kind, text) = (kind_of(scalar), text_of(scalar));
    let texts = quote!(value.into_iter().map(|value| #text).collect());
    let separator = match parameter.style {
        Style::Plain => None,
        Style::SPACE => Some(" "),
        Style::PIPE => Some("|"),
        Style::Of(_) => Some(","),
    };
    let joined = quote!({
        let texts: Vec<String> = #texts;
        texts.join(#separator)
    });
    let call = match (parameter.place, separator) {
        (In::Path, _) => quote!(path(#name, #joined)),
        (In::Header, _) => quote!(header(#name, #joined)),
        (In::Query, None) => quote!(query(#name, #texts)),
        (In::Query, Some(_)) => quote!(query(#name, vec![#joined])),
    };
    (quote!(impl IntoIterator<Item = #kind>), call)
}

fn kind_of(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::Text => quote!(impl Into<String>),
        Scalar::Integer => quote!(i64),
        Scalar::Number => quote!(f64),
        Scalar::Boolean => quote!(bool),
    }
}

/// The text of the argument `value`.
fn text_of(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::Text => quote!(value.into()),
        _ => quote!(value.to_string()),
    }
}

/// The matcher of the body. A form has none, because the boundary between its parts is random.
fn body(media: Media) -> Option<TokenStream> {
    match media {
        Media::Json => Some(quote! {
            /// Matches only requests with this JSON body. Bodies are compared as values, not as text.
            ///
            /// # Panics
            ///
            /// Panics if `body` cannot be serialized as JSON.
            pub fn body(self, body: &(impl ::serde::Serialize + ?Sized)) -> Self {
                Self(self.0.json(body))
            }
        }),
        Media::Octets | Media::Text => Some(quote! {
            /// Matches only requests with this body.
            pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
                Self(self.0.bytes(body.into()))
            }
        }),
        Media::Multipart | Media::Form => None,
    }
}

fn then(operation: &Operation) -> TokenStream {
    let name = type_name(operation, "Then");
    let doc = format!(" Response of a mock of `{}`.", operation.id);
    let ok = match operation.response {
        Response::Json(_) => quote! {
            /// Responds with status 200 and this JSON.
            ///
            /// # Panics
            ///
            /// Panics if `body` cannot be serialized as JSON.
            pub fn ok(self, body: &(impl ::serde::Serialize + ?Sized)) -> Self {
                Self(self.0.json(body))
            }
        },
        Response::Text => quote! {
            /// Responds with status 200 and this text.
            pub fn ok(self, body: impl Into<String>) -> Self {
                Self(self.0.bytes(body.into().into_bytes()))
            }
        },
        Response::Raw => quote! {
            /// Responds with status 200 and these bytes.
            pub fn ok(self, body: impl Into<Vec<u8>>) -> Self {
                Self(self.0.bytes(body.into()))
            }
        },
        Response::Empty => quote! {
            /// Responds with status 200 and no body.
            pub fn ok(self) -> Self {
                Self(self.0.empty())
            }
        },
    };
    quote! {
        #[doc = #doc]
        #[derive(Debug)]
        pub struct #name(Responder);

        impl #name {
            #ok

            /// Responds with this status and an error in the format of Backendless.
            pub fn error(self, status: u16, code: i64, message: &str) -> Self {
                Self(self.0.error(status, code, message))
            }

            /// Returns the responder of httpmock with the response so far, to change the rest.
            pub fn into_inner(self) -> ::httpmock::Then {
                self.0.into_inner()
            }
        }
    }
}
