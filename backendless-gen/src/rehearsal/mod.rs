//! What a changed specification would do to this checkout, before anyone takes it over.
//!
//! - [`Forecast`] is what can be told without a compiler: the differences, what the mock server gains, which operations
//!   have no method.
//! - `copy` makes a copy of the checkout, and `compile` asks cargo about it; [`rehearse`] does both. The checkout itself is
//!   not touched.

mod compile;
mod copy;
mod show;

pub use compile::{Broken, Verdict};

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{ImplItem, Item, Visibility};

use crate::generate::read_for_comparison;
use crate::spec::{Diff, Wrappers};
use crate::{Error, GeneratedFile, Output, SPECIFICATION, Source, Workspace, generate};

/// What is known of a changed specification before it is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// What differs, and what that means.
    pub diff: Diff,
    /// Why nothing can be generated from it, if so.
    pub refusal: Option<Error>,
    /// Operations that no public method calls.
    pub unwrapped: Vec<String>,
    /// What the mock server can do that it could not: `FindObjectsWhen::limit`.
    pub mock_gained: Vec<String>,
    /// What it can do no more.
    pub mock_lost: Vec<String>,
}

impl Forecast {
    /// Compares the specification that stands in the checkout with `new`.
    ///
    /// # Errors
    ///
    /// When either of them, or the checkout, cannot be read. That nothing can be generated from `new` is no error but told.
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
        let (before, after) = (generate(&old, &lock)?, generate(new, &lock));
        let (refusal, mocks) = match after {
            Ok(after) => (None, Some((mocks(&before)?, mocks(&after)?))),
            Err(error) => (Some(error), None),
        };
        let (before, after) = mocks.unwrap_or_default();
        Ok(Self {
            diff,
            refusal,
            unwrapped,
            mock_gained: beyond(&after, &before),
            mock_lost: beyond(&before, &after),
        })
    }
}

/// What `these` have and `those` have not. A mock whose types are all new is one thing: its method of the server.
fn beyond(these: &BTreeSet<String>, those: &BTreeSet<String>) -> Vec<String> {
    let owner = |name: &str| name.split("::").next().unwrap_or_default().to_owned();
    let owners: BTreeSet<String> = those.iter().map(|name| owner(name)).collect();
    let found = these.difference(those);
    found
        .filter(|name| owners.contains(&owner(name)))
        .cloned()
        .collect()
}

/// The public methods of the mock server and of its matchers and answers.
fn mocks(output: &Output) -> Result<BTreeSet<String>, Error> {
    let mut files = output.files.iter();
    let text = files.find(|file| file.name == "mock.rs").map(text);
    let file = syn::parse_file(text.unwrap_or_default())
        .map_err(|error| Error::new(format!("mock.rs does not parse: {error}")))?;
    let mut found = BTreeSet::new();
    for item in file.items {
        let Item::Impl(block) = item else {
            continue;
        };
        let owner = crate::spec::named(&block.self_ty);
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

fn text(file: &GeneratedFile) -> &str {
    &file.text
}

/// A forecast, and what cargo says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// What was known before.
    pub forecast: Forecast,
    /// What came of it; nothing if nothing could be generated.
    pub verdict: Option<Verdict>,
}

/// Puts `new` in place in a copy of the checkout at `root`, generates, compiles, and runs the test that every operation has
/// a method.
///
/// # Errors
///
/// When the specification, the checkout, git or cargo cannot be used at all. What they say of the change is no error.
pub fn rehearse(root: &Path, new: &Source) -> Result<Rehearsal, Error> {
    let forecast = Forecast::of(root, new)?;
    if forecast.refusal.is_some() {
        return Ok(Rehearsal {
            forecast,
            verdict: None,
        });
    }
    let copy = copy::Copy::of(root)?;
    copy.put(SPECIFICATION, &new.text)?;
    let workspace = Workspace::at(copy.path());
    workspace.write(&workspace.output()?)?;
    let verdict = compile::verdict(copy.path(), &root.join("target"))?;
    Ok(Rehearsal {
        forecast,
        verdict: Some(verdict),
    })
}

/// The patches in a folder, sorted.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn patches(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::new(format!("cannot read {}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "patch") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
