//! The maintainer's commands: `cargo xtask ...`. A thin wrapper around `backendless-gen`, git and cargo.

mod api;
mod check;
mod coverage;
mod features;
mod layers;
mod readme;
mod rehearse;
mod source;
mod spec;
mod tool;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use backendless_gen::{Error, Output, Workspace, with_large_stack};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The maintainer's commands."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generates backendless/src/generated from openapi.yaml and overlays.
    Generate {
        /// Writes nothing. Prints a diff and fails if the files are out of date.
        #[arg(long)]
        check: bool,
        /// Prints what each rule changed, and why.
        #[arg(long)]
        report: bool,
    },
    /// Writes the public API of the client as text, and rejects types of other crates in it.
    Api {
        /// Writes nothing; fails, with a diff, if the committed text is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Checks that the features of the client compile without a warning, each alone, and those of TLS in pairs.
    Features,
    /// Measures the lines that the tests execute, and fails if they are fewer than the minimum of a crate.
    Coverage,
    /// Checks that no crate has an import cycle or a forbidden import.
    Layers,
    /// Runs the README's first example in a new package that depends on the packed crates.
    Readme,
    /// Runs all checks that a change must pass, and prints the time of each.
    Check {
        /// Lists the checks and what each of them guards, without running them.
        #[arg(long, conflicts_with = "quick")]
        list: bool,
        /// Runs what is fast, the lints, and the tests of the changed files only.
        #[arg(long)]
        quick: bool,
        /// The commit that the files are compared with; without it, the last one that the main branch has.
        #[arg(long, requires = "quick")]
        base: Option<String>,
    },
    /// Tries a changed specification on a copy of the checkout. Reports compile errors, operations without a method and new mock methods.
    Rehearse(rehearse::Arguments),
    /// Inspects openapi.yaml and its overlays. Writes nothing.
    #[command(subcommand)]
    Spec(spec::Question),
}

fn main() -> ExitCode {
    if let Some(code) = api::as_rustdoc() {
        return code;
    }
    let command = Arguments::parse().command;
    let start = Instant::now();
    let result = with_large_stack(|| run(command));
    let code = result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    });
    eprintln!("took {} ms", start.elapsed().as_millis());
    code
}

fn run(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Generate { check, report } => generate(&Workspace::at(root()), check, report),
        Command::Api { check } => Ok(api::run(&root(), check)),
        Command::Features => Ok(features::run(&root())),
        Command::Coverage => Ok(coverage::run(&root())),
        Command::Layers => Ok(layers::run(&root())),
        Command::Readme => Ok(readme::run(&root())),
        Command::Check { list: true, .. } => {
            show(&check::table());
            Ok(ExitCode::SUCCESS)
        }
        Command::Check {
            quick: true, base, ..
        } => Ok(check::run_quick(&root(), base.as_deref())),
        Command::Check { .. } => Ok(check::run(&root())),
        Command::Rehearse(arguments) => rehearse::run(&root(), arguments),
        Command::Spec(question) => spec::run(&root(), question),
    }
}

fn generate(workspace: &Workspace, check: bool, report: bool) -> Result<ExitCode, Error> {
    let output = match workspace.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("error: {error}\nno file was changed");
            return Ok(ExitCode::FAILURE);
        }
    };
    if report {
        show(&output.report);
    }
    for warning in &output.warnings {
        eprintln!("warning: {warning}");
    }
    if check {
        return show_drift(workspace, &output);
    }
    for file in workspace.write(&output)? {
        show(&format!("{file}\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints to standard output. A closed pipe, as with `| head`, is not an error.
fn show(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The checkout that cargo runs this program in, or else the one it was built from.
fn root() -> PathBuf {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(package);
    root.pop();
    root
}

fn show_drift(workspace: &Workspace, output: &Output) -> Result<ExitCode, Error> {
    let drift = workspace.check(output)?;
    for file in &drift {
        show(&file.diff);
    }
    if drift.is_empty() {
        show("the generated files are up to date\n");
        return Ok(ExitCode::SUCCESS);
    }
    let paths: Vec<&str> = drift.iter().map(|file| file.path.as_str()).collect();
    eprintln!(
        "out of date: {}\nhelp: cargo xtask generate",
        paths.join(", ")
    );
    Ok(ExitCode::FAILURE)
}
