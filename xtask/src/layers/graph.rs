//! The modules of a crate and the imports between them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::source::{self, Import, Name};

/// Position of a module in [`Crate::modules`]; the first is the crate's root.
type Id = usize;

const ROOT: Id = 0;

/// Maximum number of re-exports that are followed, so that re-exports in a cycle do not loop forever.
const MAX_REEXPORTS: usize = 16;

/// The modules of a crate, as its source files declare them.
#[derive(Debug)]
pub(crate) struct Crate {
    modules: Vec<Module>,
}

#[derive(Debug)]
struct Module {
    name: String,
    file: String,
    parent: Option<Id>,
    children: BTreeMap<String, Id>,
    imports: Vec<Import>,
    /// Whether it is an inline module of the crate's root, which only groups names and is not a node of
    /// the graph.
    facade: bool,
}

/// A place where a module imports one of its siblings, or something inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    /// The module that contains both; empty for the root.
    pub(crate) folder: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// The path as written.
    pub(crate) path: String,
    pub(crate) reexport: bool,
}

impl Crate {
    /// Reads all modules, starting at the file of the root. `load` returns the text of a file, or `None`
    /// if it does not exist.
    pub(crate) fn read(root: &str, load: &dyn Fn(&str) -> Option<String>) -> io::Result<Self> {
        let text = load(root).ok_or_else(|| missing(root))?;
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut krate = Self {
            modules: Vec::new(),
        };
        let files = Files { load, file: root };
        krate.add("crate", None, source::read(&text), &files, folder)?;
        Ok(krate)
    }

    /// Adds a module and those below it, whose files are in `folder`.
    fn add(
        &mut self,
        name: &str,
        parent: Option<Id>,
        source: source::Module,
        files: &Files<'_>,
        folder: &str,
    ) -> io::Result<Id> {
        let id = self.modules.len();
        let facade = parent == Some(ROOT) && files.file == self.modules[ROOT].file;
        self.modules.push(Module {
            name: name.to_owned(),
            file: files.file.to_owned(),
            parent,
            children: BTreeMap::new(),
            imports: source.imports,
            facade,
        });
        for child in source.files {
            let (file, text) = files.child(folder, &child)?;
            let files = Files {
                file: &file,
                ..*files
            };
            let below = format!("{folder}/{child}");
            let added = self.add(&child, Some(id), source::read(&text), &files, &below)?;
            self.modules[id].children.insert(child, added);
        }
        for (child, source) in source.inline {
            let below = format!("{folder}/{child}");
            let added = self.add(&child, Some(id), source, files, &below)?;
            self.modules[id].children.insert(child, added);
        }
        Ok(id)
    }

    /// Returns the top-level modules, including those inside facades.
    pub(crate) fn top_level(&self) -> BTreeSet<String> {
        let ids = 0..self.modules.len();
        ids.map(|id| self.chain(id))
            .filter(|chain| chain.len() == 1)
            .map(|chain| self.path(chain[0]))
            .collect()
    }

    /// Returns all imports between siblings, in order.
    pub(crate) fn edges(&self) -> BTreeSet<Edge> {
        let mut edges = BTreeSet::new();
        for (id, module) in self.modules.iter().enumerate() {
            for import in &module.imports {
                for target in self.resolve(id, &import.path, MAX_REEXPORTS) {
                    edges.extend(self.edge(id, target, import));
                }
            }
        }
        edges
    }

    /// Returns the edge between the two siblings that contain the modules; `None` if one module contains
    /// the other.
    fn edge(&self, from: Id, to: Id, import: &Import) -> Option<Edge> {
        let (from_chain, to_chain) = (self.chain(from), self.chain(to));
        let pairs = from_chain.iter().zip(&to_chain);
        let common = pairs.take_while(|(from, to)| from == to).count();
        let (sibling, other) = (*from_chain.get(common)?, *to_chain.get(common)?);
        let folder = common
            .checked_sub(1)
            .map(|last| self.path(from_chain[last]));
        Some(Edge {
            folder: folder.unwrap_or_default(),
            from: self.path(sibling),
            to: self.path(other),
            file: self.modules[from].file.clone(),
            line: import.line,
            path: import.path.join("::"),
            reexport: import.public,
        })
    }

