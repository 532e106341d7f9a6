//! Compares the client with the same calls on plain reqwest, in one run:
//! `cargo bench -p backendless-benches`.
//!
//! [`rows`] lists what can be measured. A module of [`measure`] measures each row. It starts this
//! program again as other processes ([`process`]): as the [`server`], which always sends the same
//! responses, and as the [`contenders`], which take turns: the client (`sdk`), plain reqwest
//! (`reference`) and plain hyper (`floor`). The result is a [`report::Measurement`]: a line of text,
//! an entry of the JSON file, and a bar of the [`chart`].
//!
//! No figure is absolute: both sides of a ratio run on the same machine.

#![allow(unreachable_pub, reason = "the modules of one program")]

mod chart;
mod contenders;
mod descriptors;
mod measure;
mod process;
mod report;
mod rows;
mod server;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use measure::{Options, Outcome};
use report::Measurement;
use rows::{ROWS, Row};

/// The result of a step of the benchmark.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// Compares the client with the same calls on plain reqwest.
#[derive(Debug, Parser)]
#[command(name = "cargo bench -p backendless-benches --")]
struct Arguments {
    /// Measures only the row with this name. Can be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measures only what is stable and fast, and fails if a ratio is 20 % worse than its goal.
    #[arg(long)]
    short: bool,
    /// Lists the rows.
    #[arg(long)]
    list: bool,
    /// Writes the measurements to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draws the measurements to this file as an SVG chart.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Measures nothing, and takes the measurements from this file, which `--json` has written. Can be repeated.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "short"])]
    from: Vec<PathBuf>,
    /// Keeps callgrind's output in this folder, for `callgrind_annotate`.
    #[arg(long, value_name = "FOLDER")]
    profile: Option<PathBuf>,
    /// Cargo passes this option to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

/// The role of another process of this program.
#[derive(Debug, Subcommand)]
enum Role {
    /// Serves the contenders.
    #[command(hide = true)]
    Serve(server::Settings),
    /// Sends the calls of a contender and prints their cost.
    #[command(hide = true)]
    Contend(contenders::ContenderOptions),
}

/// Measures the rows that the arguments of the process select, or takes the role of another process.
///
/// # Errors
///
/// If the arguments name no row, or a file cannot be written.
pub fn run() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    // Cargo starts a benchmark in the folder of its package. The paths of the arguments begin at that of the workspace.
    std::env::set_current_dir(measure::workspace_root())?;
    // Child processes inherit the limit.
    descriptors::raise_limit()?;
    match arguments.role {
        Some(Role::Serve(settings)) => server::run(&settings).map(|()| ExitCode::SUCCESS),
        Some(Role::Contend(order)) => contenders::run(&order).map(|()| ExitCode::SUCCESS),
        None if arguments.list => {
            for row in ROWS {
                println!("{:<16} {}", row.name, row.what);
            }
            Ok(ExitCode::SUCCESS)
        }
        None if !arguments.from.is_empty() => {
            write_files(&arguments, &read_files(&arguments.from)?)?;
            Ok(ExitCode::SUCCESS)
        }
        None => measure_all(&arguments),
    }
}

/// Prints the measurements of earlier runs and returns them.
fn read_files(paths: &[PathBuf]) -> Result<Vec<Measurement>> {
    let mut measurements: Vec<Measurement> = Vec::new();
    for path in paths {
        let text = std::fs::read(path)?;
        measurements.extend(serde_json::from_slice::<Vec<_>>(&text)?);
    }
    println!("{}", report::HEAD);
    for measurement in &measurements {
        println!("{measurement}");
    }
    Ok(measurements)
}

/// Writes the files that the arguments name.
fn write_files(arguments: &Arguments, measurements: &[Measurement]) -> Result<()> {
    if let Some(path) = &arguments.json {
        serde_json::to_writer_pretty(File::create(path)?, measurements)?;
    }
    if let Some(path) = &arguments.picture {
        std::fs::write(path, chart::draw(measurements))?;
    }
    Ok(())
}

fn measure_all(arguments: &Arguments) -> Result<ExitCode> {
    let rows = selected(arguments)?;
    let options = Options {
        profile: arguments.profile.clone(),
    };
    println!("{}", report::HEAD);
    let mut measurements: Vec<Measurement> = Vec::new();
    let mut has_failed = false;
    for row in rows {
        match (row.measure)(&options) {
            Ok(Outcome::Measured(found)) => {
                for measurement in &found {
                    println!("{measurement}");
                }
                measurements.extend(found);
            }
            Ok(Outcome::Skipped(reason)) => println!("{} | skipped: {reason}", row.name),
            Err(error) => {
                println!("{} | failed: {error}", row.name);
                has_failed = true;
            }
        }
    }
    write_files(arguments, &measurements)?;
    let is_worse = arguments.short && measurements.iter().any(Measurement::is_much_worse);
    if is_worse {
        eprintln!("error: a ratio is more than 20 % worse than its goal");
    }
    Ok(ExitCode::from(u8::from(is_worse || has_failed)))
}

fn selected(arguments: &Arguments) -> Result<Vec<&'static Row>> {
    let names = &arguments.only;
    if let Some(unknown) = names.iter().find(|name| rows::named(name).is_none()) {
        return Err(format!("there is no row {unknown}; --list lists them").into());
    }
    let is_selected = |row: &&Row| {
        (names.is_empty() || names.iter().any(|name| name == row.name))
            && (!arguments.short || row.is_short)
    };
    Ok(ROWS.iter().filter(is_selected).collect())
}
