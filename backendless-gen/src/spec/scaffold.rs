//! The parts of a new operation outside the generated code, as a start for the person who writes them.
//!
//! Everything that follows from the document is filled in. Each question that only a person can answer is a
//! `compile_error!`, or a value that the generator rejects, so that none of them is forgotten.

use std::collections::BTreeMap;
use std::fmt;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{
    FnArg, GenericArgument, Item, ItemFn, Pat, PathArguments, ReturnType, Type, parse_quote,
};

use crate::Error;
use crate::generate::{raw, read_for_comparison};
use crate::model::{Operation, Response};
use crate::parameters::In;
use crate::reserved::path_parameters;
use crate::review;
use crate::source::Source;
use crate::spec::text::unknown_operation;

/// The parts of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaffold {
    /// The service as the name of a file: `counters`.
    pub service: String,
    /// The action of an overlay that states the idempotency; none if the operation is reviewed.
    pub overlay: Option<String>,
    /// The method of the handwritten layer, in the `impl` block of its type.
    pub method: String,
    /// The route of the local server and its handler.
    pub route: String,
    /// The row of the catalogue of the test suites.
    pub row: String,
    /// The line of the changelog.
    pub changelog: String,
}

impl Scaffold {
    /// The parts of the operation `id` of `source`.
    ///
    /// # Errors
    ///
    /// If there is no such operation, or no code can be generated from `source`.
    pub fn of(source: &Source, id: &str) -> Result<Self, Error> {
        let mut all = Self::all(source)?;
        all.remove(id)
            .ok_or_else(|| unknown_operation(id, all.keys().map(String::as_str)))
    }

    /// The parts of each operation of `source`, by operationId.
    ///
    /// # Errors
    ///
    /// If no code can be generated from `source`.
    pub fn all(source: &Source) -> Result<BTreeMap<String, Self>, Error> {
        let (model, document) = read_for_comparison(source)?;
        let (file, _) = raw(&model, &document)?;
        let functions = file.items.iter().filter_map(|item| match item {
            Item::Fn(function) => Some((function.sig.ident.to_string(), function)),
            _ => None,
        });
        let functions: BTreeMap<String, &ItemFn> = functions.collect();
        let one = |operation: &Operation| {
            let id = operation.id.clone();
            let function = functions.get(&operation.function);
            let missing = || Error::new(format!("no function is generated for `{id}`"));
            let scaffold = Self::one(operation, function.ok_or_else(missing)?)?;
            Ok((id, scaffold))
        };
        model.operations.iter().map(one).collect()
    }

    fn one(operation: &Operation, function: &ItemFn) -> Result<Self, Error> {
        let names = Names::of(operation);
        let returns = returns(function);
        Ok(Self {
            overlay: (!review::is_reviewed(operation)).then(|| review::action(operation)),
            method: formatted(&method(&names, operation, function, &returns))?,
            route: formatted(&route(&names, operation))?,
            row: row(&names, operation, function, &returns)?,
            changelog: format!("- {}: `{}`.", operation.service, names.function),
            service: names.module.to_string(),
        })
    }
}

/// The names of an operation in the handwritten code.
struct Names {
    /// `counters`: the module, and the method of the client.
    module: Ident,
    /// `Counters`
    owner: Ident,
    function: Ident,
}

impl Names {
    fn of(operation: &Operation) -> Self {
        let ident = |text: &str| {
            let parsed = syn::parse_str::<Ident>(text);
            parsed.unwrap_or_else(|_| format_ident!("service"))
        };
        Self {
            module: ident(&operation.service.to_snake_case()),
            owner: ident(&operation.service.to_upper_camel_case()),
            function: ident(&operation.function),
        }
    }
}

/// The type that a generated function decodes.
fn returns(function: &ItemFn) -> Type {
    let unit = parse_quote!(());
    let ReturnType::Type(_, kind) = &function.sig.output else {
        return unit;
    };
    let prepared = argument_of(kind).and_then(argument_of);
    prepared.cloned().unwrap_or(unit)
}

/// `T` of `Name<T>`.
fn argument_of(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else { return None };
    match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().find_map(|one| match one {
            GenericArgument::Type(kind) => Some(kind),
            _ => None,
        }),
        _ => None,
    }
}

