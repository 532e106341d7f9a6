//! What calls of the generated code depend on: its functions, types, constants and mocks.

use std::collections::BTreeMap;

use backendless_gen::GeneratedFile;
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, ImplItem, Item, Visibility};

/// The generated code without documentation.
#[derive(PartialEq)]
pub(crate) struct Model {
    functions: BTreeMap<String, Function>,
    types: BTreeMap<String, Type>,
    /// All other code that a change could affect.
    other: Vec<String>,
}

#[derive(PartialEq)]
struct Function {
    arguments: Vec<(String, String)>,
    generics: String,
    output: String,
    body: String,
}

#[derive(PartialEq)]
struct Type {
    kind: &'static str,
    derives: String,
    /// The names and types of fields, or the names and contents of variants. A variant has no attributes.
    parts: BTreeMap<String, (String, String)>,
}

impl Model {
    pub(crate) fn read(files: &[GeneratedFile]) -> Self {
        let mut model = Self {
            functions: BTreeMap::new(),
            types: BTreeMap::new(),
            other: Vec::new(),
        };
        for file in files {
            let mut code = syn::parse_file(&file.text).unwrap();
            NoDocs.visit_file_mut(&mut code);
            for item in code.items {
                model.item(item);
            }
        }
        model.other.sort();
        model
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Fn(item) => {
                self.function(item.sig.ident.to_string(), &item.sig, text(&item.block))
            }
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items).unwrap_or_default();
                items.into_iter().for_each(|item| self.item(item));
            }
            Item::Struct(item) => {
                let fields = item.fields.iter().enumerate().map(|(index, field)| {
                    let name = field.ident.as_ref().map_or(index.to_string(), text);
                    (name, (text(&field.ty), attributes(&field.attrs)))
                });
                self.add(
                    item.ident.to_string(),
                    "struct",
                    attributes(&item.attrs),
                    fields.collect(),
                );
            }
            Item::Enum(item) => {
                let variants = item.variants.iter();
                let variants =
                    variants.map(|one| (one.ident.to_string(), (text(&one.fields), String::new())));
                self.add(
                    item.ident.to_string(),
                    "enum",
                    attributes(&item.attrs),
                    variants.collect(),
                );
            }
            Item::Type(item) => {
                let parts = [(String::new(), (text(&item.ty), String::new()))];
                self.add(item.ident.to_string(), "alias", String::new(), parts.into());
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let owner = text(&block.self_ty);
                for item in block.items {
                    if let ImplItem::Fn(method) = item
                        && matches!(method.vis, Visibility::Public(_))
                    {
                        let name = format!("{owner}::{}", method.sig.ident);
                        self.function(name, &method.sig, text(&method.block));
                    }
                }
            }
            other => self.other.push(text(&other)),
        }
    }

    fn add(
        &mut self,
        name: String,
        kind: &'static str,
        derives: String,
        parts: BTreeMap<String, (String, String)>,
    ) {
        self.types.insert(
            name,
            Type {
                kind,
                derives,
                parts,
            },
        );
    }

    fn function(&mut self, name: String, signature: &syn::Signature, body: String) {
        let arguments = signature
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some((text(&argument.pat), text(&argument.ty))),
                FnArg::Receiver(_) => None,
            });
        let function = Function {
            arguments: arguments.collect(),
            generics: text(&signature.generics.params),
            output: text(&signature.output),
            body,
        };
        self.functions.insert(name, function);
    }

    /// What calls of this code use and `new` does not have. A new argument or field may be optional.
    pub(crate) fn lost_in(&self, new: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        for (name, old) in &self.functions {
            match new.functions.get(name) {
                Some(new) if old.accepts_calls_of(new) => {}
                Some(_) => lost.push(format!("another signature: {name}")),
                None => lost.push(format!("no function {name}")),
            }
        }
        for (name, old) in &self.types {
            match new.types.get(name) {
                Some(new) if old.is_extended_by(new) => {}
                Some(_) => lost.push(format!("another type: {name}")),
                None => lost.push(format!("no type {name}")),
            }
        }
        lost
    }
}

impl Function {
    fn accepts_calls_of(&self, new: &Self) -> bool {
        let mut old = self.arguments.iter().peekable();
        let added = new.arguments.iter().filter(|argument| {
            let same = old.peek() == Some(argument);
            if same {
                old.next();
            }
            !same
        });
        let optional = added.fold(true, |all, (_, kind)| all && is_optional(kind));
        optional
            && old.next().is_none()
            && (&self.generics, &self.output) == (&new.generics, &new.output)
    }
}

impl Type {
    fn is_extended_by(&self, new: &Self) -> bool {
        let kept = self
            .parts
            .iter()
            .all(|(name, (kind, _))| new.parts.get(name).is_some_and(|(other, _)| other == kind));
        let mut added = new
            .parts
            .iter()
            .filter(|(name, _)| !self.parts.contains_key(*name));
        let optional = added.all(|(_, (kind, attributes))| {
            self.kind == "struct" && (is_optional(kind) || attributes.contains("default"))
        });
        let mut derives = self.derives.split([',', '(', ')']).map(str::trim);
        self.kind == new.kind && kept && optional && derives.all(|name| new.derives.contains(name))
    }
}

fn is_optional(kind: &str) -> bool {
    kind.trim_start_matches(":: std :: option :: ")
        .starts_with("Option <")
}

fn attributes(attributes: &[Attribute]) -> String {
    attributes.iter().map(text).collect()
}

fn text(code: &impl ToTokens) -> String {
    code.to_token_stream().to_string()
}

struct NoDocs;

impl VisitMut for NoDocs {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}