    /// Returns the modules that contain a module, from the top, and the module itself, without the root
    /// and facades.
    fn chain(&self, id: Id) -> Vec<Id> {
        let mut chain: Vec<Id> = std::iter::successors(Some(id), |id| self.modules[*id].parent)
            .filter(|id| *id != ROOT && !self.modules[*id].facade)
            .collect();
        chain.reverse();
        chain
    }

    /// Returns the path of a module without `crate::`.
    fn path(&self, id: Id) -> String {
        let mut names: Vec<&str> = std::iter::successors(Some(id), |id| self.modules[*id].parent)
            .filter(|id| *id != ROOT)
            .map(|id| self.modules[id].name.as_str())
            .collect();
        names.reverse();
        names.join("::")
    }

    /// Returns the modules that define the item of a path; none for a path into another crate.
    fn resolve(&self, from: Id, path: &[String], reexports: usize) -> BTreeSet<Id> {
        let mut at = from;
        let mut rest = path;
        let mut relative = true;
        while let [first, after @ ..] = rest {
            at = match first.as_str() {
                "crate" => ROOT,
                "self" => at,
                "super" => self.modules[at].parent.unwrap_or(ROOT),
                _ => break,
            };
            relative = false;
            rest = after;
        }
        while let [name, after @ ..] = rest {
            let Some(child) = self.modules[at].children.get(name) else {
                return self.resolve_name(at, rest, relative, reexports);
            };
            at = *child;
            relative = false;
            rest = after;
        }
        if self.modules[at].facade {
            return self.facade_targets(at, reexports);
        }
        BTreeSet::from([at])
    }

    /// Resolves a path whose first name is not a child of the module.
    fn resolve_name(
        &self,
        at: Id,
        path: &[String],
        relative: bool,
        reexports: usize,
    ) -> BTreeSet<Id> {
        let module = &self.modules[at];
        let is_named = |import: &&Import| import.name == Name::Named(path[0].clone());
        let Some(import) = module.imports.iter().find(is_named) else {
            return match (relative, module.facade) {
                (true, _) => BTreeSet::new(),
                (false, true) => self.facade_targets(at, reexports),
                (false, false) => BTreeSet::from([at]),
            };
        };
        let target = [import.path.as_slice(), &path[1..]].concat();
        if reexports == 0 || import.path[0] == path[0] && relative {
            return BTreeSet::new();
        }
        self.resolve(at, &target, reexports - 1)
    }

    /// Returns all modules that a facade re-exports: a glob does not reveal which module defines a name.
    fn facade_targets(&self, at: Id, reexports: usize) -> BTreeSet<Id> {
        if reexports == 0 {
            return BTreeSet::new();
        }
        let imports = self.modules[at].imports.iter();
        imports
            .flat_map(|import| self.resolve(at, &import.path, reexports - 1))
            .collect()
    }
}

/// Finds the files of modules.
#[derive(Clone, Copy)]
struct Files<'a> {
    load: &'a dyn Fn(&str) -> Option<String>,
    /// The file that is read.
    file: &'a str,
}

impl Files<'_> {
    fn child(&self, folder: &str, name: &str) -> io::Result<(String, String)> {
        let candidates = [
            format!("{folder}/{name}.rs"),
            format!("{folder}/{name}/mod.rs"),
        ];
        for file in candidates {
            if let Some(text) = (self.load)(&file) {
                return Ok((file, text));
            }
        }
        Err(missing(&format!("{folder}/{name}.rs")))
    }
}

fn missing(file: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{file}: no such file"))
}
