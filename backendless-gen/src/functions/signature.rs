//! Signature of a generated function, read from progenitor's.

use quote::format_ident;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Generics, Ident, ImplItemFn, Pat,
    PathArguments, ReturnType, Token, Type, TypePath, TypeReference, parse_quote,
};

use crate::bodies::ContentType;
use crate::model::{Media, Operation, Request, Response};

/// The name that progenitor gives to the argument with the request body.
const BODY: &str = "body";

pub(super) struct Signature {
    pub(super) docs: Vec<Attribute>,
    pub(super) name: Ident,
    pub(super) arguments: Vec<Argument>,
    /// The argument with the profile, if the request differs by profile.
    pub(super) profile: Option<Ident>,
    /// The argument with the body, if the operation has one.
    pub(super) body: Option<Ident>,
    /// The argument with the media type of the body, if the caller chooses it.
    pub(super) content_type: Option<Ident>,
    /// The local variable with the request builder.
    pub(super) builder: Ident,
    /// The decoded response.
    pub(super) success: Type,
}

pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) kind: Type,
}

impl Signature {
    /// Reads progenitor's `async fn`. Fails with a description of what is not as expected.
    pub(super) fn read(operation: &Operation, method: ImplItemFn) -> Result<Self, String> {
        let mut arguments = arguments(&method)?;
        check_names(operation, &arguments)?;
        let success = success(operation, &method.sig.output)?;
        let mut body = None;
        let mut docs = docs(method.attrs);
        if let Some(request) = &operation.request {
            let last = arguments.last_mut().filter(|last| last.name == BODY);
            let argument = last.ok_or("its last argument is not `body`")?;
            give_body_type(operation, request, argument)?;
            if request.media == Media::Multipart {
                rename_body(&mut docs, &argument.name);
            }
            body = Some(argument.name.clone());
        }
        let profile = differs_by_profile(operation).then(|| unused_name(operation, "profile"));
        let request = operation.request.as_ref();
        let is_chosen = request.is_some_and(|one| one.content_type() == ContentType::Chosen);
        let content_type = is_chosen.then(|| unused_name(operation, "content_type"));
        if let Some(name) = content_type.clone() {
            let before_body = arguments.len().saturating_sub(1);
            let kind = parse_quote!(&str);
            arguments.insert(before_body, Argument { name, kind });
        }
        Ok(Self {
            docs,
            name: method.sig.ident,
            arguments,
            profile,
            body,
            content_type,
            builder: unused_name(operation, "request"),
            success,
        })
    }

    /// The type parameters that the signature uses: `B` for the body, `T` for the response.
    pub(super) fn generics(&self) -> Generics {
        let mut used = TypeParameters::default();
        for argument in &self.arguments {
            used.visit_type(&argument.kind);
        }
        used.visit_type(&self.success);
        let mut generics = Generics::default();
        if used.body {
            let parameter: GenericParam = parse_quote!(B: ::serde::Serialize + ?Sized);
            generics.params.push(parameter);
        }
        if used.value {
            let parameter: GenericParam = parse_quote!(T: ::serde::de::DeserializeOwned);
            generics.params.push(parameter);
        }
        generics
    }

