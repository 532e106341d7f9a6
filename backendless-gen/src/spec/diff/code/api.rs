//! The generated code of one specification as items that can be compared. Documentation is not part of them.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, Fields, FnArg, ImplItem, Item, Meta, ReturnType, Signature, Type};

use crate::Error;
use crate::document::Document;
use crate::generate::raw;
use crate::model::Model;
use crate::spec::wrappers::type_name;
use crate::{mock, operations};

/// The name of the part of a function with its return type.
pub(super) const RETURNS: &str = "->";
/// The name of the part of a function with its type parameters.
pub(super) const GENERICS: &str = "<>";

/// The generated code of one specification.
pub(super) struct Api {
    /// The functions of `raw.rs`.
    pub(super) functions: BTreeMap<String, Entry>,
    /// The types of `raw.rs`.
    pub(super) types: BTreeMap<String, Entry>,
    /// The constants of `operations.rs`, whose parts are the fields.
    pub(super) constants: BTreeMap<String, Entry>,
    /// The methods of each type of `mock.rs`.
    pub(super) mocks: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// A function, a type or a constant.
#[derive(Default)]
pub(super) struct Entry {
    /// `struct`, `enum`, ...; empty for functions and constants.
    pub(super) kind: &'static str,
    /// Arguments, fields or variants, in the order of the code.
    pub(super) parts: Vec<Part>,
    /// The traits that a type derives.
    pub(super) derives: BTreeSet<String>,
    /// Everything else that affects what it does: the body of a function, the `impl` blocks of a type.
    pub(super) rest: BTreeSet<String>,
    /// The names in its parts, among them those of generated types.
    pub(super) uses: BTreeSet<String>,
}

/// An argument, a field or a variant.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The name in the code.
    pub(super) name: String,
    /// The name of a field in JSON.
    pub(super) property: String,
    pub(super) kind: String,
    /// The attributes of serde.
    pub(super) attributes: String,
}

impl Api {
    pub(super) fn of(model: &Model, document: &Document) -> Result<Self, Error> {
        let mut api = Self {
            functions: BTreeMap::new(),
            types: BTreeMap::new(),
            constants: BTreeMap::new(),
            mocks: BTreeMap::new(),
        };
        let (raw, _) = raw(model, document)?;
        for file in [raw, operations::generate(model)?, mock::generate(model)?] {
            let mut file = file;
            WithoutDocs.visit_file_mut(&mut file);
            file.items.iter().for_each(|item| api.read(item));
        }
        Ok(api)
    }

    fn read(&mut self, item: &Item) {
        match item {
            Item::Fn(function) => {
                let entry = function_entry(&function.sig, &function.block);
                self.functions.insert(function.sig.ident.to_string(), entry);
            }
            Item::Static(constant) => {
                if let Expr::Struct(value) = &*constant.expr {
                    self.constants
                        .insert(constant.ident.to_string(), constant_entry(value));
                }
            }
            Item::Impl(block) => {
                let methods = self.mocks.entry(type_name(&block.self_ty)).or_default();
                for item in &block.items {
                    if let ImplItem::Fn(method) = item {
                        let entry = function_entry(&method.sig, &method.block);
                        methods.insert(method.sig.ident.to_string(), entry);
                    }
                }
            }
            Item::Mod(module) => {
                let items = module.content.iter().flat_map(|(_, items)| items);
                items.for_each(|item| self.read_type(item));
            }
            _ => {}
        }
    }

    /// Reads an item of the module of types. One without a name of its own belongs to the type that it names.
    fn read_type(&mut self, item: &Item) {
        let (name, kind) = match item {
            Item::Struct(item) => (item.ident.to_string(), "struct"),
            Item::Enum(item) => (item.ident.to_string(), "enum"),
            Item::Type(item) => (item.ident.to_string(), "type alias"),
            Item::Impl(block) => (type_name(&block.self_ty), ""),
            Item::Mod(module) => (format!("module {}", module.ident), "module"),
            _ => return,
        };
        let entry = self.types.entry(name).or_default();
        if !kind.is_empty() {
            entry.kind = kind;
        }
        match item {
            Item::Struct(item) => {
                entry.attributes(&item.attrs);
                entry.fields(&item.fields);
            }
            Item::Enum(item) => {
                entry.attributes(&item.attrs);
                for variant in &item.variants {
                    entry.uses.extend(named(&variant.fields));
                    entry.parts.push(Part {
                        name: variant.ident.to_string(),
                        property: String::new(),
                        kind: text(&variant.fields),
                        attributes: serde(&variant.attrs),
                    });
                }
            }
            Item::Type(item) => {
                entry.uses.extend(named(&item.ty));
                entry.parts.push(part("", &*item.ty));
            }
            other => {
                entry.rest.insert(text(other));
            }
        }
    }
}

