//! Calls per second of one client that two threads share, compared with one thread.
//!
//! The server has one thread and needs about a third of the processor time, so two cores are not enough for three threads.
//! The second row takes this into account: everything runs on one core, and then on two.

use super::{Options, Outcome, pairs};
use crate::Result;
use crate::process::{Server, on_one_core, run_gets};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 5;
const CALLS: usize = 40_000;
const CONCURRENCY: usize = 64;
const GOAL: Goal = Goal::AtLeast(1.7);

/// The cores of the server and the contender.
#[derive(Clone, Copy)]
enum Cores {
    One,
    All,
}

pub fn measure(_: &Options) -> Result<Outcome> {
    let cores = std::thread::available_parallelism();
    if cores.map_or(1, std::num::NonZero::get) < 2 {
        return Ok(Outcome::Skipped("this machine has one core"));
    }
    let mut measurements = vec![scaling("get, 2 threads / 1 thread", Cores::All)?];
    if !on_one_core().is_empty() {
        measurements.push(scaling("get, 2 threads / 1 thread on 1 core", Cores::One)?);
    }
    Ok(Outcome::Measured(measurements))
}

/// Compares two threads on all cores with one thread on `cores`.
fn scaling(name: &str, cores: Cores) -> Result<Measurement> {
    let of = |who| pairs::measure(TURNS, || rate(who, 2, Cores::All), || rate(who, 1, cores));
    let (sdk, plain_reqwest) = (of("sdk")?, of("reference")?);
    let measurement = Measurement::ratio(name, Unit::PerSecond, sdk.sdk, sdk.reference, GOAL);
    let measurement = measurement.beside("reqwest, 2 threads", plain_reqwest.sdk);
    Ok(measurement.beside("reqwest, 1 thread", plain_reqwest.reference))
}

/// The calls per second.
fn rate(who: &str, threads: usize, cores: Cores) -> Result<f64> {
    let wrapper = match cores {
        Cores::One => on_one_core(),
        Cores::All => Vec::new(),
    };
    let server = Server::start_under(wrapper.clone(), &[])?;
    let sample = run_gets(wrapper, who, &server.url, CALLS, CONCURRENCY, threads)?;
    Ok(CALLS as f64 / sample.seconds)
}
