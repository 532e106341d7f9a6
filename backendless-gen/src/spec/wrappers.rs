//! Which handwritten methods call which generated function.
//!
//! The sources are parsed, not compiled. So the question can be asked about a checkout that does not compile, which is when
//! a maintainer asks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, ImplItemFn, Item, Meta, ReturnType, Type, Visibility};

use crate::error::Error;

const SOURCES: &str = "backendless/src";

/// The module of the generated functions.
const RAW: &str = "raw";

/// Parts of the sources that call no generated function for users: the generated code, and the mock server.
const IGNORED: [&str; 3] = ["generated", "mock", "mock.rs"];

/// The handwritten functions, and the functions that they call.
#[derive(Clone, Debug, Default)]
pub struct Wrappers {
    functions: Vec<Function>,
    /// The types in the definition of each type alias: a request builder is an alias of a request with its parameters.
    aliases: BTreeMap<String, BTreeSet<String>>,
}

/// A call of a generated function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The file below the root.
    pub file: String,
    /// The line, counted from one.
    pub line: usize,
}

#[derive(Clone, Debug)]
struct Function {
    /// The type that it belongs to; empty for a free function.
    owner: String,
    name: String,
    visible: Visible,
    /// The types in its return type.
    returns: BTreeSet<String>,
    /// The names of all functions and methods that it calls.
    calls: BTreeSet<String>,
    /// The generated functions that it calls.
    raw: BTreeMap<String, Call>,
    folder: PathBuf,
}

/// Who can call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visible {
    /// Users: it is part of the public API.
    Public,
    /// The crate.
    Private,
    /// It implements a trait, so that its callers are unknown.
    Trait,
}

impl Wrappers {
    /// Parses the handwritten sources of the checkout at `root`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not valid Rust.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        collect(&root.join(SOURCES), &mut files)?;
        let mut wrappers = Self::default();
        for path in files {
            let name = path.strip_prefix(root).unwrap_or(&path);
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            wrappers.add(name, &text)?;
        }
        Ok(wrappers)
    }

    fn add(&mut self, name: &Path, text: &str) -> Result<(), Error> {
        let file = syn::parse_file(text).map_err(|error| failed(name, error))?;
        let reader = Reader {
            file: name.display().to_string(),
            folder: name.parent().unwrap_or(name).to_owned(),
            text,
        };
        reader.items(&file.items, self);
        Ok(())
    }

    /// The calls of a generated function.
    pub fn calls(&self, raw: &str) -> BTreeSet<Call> {
        let found = self.functions.iter().filter_map(|f| f.raw.get(raw));
        found.cloned().collect()
    }

    /// The public methods that call a generated function, directly or through private functions: `Counters::reset`.
    ///
    /// The search ends at the first public method. Another public method that calls that one is not listed.
    pub fn methods(&self, raw: &str) -> BTreeSet<String> {
        self.leading_to(|function| function.raw.contains_key(raw))
    }

    /// The public methods that call a function of a folder below the root.
    pub fn methods_through(&self, folder: &Path, owner: &str, name: &str) -> BTreeSet<String> {
        self.leading_to(|function| {
            (function.owner.as_str(), function.name.as_str()) == (owner, name)
                && function.folder == folder
        })
    }

    fn leading_to(&self, wanted: impl Fn(&Function) -> bool) -> BTreeSet<String> {
        let mut open: Vec<&Function> = self.functions.iter().collect();
        open.retain(|function| wanted(function));
        let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
        while let Some(function) = open.pop() {
            if !seen.insert((&function.owner, &function.name, &function.folder)) {
                continue;
            }
            match function.visible {
                Visible::Public => {
                    found.insert(format!("{}::{}", function.owner, function.name));
                }
                Visible::Private => open.extend(self.callers(function)),
                Visible::Trait => {}
            }
            if function.visible == Visible::Trait || self.aliases.contains_key(&function.owner) {
                open.extend(self.constructors(&function.owner));
            }
        }
        found
    }

    /// The functions that call a private function by its name. Methods are searched in the same folder, because their names
    /// are less distinct; `new` is not searched at all.
    fn callers<'w>(&'w self, function: &'w Function) -> impl Iterator<Item = &'w Function> {
        let known = function.name != "new";
        self.functions.iter().filter(move |other| {
            let near = other.folder == function.folder || function.owner.is_empty();
            known && near && other.calls.contains(&function.name)
        })
    }

    /// The public functions of other types that return an `owner`, or an alias whose definition names it.
    fn constructors<'w>(&'w self, owner: &'w str) -> impl Iterator<Item = &'w Function> {
        self.functions.iter().filter(move |other| {
            let mut returned = other.returns.iter();
            other.visible == Visible::Public
                && other.owner != owner
                && !owner.is_empty()
                && returned.any(|name| name == owner || self.is_alias_of(name, owner))
                && !self.is_alias_of(&other.owner, owner)
        })
    }

    fn is_alias_of(&self, alias: &str, name: &str) -> bool {
        self.aliases
            .get(alias)
            .is_some_and(|types| types.contains(name))
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::new(format!("cannot read {}: {error}", path.display()))
}