    /// All arguments as they are declared.
    pub(super) fn declarations(&self) -> Punctuated<FnArg, Token![,]> {
        let profile = self
            .profile
            .iter()
            .map(|name| parse_quote!(#name: crate::Profile));
        let arguments = self.arguments.iter().map(|Argument { name, kind }| {
            let argument: FnArg = parse_quote!(#name: #kind);
            argument
        });
        profile.chain(arguments).collect()
    }

    /// The type of the argument `name`.
    pub(super) fn kind_of(&self, name: &str) -> Result<&Type, String> {
        let found = self.arguments.iter().find(|argument| argument.name == name);
        found
            .map(|argument| &argument.kind)
            .ok_or_else(|| format!("it has no argument `{name}`"))
    }
}

fn differs_by_profile(operation: &Operation) -> bool {
    operation.live_template.is_some()
        || operation
            .parameters
            .iter()
            .any(|parameter| parameter.live_name.is_some())
}

/// `name`, with as many `_` as it takes to differ from all parameters.
fn unused_name(operation: &Operation, name: &str) -> Ident {
    let mut name = name.to_owned();
    while operation
        .parameters
        .iter()
        .any(|parameter| parameter.argument == name)
    {
        name.push('_');
    }
    format_ident!("{name}")
}

/// The arguments without `&self`, their lifetimes elided.
fn arguments(method: &ImplItemFn) -> Result<Vec<Argument>, String> {
    let mut inputs = method.sig.inputs.iter();
    if !matches!(inputs.next(), Some(FnArg::Receiver(_))) {
        return Err("its first argument is not `self`".to_owned());
    }
    let mut arguments = Vec::new();
    for input in inputs {
        let FnArg::Typed(typed) = input else {
            return Err("it has two `self` arguments".to_owned());
        };
        let Pat::Ident(name) = &*typed.pat else {
            return Err("an argument is not a name".to_owned());
        };
        let mut kind = (*typed.ty).clone();
        ElideLifetimes.visit_type_mut(&mut kind);
        arguments.push(Argument {
            name: name.ident.clone(),
            kind,
        });
    }
    Ok(arguments)
}

/// progenitor's arguments must be the parameters of the model, and the body.
fn check_names(operation: &Operation, arguments: &[Argument]) -> Result<(), String> {
    let parameters = operation.parameters.iter();
    let mut expected: Vec<String> = parameters
        .map(|parameter| parameter.argument.clone())
        .chain(operation.request.iter().map(|_| BODY.to_owned()))
        .collect();
    let mut found: Vec<String> = arguments
        .iter()
        .map(|argument| argument.name.to_string())
        .collect();
    expected.sort();
    found.sort();
    match found == expected {
        true => Ok(()),
        false => Err(format!(
            "its arguments are {found:?}, those of the operation {expected:?}"
        )),
    }
}

/// Replaces progenitor's type of the body by the one that the request builder takes.
fn give_body_type(
    operation: &Operation,
    request: &Request,
    argument: &mut Argument,
) -> Result<(), String> {
    match request.media {
        Media::Json | Media::Form if matches!(argument.kind, Type::Reference(_)) => {}
        // progenitor passes numbers and booleans by value.
        Media::Json | Media::Form => {
            let value = &argument.kind;
            argument.kind = parse_quote!(&#value);
        }
        Media::Octets => argument.kind = parse_quote!(::bytes::Bytes),
        Media::Text => argument.kind = parse_quote!(String),
        Media::Multipart => {
            argument.name = unused_name(operation, "form");
            argument.kind = parse_quote!(Multipart);
        }
    }
    if !request.required {
        let required = &argument.kind;
        argument.kind = parse_quote!(Option<#required>);
    }
    Ok(())
}

/// `X` of `Result<ResponseValue<X>, ..>`, where progenitor and the model agree on the kind of the response.
fn success(operation: &Operation, output: &ReturnType) -> Result<Type, String> {
    const UNEXPECTED: &str = "it does not return a Result of a ResponseValue";
    let ReturnType::Type(_, result) = output else {
        return Err(UNEXPECTED.to_owned());
    };
    let success = type_argument(result, "Result")
        .and_then(|value| type_argument(value, "ResponseValue"))
        .ok_or(UNEXPECTED)?;
    let is_empty = matches!(success, Type::Tuple(tuple) if tuple.elems.is_empty());
    let is_stream = matches!(success, Type::Path(path) if path.path.is_ident("ByteStream"));
    match operation.response {
        Response::Json(_) if !is_empty && !is_stream => {
            let mut success = success.clone();
            ElideLifetimes.visit_type_mut(&mut success);
            Ok(success)
        }
        Response::Empty if is_empty => Ok(parse_quote!(())),
        Response::Raw if is_stream => Ok(parse_quote!(::bytes::Bytes)),
        Response::Text if is_stream => Ok(parse_quote!(::std::string::String)),
        _ => Err("its type of the response does not fit the responses of the operation".to_owned()),
    }
}

/// The first type argument of `name<..>`.
pub(crate) fn type_argument<'t>(kind: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = kind else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    });
    types.next().filter(|_| last.ident == name)
}

fn docs(attrs: Vec<Attribute>) -> Vec<Attribute> {
    attrs
        .into_iter()
        .filter(|attr| attr.path().is_ident("doc"))
        .collect()
}

/// The body is the last argument that progenitor documents, if it documents any.
fn rename_body(docs: &mut [Attribute], name: &Ident) {
    let Some(last) = docs.last_mut() else {
        return;
    };
    let text = crate::docs::text(last).unwrap_or_default();
    if let Some((before, after)) = text.rsplit_once("\n- `body`") {
        let text = format!("{before}\n- `{name}`{after}");
        *last = parse_quote!(#[doc = #text]);
    }
}

/// Removes the lifetimes of references.
struct ElideLifetimes;

impl VisitMut for ElideLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = None;
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// Which of the names that the rule `open-schemas` leaves in place of the caller's types are used.
#[derive(Default)]
struct TypeParameters {
    body: bool,
    value: bool,
}

impl<'ast> Visit<'ast> for TypeParameters {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        self.body |= path.path.is_ident("B");
        self.value |= path.path.is_ident("T");
        visit::visit_type_path(self, path);
    }
}
