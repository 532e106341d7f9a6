//! Which handwritten code calls which function of the raw client.
//!
//! The sources are read as syntax, not compiled: so this can also be asked of a tree that does not compile, which is when
//! a maintainer asks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, Item, Meta, ReturnType, Type, Visibility};

use crate::Error;

const SOURCES: &str = "backendless/src";

/// Handwritten, but no part of a call: what is generated, and the mock server.
const OTHERS: [&str; 3] = ["generated", "mock", "mock.rs"];

/// The handwritten functions, and whom they call.
#[derive(Clone, Debug, Default)]
pub struct Wrappers {
    functions: Vec<Function>,
}

/// A call of a raw function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The file below the root.
    pub file: String,
    /// Its line, counted from one.
    pub line: usize,
}

#[derive(Clone, Debug)]
struct Function {
    /// The type it belongs to; empty for one that stands alone.
    owner: String,
    name: String,
    public: bool,
    /// The types its return type names.
    returns: BTreeSet<String>,
    /// The functions and methods it calls, whoever's they are.
    calls: BTreeSet<String>,
    /// The functions it calls on the raw client.
    raw: BTreeMap<String, Call>,
    folder: PathBuf,
}

impl Wrappers {
    /// Reads the handwritten sources of the checkout at `root`.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is not Rust.
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
        reader.items(&file.items, &mut self.functions);
        Ok(())
    }

    /// Where a raw function is called.
    pub fn calls(&self, raw: &str) -> BTreeSet<Call> {
        let found = self.functions.iter().filter_map(|f| f.raw.get(raw));
        found.cloned().collect()
    }

    /// The public methods that lead to a raw function: `Counters::reset`.
    ///
    /// The way ends at the first public method. One that merely calls that, as `Messaging::messages` polls, is not told.
    pub fn methods(&self, raw: &str) -> BTreeSet<String> {
        self.leading_to(|function| function.raw.contains_key(raw))
    }

    /// The public methods that lead to a function of a folder below the root.
    pub(crate) fn methods_through(
        &self,
        folder: &Path,
        owner: &str,
        name: &str,
    ) -> BTreeSet<String> {
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
            if function.public {
                found.insert(format!("{}::{}", function.owner, function.name));
            } else {
                open.extend(self.callers(function));
            }
            if self.is_builder(&function.owner) || !function.public {
                open.extend(self.makers(&function.owner));
            }
        }
        found
    }

    /// Every builder has a `call`, so that name tells nothing; other private functions are called nearby.
    fn callers<'w>(&'w self, function: &'w Function) -> impl Iterator<Item = &'w Function> {
        let known = !matches!(function.name.as_str(), "call" | "new");
        self.functions.iter().filter(move |other| {
            known && other.folder == function.folder && other.calls.contains(&function.name)
        })
    }

    fn is_builder(&self, owner: &str) -> bool {
        let mut own = self.functions.iter().filter(|other| other.owner == owner);
        own.any(|other| other.name == "call")
    }

    /// The public functions of other types that answer an `owner`.
    fn makers<'w>(&'w self, owner: &'w str) -> impl Iterator<Item = &'w Function> {
        self.functions.iter().filter(move |other| {
            other.public && other.owner != owner && other.returns.contains(owner)
        })
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::new(format!("cannot read {}: {error}", path.display()))
}

/// The Rust files of a folder and those below, sorted.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| failed(folder, error))?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if OTHERS.iter().any(|other| name == *other) {
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

/// Reads the functions of one file.
struct Reader<'t> {
    file: String,
    folder: PathBuf,
    text: &'t str,
}

impl Reader<'_> {
    fn items(&self, items: &[Item], found: &mut Vec<Function>) {
        for item in items {
            match item {
                Item::Fn(function) => {
                    let mut made = self.function("", &function.sig, &function.vis);
                    self.body(&mut made, |body| body.visit_block(&function.block));
                    found.push(made);
                }
                Item::Impl(block) if block.trait_.is_none() => {
                    let owner = named(&block.self_ty);
                    for item in &block.items {
                        if let ImplItem::Fn(method) = item {
                            let mut made = self.function(&owner, &method.sig, &method.vis);
                            self.body(&mut made, |body| body.visit_block(&method.block));
                            found.push(made);
                        }
                    }
                }
                Item::Mod(module) if !only_for_tests(&module.attrs) => {
                    let items = module.content.as_ref().map(|(_, items)| items.as_slice());
                    self.items(items.unwrap_or_default(), found);
                }
                _ => {}
            }
        }
    }

    fn function(&self, owner: &str, signature: &syn::Signature, vis: &Visibility) -> Function {
        let mut types = Types::default();
        if let ReturnType::Type(_, kind) = &signature.output {
            types.visit_type(kind);
        }
        Function {
            owner: owner.to_owned(),
            name: signature.ident.to_string(),
            // A function that stands alone is no part of the API, which is all methods.
            public: matches!(vis, Visibility::Public(_)) && !owner.is_empty(),
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
            let line = self.line_of(&format!(".{name}("));
            let line = line.or_else(|| self.line_of(&format!(".{name}::<")));
            let call = Call {
                file: self.file.clone(),
                line: line.unwrap_or(1),
            };
            function.raw.insert(name, call);
        }
    }

    /// The line of the first call in the file that is not part of a comment.
    fn line_of(&self, call: &str) -> Option<usize> {
        let mut lines = self.text.lines();
        let index =
            lines.position(|line| line.contains(call) && !line.trim_start().starts_with("//"))?;
        Some(index + 1)
    }
}

/// Whether it stands under `#[cfg(test)]`.
fn only_for_tests(attributes: &[Attribute]) -> bool {
    let mut cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    cfgs.any(|cfg| matches!(&cfg.meta, Meta::List(list) if list.tokens.to_string() == "test"))
}

/// The name of a type without its path and parameters.
pub(crate) fn named(kind: &Type) -> String {
    match kind {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.map(|segment| segment.ident.to_string())
                .unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Every name in a type.
#[derive(Default)]
struct Types(BTreeSet<String>);

impl<'ast> Visit<'ast> for Types {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// What a function calls.
#[derive(Default)]
struct Body {
    calls: BTreeSet<String>,
    raw: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        let on_raw = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("raw"));
        if on_raw && name != "clone" {
            self.raw.insert(name);
        } else {
            self.calls.insert(name);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.calls.insert(last.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }
}
