//! `cargo xtask spec ...`: questions about openapi.yaml and its overlays.

use std::path::Path;
use std::process::ExitCode;

use backendless_gen::spec::{Diff, Explanation, Findings, Scaffold, Wrappers};
use backendless_gen::{Error, Source, merged};
use clap::{Subcommand, ValueEnum};

use crate::show;
use crate::source::find;

#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// Compares two specifications: what differs, what it means for users, and which methods it affects.
    Diff {
        /// A document, a patch of openapi.yaml and its overlays, or a git revision: HEAD~3, a tag.
        old: String,
        /// The same. Default: the working copy.
        new: Option<String>,
        /// The output format.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Exits with 1 if a difference is breaking.
        #[arg(long, value_name = "LEVEL")]
        fail_on: Option<FailOn>,
    },
    /// Shows the metadata of one operation with the reasons, or a table of all operations.
    Explain {
        /// The operationId. Default: all operations, a line each.
        operation: Option<String>,
    },
    /// Prints the parts of a new operation outside the generated code. Each open question fails to compile.
    Scaffold {
        /// The operationId.
        operation: String,
        /// A document, a patch or a git revision with the operation. Default: the working copy.
        spec: Option<String>,
    },
    /// Lists what in the specification causes problems for users, and what the generator does about it.
    Lint,
    /// Prints openapi.yaml with all overlays applied, as JSON.
    Merged,
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

pub(crate) fn run(root: &Path, question: Question) -> Result<ExitCode, Error> {
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
        Question::Scaffold { operation, spec } => {
            let source = match spec {
                Some(spec) => find(root, &spec)?,
                None => Source::working_copy(root)?,
            };
            show(&Scaffold::of(&source, &operation)?.to_string());
        }
        Question::Lint => {
            show(&Findings::of(&Source::working_copy(root)?)?.to_string());
        }
        Question::Merged => show(&merged(&Source::working_copy(root)?)?),
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
