//! Instructions, cache misses and mispredictions, counted by valgrind's callgrind. They differ by less than one percent
//! between runs, whatever the load of the machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Options;
use crate::Result;
use crate::process::run_contender_under;

/// The numbers of calls of two runs. Their difference excludes the startup, which is in both.
const FEW: usize = 200;
const MANY: usize = 1_200;

/// Whether valgrind is installed.
pub fn is_installed() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Events of one warm execution that callgrind simulates.
#[derive(Debug)]
pub struct Simulation {
    /// Reads and writes that are not in the first data cache.
    pub data_misses: f64,
    pub indirect_mispredictions: f64,
}

/// The instructions of one warm execution of `task` by `who`.
pub fn instructions(options: &Options, who: &str, task: &str, url: &str) -> Result<f64> {
    let events = events_of_one(options, &[], who, task, url)?;
    event(&events, "Ir")
}

/// The events of one warm execution of `task` by `who`, with the caches of this machine and callgrind's branch predictor.
pub fn simulation(options: &Options, who: &str, task: &str, url: &str) -> Result<Simulation> {
    let simulation = ["--cache-sim=yes", "--branch-sim=yes"];
    let events = events_of_one(options, &simulation, who, task, url)?;
    Ok(Simulation {
        data_misses: event(&events, "D1mr")? + event(&events, "D1mw")?,
        indirect_mispredictions: event(&events, "Bim")?,
    })
}

/// Numbers of events by callgrind's names for them.
type Events = BTreeMap<String, f64>;

fn event(events: &Events, name: &str) -> Result<f64> {
    let count = events.get(name).copied();
    count.ok_or_else(|| format!("callgrind reported no event {name}").into())
}

fn events_of_one(
    options: &Options,
    simulation: &[&str],
    who: &str,
    task: &str,
    url: &str,
) -> Result<Events> {
    let folder = tempfile::tempdir()?;
    let count = |times: usize| -> Result<Events> {
        let file = folder
            .path()
            .join(format!("callgrind.{task}.{who}.{times}"));
        let times = times.to_string();
        run_contender_under(
            wrapper(&file, simulation),
            &[who, task, "--url", url, "--count", &times],
        )?;
        let events = totals(&std::fs::read_to_string(&file)?)?;
        if let Some(kept) = &options.profile {
            std::fs::create_dir_all(kept)?;
            std::fs::copy(&file, kept.join(file.file_name().unwrap_or_default()))?;
        }
        Ok(events)
    };
    let (many, few) = (count(MANY)?, count(FEW)?);
    let of_one = many.into_iter().map(|(name, count)| {
        let more = count - few.get(&name).copied().unwrap_or_default();
        (name, more / (MANY - FEW) as f64)
    });
    Ok(of_one.collect())
}

/// The instructions of one repetition of `program`, which receives the number of repetitions and then `arguments`.
/// `few` and `many` are the numbers of two runs.
pub fn instructions_of_program(
    program: &Path,
    few: usize,
    many: usize,
    arguments: &[&str],
) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let count = |times: usize| -> Result<f64> {
        let file = folder.path().join(format!("callgrind.{times}"));
        let wrapper = wrapper(&file, &[]);
        let output = Command::new(&wrapper[0])
            .args(&wrapper[1..])
            .arg(program)
            .arg(times.to_string())
            .args(arguments)
            .output()?;
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {}\n{problem}", program.display(), output.status).into());
        }
        event(&totals(&std::fs::read_to_string(&file)?)?, "Ir")
    };
    let more = count(many)? - count(few)?;
    Ok(more / (many - few) as f64)
}

fn wrapper(file: &Path, simulation: &[&str]) -> Vec<OsString> {
    let mut output = OsString::from("--callgrind-out-file=");
    output.push(file);
    let mut wrapper: Vec<OsString> = vec![
        "valgrind".into(),
        "--tool=callgrind".into(),
        "--quiet".into(),
        output,
    ];
    wrapper.extend(simulation.iter().map(OsString::from));
    wrapper
}

/// The events of a run, from callgrind's output.
fn totals(text: &str) -> Result<Events> {
    let values_of = |names: &[&str]| {
        let mut lines = text.lines();
        lines.find_map(|line| names.iter().find_map(|name| line.strip_prefix(name)))
    };
    let names = values_of(&["events:"]).ok_or("callgrind reported no events")?;
    let counts = values_of(&["totals:", "summary:"]).ok_or("callgrind reported no total")?;
    let counts = counts.split_whitespace().map(str::parse);
    let events = names.split_whitespace().zip(counts);
    Ok(events
        .map(|(name, count)| Ok((name.to_owned(), count?)))
        .collect::<Result<_, std::num::ParseFloatError>>()?)
}
