//! `cargo xtask rehearse`: tries a changed specification on a copy of the checkout.
//!
//! `copy` copies the checkout, `compile` runs cargo in the copy. The checkout itself is not changed.

mod compile;
mod copy;
mod show;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use backendless_gen::spec::Forecast;
use backendless_gen::{Error, SPECIFICATION, Source, Workspace};
use clap::Args;

use crate::show as print;
use crate::source::find;
use compile::Verdict;
use copy::Copy;

/// The folder of the changes that are rehearsed with `--all`.
const CHANGES: &str = "tests/specs";

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Arguments {
    /// A document, a patch of openapi.yaml and its overlays, or a git revision.
    spec: Option<String>,
    /// Every patch of tests/specs, one after the other.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(root: &Path, arguments: Arguments) -> Result<ExitCode, Error> {
    let specs = match arguments.spec {
        Some(spec) => vec![PathBuf::from(spec)],
        None => patches(&root.join(CHANGES))?,
    };
    let mut failed = false;
    for spec in specs {
        let start = Instant::now();
        let result = find(root, &spec.to_string_lossy()).and_then(|new| rehearse(root, &new));
        let spec = spec.strip_prefix(root).unwrap_or(&spec).display();
        let time = start.elapsed().as_secs_f64();
        match result {
            Ok(rehearsal) => print(&format!(
                "== {spec}\n\n{rehearsal}rehearsed in {time:.1} s\n\n"
            )),
            // The others are independent of it.
            Err(error) if arguments.all => {
                failed = true;
                print(&format!("== {spec}\n\nnot rehearsed: {error}\n\n"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(match failed {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// A forecast, and the result of the compiler.
struct Rehearsal {
    forecast: Forecast,
    /// None if nothing could be generated.
    verdict: Option<Verdict>,
}

/// Puts `new` into a copy of the checkout at `root`, generates, compiles, and runs the test that every operation has a
/// method.
fn rehearse(root: &Path, new: &Source) -> Result<Rehearsal, Error> {
    let forecast = Forecast::of(root, new)?;
    if forecast.rejection.is_some() {
        return Ok(Rehearsal {
            forecast,
            verdict: None,
        });
    }
    let copy = Copy::of(root)?;
    copy.put(SPECIFICATION, &new.text)?;
    copy.put_overlays(&new.overlays)?;
    let workspace = Workspace::at(copy.path());
    workspace.write(&workspace.output()?)?;
    let verdict = compile::verdict(copy.path(), &root.join("target"))?;
    Ok(Rehearsal {
        forecast,
        verdict: Some(verdict),
    })
}

/// The patches in a folder, sorted by name.
fn patches(folder: &Path) -> Result<Vec<PathBuf>, Error> {
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