/// The Rust files of a folder and its subfolders, sorted.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| failed(folder, error))?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if IGNORED.iter().any(|ignored| name == *ignored) {
            continue;
        }
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads the functions and type aliases of one file.
struct Reader<'t> {
    file: String,
    folder: PathBuf,
    text: &'t str,
}

impl Reader<'_> {
    fn items(&self, items: &[Item], found: &mut Wrappers) {
        for item in items {
            match item {
                Item::Fn(function) => {
                    // The public API consists of methods; a free function is not part of it.
                    let mut read = self.function("", &function.sig, Visible::Private);
                    self.body(&mut read, |body| body.visit_block(&function.block));
                    found.functions.push(read);
                }
                Item::Impl(block) => {
                    let owner = type_name(&block.self_ty);
                    for item in &block.items {
                        if let ImplItem::Fn(method) = item {
                            let is_trait = block.trait_.is_some();
                            found.functions.push(self.method(&owner, method, is_trait));
                        }
                    }
                }
                Item::Type(alias) => {
                    let mut types = Types::default();
                    types.visit_type(&alias.ty);
                    found.aliases.insert(alias.ident.to_string(), types.0);
                }
                Item::Mod(module) if !is_for_tests(&module.attrs) => {
                    let items = module.content.as_ref().map(|(_, items)| items.as_slice());
                    self.items(items.unwrap_or_default(), found);
                }
                _ => {}
            }
        }
    }

    fn method(&self, owner: &str, method: &ImplItemFn, is_trait: bool) -> Function {
        let visible = match &method.vis {
            _ if is_trait => Visible::Trait,
            Visibility::Public(_) => Visible::Public,
            _ => Visible::Private,
        };
        let mut read = self.function(owner, &method.sig, visible);
        self.body(&mut read, |body| body.visit_block(&method.block));
        read
    }

    fn function(&self, owner: &str, signature: &syn::Signature, visible: Visible) -> Function {
        let mut types = Types::default();
        if let ReturnType::Type(_, kind) = &signature.output {
            types.visit_type(kind);
        }
        Function {
            owner: owner.to_owned(),
            name: signature.ident.to_string(),
            visible,
            returns: types.0,
            calls: BTreeSet::new(),
            raw: BTreeMap::new(),
            folder: self.folder.clone(),
        }
    }

    fn body(&self, function: &mut Function, visit: impl FnOnce(&mut Body)) {
        let mut body = Body::default();
        visit(&mut body);
        function.calls = body.calls;
        for name in body.raw {
            let call = Call {
                file: self.file.clone(),
                line: self.line_of(&name).unwrap_or(1),
            };
            function.raw.insert(name, call);
        }
    }

    /// The line of the first call of a generated function in the file that is not part of a comment.
    fn line_of(&self, name: &str) -> Option<usize> {
        let call = format!("{RAW}::{name}");
        let is_call = |line: &str| {
            let rest = line.split_once(&call).map(|(_, rest)| rest);
            let ends = rest
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
            ends && !line.trim_start().starts_with("//")
        };
        Some(self.text.lines().position(is_call)? + 1)
    }
}

/// Whether an item has `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let mut cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    cfgs.any(|cfg| matches!(&cfg.meta, Meta::List(list) if list.tokens.to_string() == "test"))
}

/// The name of a type without its path and parameters.
pub(super) fn type_name(kind: &Type) -> String {
    match kind {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.map(|segment| segment.ident.to_string())
                .unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// All names in a type.
#[derive(Default)]
struct Types(BTreeSet<String>);

impl<'ast> Visit<'ast> for Types {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// The functions that a body calls or names.
#[derive(Default)]
struct Body {
    calls: BTreeSet<String>,
    /// Those of the module of generated functions.
    raw: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.calls.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(name) = path.path.get_ident()
        {
            self.calls.insert(name.to_string());
        }
        visit::visit_expr_call(self, call);
    }

    /// A function of a type or a module that is called, or passed as a value. A single name can be a variable.
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let names: Vec<String> = path
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        match names.as_slice() {
            [.., module, name] if module == RAW => {
                self.raw.insert(name.clone());
            }
            [_, .., name] => {
                self.calls.insert(name.clone());
            }
            _ => {}
        }
        visit::visit_expr_path(self, path);
    }
}
