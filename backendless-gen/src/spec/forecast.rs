//! The effects of a changed specification on a checkout, as far as they are known without a compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use quote::ToTokens;
use syn::{ImplItem, Item, Visibility};

use super::wrappers::type_name;
use super::{Diff, Wrappers};
use crate::error::Error;
use crate::files::Workspace;
use crate::generate::{Output, generate, read_for_comparison};
use crate::model::Model;
use crate::source::Source;

/// The effects of a changed specification on a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The differences, and what they mean for users.
    pub diff: Diff,
    /// Why nothing can be generated from the changed specification, if so.
    pub rejection: Option<Error>,
    /// Operations that no public method calls.
    pub unwrapped: Vec<String>,
    /// New methods of the mock server and its types: `FindObjectsWhen::limit`.
    pub mock_gained: Vec<String>,
    /// Methods that the mock server and its types lose.
    pub mock_lost: Vec<String>,
    /// Methods of the mock whose arguments have other types, and responders whose response is decoded to another type.
    pub mock_changed: Vec<String>,
}

impl Forecast {
    /// Compares the specification of the checkout at `root` with `new`.
    ///
    /// # Errors
    ///
    /// If one of them, or the checkout, cannot be read. If nothing can be generated from `new`, the forecast says so.
    pub fn of(root: &Path, new: &Source) -> Result<Self, Error> {
        let old = Source::working_copy(root)?;
        let wrappers = Wrappers::read(root)?;
        let lock = Workspace::at(root).lock()?;
        let diff = Diff::of(&old, new, &wrappers, env!("CARGO_PKG_VERSION"))?;
        let (model, _) = read_for_comparison(new)?;
        let operations = model.operations.iter();
        let unwrapped = operations
            .filter(|operation| wrappers.methods(&operation.function).is_empty())
            .map(|operation| operation.id.clone())
            .collect();
        let before = Mocks::of(&generate(&old, &lock)?, &model)?;
        let (rejection, after) = match generate(new, &lock) {
            Ok(after) => (None, Mocks::of(&after, &model)?),
            Err(error) => (Some(error), before.clone()),
        };
        Ok(Self {
            diff,
            rejection,
            unwrapped,
            mock_gained: after.beyond(&before),
            mock_lost: before.beyond(&after),
            mock_changed: before.changed_in(&after),
        })
    }
}

/// The public methods of the mock server, its matchers and its responders: `FindObjectsWhen::limit`, with their
/// signatures. The signature of a responder includes the type to which the client decodes its response.
#[derive(Clone)]
struct Mocks(BTreeMap<String, String>);

impl Mocks {
    fn of(output: &Output, model: &Model) -> Result<Self, Error> {
        let mut found = BTreeMap::new();
        for item in items(output, "mock.rs")? {
            let Item::Impl(block) = item else {
                continue;
            };
            let owner = type_name(&block.self_ty);
            for item in block.items {
                if let ImplItem::Fn(method) = item
                    && matches!(method.vis, Visibility::Public(_))
                {
                    let name = format!("{owner}::{}", method.sig.ident);
                    found.insert(name, method.sig.to_token_stream().to_string());
                }
            }
        }
        for item in items(output, "raw.rs")? {
            let Item::Fn(function) = item else {
                continue;
            };
            let operation = model.by_function(&function.sig.ident.to_string());
            let name = operation.map(|operation| format!("{}Then::ok", operation.type_name()));
            if let Some(signature) = name.and_then(|name| found.get_mut(&name)) {
                signature.push_str(&function.sig.output.to_token_stream().to_string());
            }
        }
        Ok(Self(found))
    }

    /// The names that only these mocks have. A new type is listed once, by the method of the server that returns it.
    fn beyond(&self, others: &Self) -> Vec<String> {
        let owner = |name: &str| name.split("::").next().unwrap_or_default().to_owned();
        let owners: BTreeSet<String> = others.0.keys().map(|name| owner(name)).collect();
        let names = self.0.keys().filter(|name| !others.0.contains_key(*name));
        names
            .filter(|name| owners.contains(&owner(name)))
            .cloned()
            .collect()
    }

    fn changed_in(&self, others: &Self) -> Vec<String> {
        let differs =
            |(name, old): &(&String, &String)| others.0.get(*name).is_some_and(|new| new != *old);
        let changed = self.0.iter().filter(differs);
        changed.map(|(name, _)| name.clone()).collect()
    }
}

fn items(output: &Output, name: &str) -> Result<Vec<Item>, Error> {
    let mut files = output.files.iter();
    let text = files.find(|file| file.name == name);
    let text = text.map_or("", |file| file.text.as_str());
    let file = syn::parse_file(text)
        .map_err(|error| Error::new(format!("{name} does not parse: {error}")))?;
    Ok(file.items)
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diff.text())?;
        writeln!(f)?;
        match &self.rejection {
            Some(error) => return writeln!(f, "generates    no: {error}"),
            None => writeln!(f, "generates    yes")?,
        }
        names(f, "no method", &self.unwrapped)?;
        names(f, "mock gains", &self.mock_gained)?;
        names(f, "mock loses", &self.mock_lost)?;
        names(f, "mock changes", &self.mock_changed)
    }
}

fn names(f: &mut fmt::Formatter<'_>, title: &str, names: &[String]) -> fmt::Result {
    match names {
        [] => writeln!(f, "{title:12} none"),
        names => writeln!(f, "{title:12} {}", names.join(", ")),
    }
}
