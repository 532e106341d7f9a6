//! The client beside the same calls by hand, in one run: `cargo bench -p backendless-tests`.
//!
//! The way through: [`rows`] lists what can be measured. Each row is measured by a module of
//! [`measure`], which starts this program again as other processes ([`process`]): as [`server`],
//! which answers the same to everybody, and as a contender ([`contend`]) - the client (`sdk`),
//! reqwest by hand (`reference`) or hyper by hand (`floor`). The contenders take turns. What comes
//! out is a [`report::Measurement`]: a line, a part of the JSON file, a bar of the [`picture`].
//!
//! Nothing here is an absolute figure of the client: a machine's own speed is in both sides of
//! every ratio.

#![allow(
    unreachable_pub,
    reason = "one program, whose modules nobody else sees"
)]

mod contend;
mod descriptors;
mod measure;
mod picture;
mod process;
mod report;
mod rows;
mod server;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use measure::{Lab, Outcome};
use report::Measurement;
use rows::{ROWS, Row};

/// What a step of the benchmark answers; it ends at the first thing that goes wrong.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// Measures the client beside the same calls by hand.
#[derive(Debug, Parser)]
#[command(name = "cargo bench -p backendless-tests --")]
struct Arguments {
    /// Measures only the rows of this name; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Measures instructions and decoding alone, and fails where one is 20 % worse than its goal.
    #[arg(long)]
    short: bool,
    /// Lists the rows.
    #[arg(long)]
    list: bool,
    /// Writes the measurements to this file too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draws the measurements as an SVG picture.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Keeps what callgrind wrote, for `callgrind_annotate`.
    #[arg(long, value_name = "FOLDER")]
    profile: Option<PathBuf>,
    /// What cargo tells every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What another process of this program does.
#[derive(Debug, Subcommand)]
enum Role {
    /// Answers the contenders.
    #[command(hide = true)]
    Serve(server::Settings),
    /// Makes calls, and tells what they took.
    #[command(hide = true)]
    Contend(contend::Order),
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    // The processes that this one starts inherit it.
    descriptors::raise_limit()?;
    match arguments.role {
        Some(Role::Serve(settings)) => server::run(&settings).map(|()| ExitCode::SUCCESS),
        Some(Role::Contend(order)) => contend::run(&order).map(|()| ExitCode::SUCCESS),
        None if arguments.list => {
            for row in ROWS {
                println!("{:<16} {}", row.name, row.what);
            }
            Ok(ExitCode::SUCCESS)
        }
        None => measure_all(&arguments),
    }
}

fn measure_all(arguments: &Arguments) -> Result<ExitCode> {
    let rows = chosen(arguments)?;
    let lab = Lab {
        profile: arguments.profile.clone(),
    };
    println!("{}", report::HEAD);
    let mut measurements: Vec<Measurement> = Vec::new();
    let mut has_failed = false;
    for row in rows {
        match (row.measure)(&lab) {
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
    if let Some(path) = &arguments.json {
        serde_json::to_writer_pretty(File::create(path)?, &measurements)?;
    }
    if let Some(path) = &arguments.picture {
        std::fs::write(path, picture::draw(&measurements))?;
    }
    let is_worse = arguments.short && measurements.iter().any(Measurement::is_much_worse);
    if is_worse {
        eprintln!("error: a ratio is more than 20 % worse than its goal");
    }
    Ok(ExitCode::from(u8::from(is_worse || has_failed)))
}

fn chosen(arguments: &Arguments) -> Result<Vec<&'static Row>> {
    let names = &arguments.only;
    if let Some(unknown) = names.iter().find(|name| rows::named(name).is_none()) {
        return Err(format!("there is no row {unknown}; --list lists them").into());
    }
    let is_chosen = |row: &&Row| {
        (names.is_empty() || names.iter().any(|name| name == row.name))
            && (!arguments.short || row.is_short)
    };
    Ok(ROWS.iter().filter(is_chosen).collect())
}