fn arguments(function: &ItemFn) -> impl Iterator<Item = (&Ident, &Type)> {
    function
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(pattern) => Some((&pattern.ident, &*argument.ty)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
}

fn method(names: &Names, operation: &Operation, function: &ItemFn, returns: &Type) -> TokenStream {
    let text: Type = parse_quote!(&str);
    let profile: Type = parse_quote!(crate::Profile);
    let (mut declared, mut passed) = (Vec::new(), Vec::new());
    for (name, kind) in arguments(function) {
        if *kind == profile {
            passed.push(quote!(self.client.profile));
        } else if *kind == text {
            declared.push(quote!(#name: impl Into<String>));
            passed.push(quote!(&#name.into()));
        } else {
            declared.push(quote!(#name: #kind));
            passed.push(quote!(#name));
        }
    }
    let Names {
        owner,
        function: name,
        ..
    } = names;
    let raw = &function.sig.ident;
    let generics = &function.sig.generics;
    let summary = operation.summary.as_deref().unwrap_or(&operation.id);
    let summary = format!(" {}.", summary.trim_end_matches('.'));
    quote! {
        impl #owner {
            #[doc = #summary]
            ///
            /// # Errors
            ///
            /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
            pub fn #name #generics (&self, #(#declared),*) -> Request<#returns> {
                compile_error!("is the name as the users of the service expect it?");
                compile_error!("document the arguments, the errors, the effect of a second request, and an example that runs");
                Request::new(&self.client, raw::#raw(#(#passed),*))
            }
        }
    }
}

fn route(names: &Names, operation: &Operation) -> TokenStream {
    let mut path = operation.template.to_string();
    for name in path_parameters(operation) {
        let prefix = if operation.is_multi_segment(name) {
            "*"
        } else {
            ""
        };
        let segment = format!("{{{prefix}{}}}", name.to_snake_case());
        path = path.replace(&format!("{{{name}}}"), &segment);
    }
    let method = format_ident!("{}", operation.method.to_lowercase());
    let handler = &names.function;
    let success = match operation.response {
        Response::Json(_) => quote!(Json<Value>),
        Response::Text => quote!(String),
        Response::Raw => quote!(Response),
        Response::Empty => quote!(()),
    };
    let parameters: Vec<&str> = operation
        .parameters
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let question = match parameters.is_empty() {
        true => "which function of the service has this effect, and which errors does it return?"
            .to_owned(),
        false => format!(
            "extract {}; which function of the service has this effect, and which errors does it return?",
            parameters.join(", ")
        ),
    };
    quote! {
        pub(super) fn routes() -> Router<Services> {
            Router::new().route(#path, #method(#handler))
        }

        async fn #handler(State(services): State<Services>) -> Result<#success, ErrorResponse> {
            compile_error!(#question)
        }
    }
}

fn row(
    names: &Names,
    operation: &Operation,
    function: &ItemFn,
    returns: &Type,
) -> Result<String, Error> {
    let constant = format_ident!("{}", operation.constant());
    let question = |text: String| quote!(compile_error!(#text));
    let paths = path_parameters(operation);
    let values = paths
        .iter()
        .map(|name| question(format!("a value of `{name}`")));
    let profile: Type = parse_quote!(crate::Profile);
    let passed = arguments(function).filter(|(_, kind)| **kind != profile);
    let passed = passed.map(|(name, _)| {
        let is_path = |own: &&str| *name == crate::names::function(own);
        match paths.iter().position(is_path) {
            Some(index) => {
                let index = Literal::usize_unsuffixed(index);
                quote!(context.path(#index))
            }
            None => question(format!("the argument `{name}`")),
        }
    });
    let body = match (&operation.response, argument_of(returns)) {
        (Response::Json(_), None) => quote!(Required),
        (Response::Json(_), Some(_)) => quote!(Nullable),
        _ => quote!(Any),
    };
    let Names {
        module, function, ..
    } = names;
    let call = quote!(call!(|context| context.client.#module().#function(#(#passed),*)));
    let query: Vec<TokenStream> = operation
        .parameters_in(In::Query)
        .map(|parameter| {
            let name = &parameter.name;
            let value = question(format!("the value of `{name}` in the call, or no line"));
            quote!((#name, #value))
        })
        .collect();
    let query = (!query.is_empty()).then(|| quote!(.query(&[#(#query),*])));
    let success = question("the body of a successful response".to_owned());
    let row = quote! {
        fn entry() -> Entry {
            Entry::new(&#constant, &[#(#values),*], #call, ResponseBody::#body, |values| #success)#query
        }
    };
    // Only the expression belongs into the list.
    let text = formatted(&row)?;
    let lines: Vec<&str> = text.lines().collect();
    let inner = lines
        .get(1..lines.len().saturating_sub(1))
        .unwrap_or_default();
    let inner: Vec<&str> = inner
        .iter()
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    Ok(inner.join("\n") + ",\n")
}

fn formatted(tokens: &TokenStream) -> Result<String, Error> {
    let file = syn::parse2(tokens.clone())
        .map_err(|error| Error::new(format!("the scaffold does not parse: {error}")))?;
    Ok(prettyplease::unparse(&file))
}

impl fmt::Display for Scaffold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = &self.service;
        let overlay = match &self.overlay {
            Some(action) => action.as_str(),
            None => "# its idempotency is reviewed: no action is missing",
        };
        let parts = [
            (
                format!("overlays/{service}.yaml or overlays/document.yaml"),
                overlay,
            ),
            (
                format!("the module `{service}` in backendless/src"),
                &self.method,
            ),
            (
                format!("backendless-local/src/http/routes/{service}.rs"),
                &self.route,
            ),
            (format!("tests/kit/catalogue/{service}.rs"), &self.row),
            ("CHANGELOG.md".to_owned(), &self.changelog),
        ];
        for (index, (place, text)) in parts.iter().enumerate() {
            writeln!(f, "{}. {place}\n\n{}\n", index + 1, text.trim_end())?;
        }
        Ok(())
    }
}
