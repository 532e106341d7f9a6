//! The generated functions, read from their text.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, FnArg, GenericArgument, GenericParam, Item, ItemFn, Lit, Meta, Pat};
use syn::{PathArguments, Token, Type, Visibility};

use serde_json::Value;

use super::expected::{Values, text};
use super::original::{Operation, Parameter};

/// A generated function that builds requests.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The media type of the request, where it is not that of the first function of the operation.
    pub(crate) media_type: Option<String>,
    /// The number of type parameters.
    pub(crate) generics: usize,
    pub(crate) arguments: Vec<(String, Type)>,
}

/// How a value becomes an argument.
pub(crate) enum Passing {
    /// `T`, from a value of this type.
    Value(Type),
    /// `&T`.
    Reference(Type),
    /// `Option<T>` or `Option<&T>`.
    Optional(Box<Passing>),
    /// `&str`.
    Text,
    /// `::bytes::Bytes`.
    Bytes,
    /// A multipart form.
    Form,
}

/// What an argument is.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// The parameter of this index.
    Parameter(usize),
    Body,
    ContentType,
}

pub(crate) fn functions(text: &str) -> Vec<Function> {
    let file = syn::parse_file(text).unwrap();
    let functions = file.items.iter().filter_map(|item| match item {
        Item::Fn(function) if matches!(function.vis, Visibility::Public(_)) => Some(read(function)),
        _ => None,
    });
    functions.collect()
}

fn read(function: &ItemFn) -> Function {
    let docs: Vec<String> = function.attrs.iter().filter_map(doc).collect();
    let docs = docs.join(" ");
    let docs = docs.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = docs.rsplit_once("Sends a `");
    let (_, sentence) =
        sentence.unwrap_or_else(|| panic!("{}: no path in {docs}", function.sig.ident));
    let mut names = sentence.split('`');
    let method = names.next().unwrap().to_owned();
    let path = names.nth(1).unwrap().to_owned();
    let is_other = names
        .next()
        .is_some_and(|text| text == " with a body of type ");
    let media_type = names.next().filter(|_| is_other).map(str::to_owned);
    let generics = &function.sig.generics.params;
    let is_type = |one: &&GenericParam| matches!(one, GenericParam::Type(_));
    let arguments = function.sig.inputs.iter().map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => (name.ident.to_string(), (*typed.ty).clone()),
            _ => panic!("an argument without a name"),
        },
        FnArg::Receiver(_) => panic!("a function with `self`"),
    });
    Function {
        name: function.sig.ident.to_string(),
        method,
        path,
        media_type,
        generics: generics.iter().filter(is_type).count(),
        arguments: arguments.collect(),
    }
}

/// The text of a doc comment, which may be hidden from doctests.
fn doc(attribute: &Attribute) -> Option<String> {
    let hidden = || {
        let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
        attribute.parse_args_with(parse).ok()?.into_iter().nth(1)
    };
    let meta = match attribute.path().is_ident("cfg_attr") {
        true => hidden()?,
        false => attribute.meta.clone(),
    };
    match meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match meta.value {
            Expr::Lit(literal) => match literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

impl Function {
    /// The roles of the arguments, which have the names of the parameters.
    pub(crate) fn roles(&self, operation: &Operation, has_body: bool) -> Vec<Role> {
        let mut roles: Vec<Option<Role>> = vec![None; self.arguments.len()];
        if has_body && let Some(last) = roles.last_mut() {
            *last = Some(Role::Body);
        }
        let mut free: Vec<usize> = (0..operation.parameters.len()).collect();
        // Names without the number or the place that distinguishes two parameters come first.
        for matches in [is_name, is_suffixed_name] {
            for (role, (name, _)) in roles.iter_mut().zip(&self.arguments) {
                let found = free
                    .iter()
                    .position(|index| matches(name, &operation.parameters[*index]));
                if let (None, Some(found)) = (&role, found) {
                    *role = Some(Role::Parameter(free.remove(found)));
                }
            }
        }
        let roles = roles.into_iter().zip(&self.arguments);
        let role = |(role, (name, _)): (Option<Role>, &(String, Type))| {
            let is_content_type = name.starts_with("content_type");
            role.or(is_content_type.then_some(Role::ContentType))
                .unwrap_or_else(|| panic!("{}: the argument {name} is no parameter", self.name))
        };
        roles.map(role).collect()
    }
}

impl Function {
    /// Replaces values by their texts where OpenAPI defines no text, so that the argument is the text.
    pub(crate) fn give_texts(&self, operation: &Operation, values: &mut Values) {
        let roles = self.roles(operation, !operation.bodies.is_empty());
        for (role, (_, kind)) in roles.iter().zip(&self.arguments) {
            if let Role::Parameter(index) = role
                && Passing::of(kind).is_text()
                && let Some(value) = &mut values.parameters[*index]
            {
                *value = Value::String(text(value));
            }
        }
    }
}

fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn is_name(argument: &str, parameter: &Parameter) -> bool {
    letters(argument) == letters(&parameter.name)
}

fn is_suffixed_name(argument: &str, parameter: &Parameter) -> bool {
    argument.rsplit_once('_').is_some_and(|(stem, suffix)| {
        let is_suffix = suffix == parameter.place || suffix.parse::<u8>().is_ok();
        is_suffix && letters(stem) == letters(&parameter.name)
    })
}

impl Passing {
    pub(crate) fn of(kind: &Type) -> Self {
        match kind {
            Type::Reference(reference) => match &*reference.elem {
                inner if is(inner, "str") => Self::Text,
                inner => Self::Reference(owned(inner)),
            },
            kind if is(kind, "Bytes") => Self::Bytes,
            kind if is(kind, "Multipart") => Self::Form,
            kind => match option(kind) {
                Some(inner) => Self::Optional(Box::new(Self::of(inner))),
                None => Self::Value(kind.clone()),
            },
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        match self {
            Self::Text => true,
            Self::Optional(inner) => inner.is_text(),
            _ => false,
        }
    }
}

/// A type with a size: a list for a slice, and any JSON value for the type parameter of a body.
fn owned(kind: &Type) -> Type {
    match kind {
        Type::Slice(slice) => {
            let item = owned(&slice.elem);
            syn::parse_quote!(::std::vec::Vec<#item>)
        }
        kind if is(kind, "B") => syn::parse_quote!(::serde_json::Value),
        kind => kind.clone(),
    }
}

fn is(kind: &Type, name: &str) -> bool {
    let last = match kind {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    };
    last.is_some_and(|last| last.ident == name)
}

fn option(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