impl Entry {
    /// Separates the traits that a type derives from its other attributes.
    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            match &attribute.meta {
                Meta::List(list) if list.path.is_ident("derive") => {
                    let traits = text(&list.tokens);
                    let traits = traits.split(',').map(|name| name.trim().to_owned());
                    self.derives.extend(traits.filter(|name| !name.is_empty()));
                }
                meta => {
                    self.rest.insert(text(meta));
                }
            }
        }
    }

    fn fields(&mut self, fields: &Fields) {
        for (index, field) in fields.iter().enumerate() {
            let name = field.ident.as_ref().map(ToString::to_string);
            let name = name.unwrap_or_else(|| index.to_string());
            let attributes = serde(&field.attrs);
            let renamed = attributes
                .split_once("rename = \"")
                .and_then(|(_, rest)| rest.split_once('"'));
            self.uses.extend(named(&field.ty));
            self.parts.push(Part {
                property: match renamed {
                    Some((property, _)) => property.to_owned(),
                    None => name.trim_start_matches("r#").to_owned(),
                },
                attributes,
                ..part(&name, &field.ty)
            });
        }
    }

    pub(super) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

fn part(name: &str, kind: &impl ToTokens) -> Part {
    Part {
        name: name.to_owned(),
        property: String::new(),
        kind: text(kind),
        attributes: String::new(),
    }
}

fn function_entry(signature: &Signature, block: &syn::Block) -> Entry {
    let mut entry = Entry {
        rest: BTreeSet::from([text(block)]),
        ..Entry::default()
    };
    for argument in &signature.inputs {
        if let FnArg::Typed(argument) = argument {
            entry.uses.extend(named(&argument.ty));
            let name = text(&argument.pat);
            entry.parts.push(part(&name, &argument.ty));
        }
    }
    entry.parts.push(part(GENERICS, &signature.generics.params));
    if let ReturnType::Type(_, kind) = &signature.output {
        entry.uses.extend(named(&**kind));
        entry.parts.push(Part {
            kind: success(kind),
            ..part(RETURNS, kind)
        });
    }
    entry
}

/// The type of a successful response, without the types around it that all functions have.
fn success(kind: &Type) -> String {
    let text = text(kind);
    let inner = text
        .strip_prefix("crate::Result<Prepared<")
        .and_then(|rest| rest.strip_suffix(">>"));
    inner.unwrap_or(&text).to_owned()
}

fn constant_entry(value: &syn::ExprStruct) -> Entry {
    let fields = value.fields.iter();
    let parts = fields.map(|field| part(&text(&field.member), &field.expr));
    Entry {
        parts: parts.collect(),
        ..Entry::default()
    }
}

/// All names in a part of the code.
fn named(tokens: &impl ToTokens) -> BTreeSet<String> {
    let words = tokens.to_token_stream().to_string();
    let words = words.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn serde(attributes: &[Attribute]) -> String {
    let serde = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"));
    serde.map(|attribute| text(&attribute.meta)).collect()
}

/// Code on one line, with the spaces of rustfmt and without the paths of the standard library.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ::", "::"),
        (":: ", "::"),
        ("& ", "&"),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("::std::option::", ""),
        ("::std::string::", ""),
        ("::std::vec::", ""),
        ("::std::collections::", ""),
        ("::std::default::", ""),
    ] {
        text = text.replace(from, to);
    }
    text
}

struct WithoutDocs;

impl VisitMut for WithoutDocs {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}
