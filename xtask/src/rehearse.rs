//! `cargo xtask rehearse`: a changed specification tried on a copy of the checkout.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use backendless_gen::Error;
use backendless_gen::rehearsal::{patches, rehearse};
use backendless_gen::spec::find;
use clap::Args;

use crate::show;

/// The changes that are kept to be rehearsed.
const KEPT: &str = "tests/specs";

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Wanted {
    /// A file, a patch of openapi.yaml, or a git revision.
    spec: Option<String>,
    /// Every patch of tests/specs, one after the other.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(root: &Path, wanted: Wanted) -> Result<ExitCode, Error> {
    let specs = match wanted.spec {
        Some(spec) => vec![PathBuf::from(spec)],
        None => patches(&root.join(KEPT))?,
    };
    for spec in specs {
        let start = Instant::now();
        let rehearsal = rehearse(root, &find(root, &spec.to_string_lossy())?)?;
        let spec = spec.strip_prefix(root).unwrap_or(&spec).display();
        let time = start.elapsed().as_secs_f64();
        show(&format!(
            "== {spec}\n\n{rehearsal}rehearsed in {time:.1} s\n\n"
        ));
    }
    Ok(ExitCode::SUCCESS)
}
