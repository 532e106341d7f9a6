//! The effects of a changed specification on a checkout, as far as they are known without a compiler.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use syn::{ImplItem, Item, Visibility};

use super::wrappers::type_name;
use super::{Diff, Wrappers};
use crate::error::Error;
use crate::files::Workspace;
use crate::generate::{Output, generate, read_for_comparison};
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
        let before = generate(&old, &lock)?;
        let (rejection, mocks) = match generate(new, &lock) {
            Ok(after) => (None, (mock_methods(&before)?, mock_methods(&after)?)),
            Err(error) => (Some(error), Default::default()),
        };
        let (before, after) = mocks;
        Ok(Self {
            diff,
            rejection,
            unwrapped,
            mock_gained: beyond(&after, &before),
            mock_lost: beyond(&before, &after),
        })
    }
}

/// The names that only `these` have. A new type is listed once, by the method of the server that returns it.
fn beyond(these: &BTreeSet<String>, those: &BTreeSet<String>) -> Vec<String> {
    let owner = |name: &str| name.split("::").next().unwrap_or_default().to_owned();
    let owners: BTreeSet<String> = those.iter().map(|name| owner(name)).collect();
    let found = these.difference(those);
    found
        .filter(|name| owners.contains(&owner(name)))
        .cloned()
        .collect()
}

/// The public methods of the mock server, its matchers and its responders.
fn mock_methods(output: &Output) -> Result<BTreeSet<String>, Error> {
    let mut files = output.files.iter();
    let text = files.find(|file| file.name == "mock.rs");
    let text = text.map_or("", |file| file.text.as_str());
    let file = syn::parse_file(text)
        .map_err(|error| Error::new(format!("mock.rs does not parse: {error}")))?;
    let mut found = BTreeSet::new();
    for item in file.items {
        let Item::Impl(block) = item else {
            continue;
        };
        let owner = type_name(&block.self_ty);
        for item in block.items {
            if let ImplItem::Fn(method) = item
                && matches!(method.vis, Visibility::Public(_))
            {
                found.insert(format!("{owner}::{}", method.sig.ident));
            }
        }
    }
    Ok(found)
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
        names(f, "mock loses", &self.mock_lost)
    }
}

fn names(f: &mut fmt::Formatter<'_>, title: &str, names: &[String]) -> fmt::Result {
    match names {
        [] => writeln!(f, "{title:12} none"),
        names => writeln!(f, "{title:12} {}", names.join(", ")),
    }
}
