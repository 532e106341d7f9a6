//! `cargo xtask spec ...`: questions about the specification.

use std::path::Path;
use std::process::ExitCode;

use backendless_gen::spec::{Diff, Explanation, Findings, Wrappers, find};
use backendless_gen::{Error, Source};
use clap::{Subcommand, ValueEnum};

use crate::show;

#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// Tells what differs between two specifications, what it means for users, and whom it touches.
    Diff {
        /// A file, a patch of openapi.yaml, or a git revision: HEAD~3, a tag.
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
    /// Tells what is known of the operations, or all of one operation and why.
    Explain {
        /// The operationId; without it, a line per operation.
        operation: Option<String>,
    },
    /// Tells what in openapi.yaml would hurt users, and what the generator does about it.
    Lint,
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
        } => return diff(root, &old, new.as_deref(), format, fail_on),
        Question::Explain { operation } => {
            let source = Source::working_copy(root)?;
            let explanation = Explanation::of(&source, &Wrappers::read(root)?)?;
            show(&match operation {
                Some(id) => explanation.operation(&id)?,
                None => explanation.table(),
            });
        }
        Question::Lint => {
            show(&Findings::of(&Source::working_copy(root)?)?.to_string());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(
    root: &Path,
    old: &str,
    new: Option<&str>,
    format: Format,
    fail_on: Option<FailOn>,
) -> Result<ExitCode, Error> {
    let old = find(root, old)?;
    let new = match new {
        Some(new) => find(root, new)?,
        None => Source::working_copy(root)?,
    };
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
