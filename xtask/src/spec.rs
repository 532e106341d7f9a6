//! `cargo xtask spec ...`: questions about the specification.

use std::path::Path;
use std::process::ExitCode;

use backendless_gen::Error;
use backendless_gen::spec::{Diff, Source, Wrappers};
use clap::{Subcommand, ValueEnum};

use crate::show;

#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// Tells what differs between two specifications, what it means for users, and whom it touches.
    Diff {
        /// A file, or a git revision: HEAD~3, a tag.
        old: String,
        /// The same; without it, openapi.yaml as it is in the working copy.
        new: Option<String>,
        /// How to write it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Exits with 1 if any difference is breaking.
        #[arg(long, value_name = "LEVEL")]
        fail_on: Option<FailOn>,
    },
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    Breaking,
}

pub(crate) fn answer(root: &Path, question: Question) -> Result<ExitCode, Error> {
    match question {
        Question::Diff {
            old,
            new,
            format,
            fail_on,
        } => {
            let new = match new {
                Some(new) => Source::find(root, &new)?,
                None => Source::working_copy(root)?,
            };
            let old = Source::find(root, &old)?;
            let version = env!("CARGO_PKG_VERSION");
            let diff = Diff::of(&old, &new, &Wrappers::read(root)?, version)?;
            show(&match format {
                Format::Text => diff.text(),
                Format::Json => diff.json()?,
                Format::Markdown => diff.markdown(),
            });
            Ok(match fail_on {
                Some(FailOn::Breaking) if diff.is_breaking() => ExitCode::FAILURE,
                _ => ExitCode::SUCCESS,
            })
        }
    }
}
