//! Calls per second on one thread, sequential and 64 concurrent, and the processor time of a call.
//!
//! Server and contender share one core, if the system can do that. On two cores, the time of a call depends on the core that
//! the kernel chooses for each of them, and on how long a core that sleeps takes to wake up: the same contender took once and
//! twice the time.

use super::{Options, Outcome, pairs};
use crate::Result;
use crate::contenders::Sample;
use crate::process::{Server, on_one_core, run_gets};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 15;
/// The calls of a turn: about half a second.
const CALLS: usize = 20_000;

pub fn measure(_: &Options) -> Result<Outcome> {
    let server = Server::start_under(on_one_core(), &[])?;
    let mut measurements = Vec::new();
    for concurrency in [1, 64] {
        measurements.extend(compare(&server, concurrency)?);
    }
    Ok(Outcome::Measured(measurements))
}

fn compare(server: &Server, concurrency: usize) -> Result<Vec<Measurement>> {
    let (mut sdk, mut reference, mut hyper) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        sdk.push(run(server, "sdk", concurrency)?);
        reference.push(run(server, "reference", concurrency)?);
        hyper.push(run(server, "floor", concurrency)?);
    }
    let calls = Measurement::ratio(
        &format!("get, calls per second, {concurrency} at once"),
        Unit::PerSecond,
        calls_per_second(&sdk)?,
        calls_per_second(&reference)?,
        Goal::AtLeast(1.0),
    );
    let mut measurements = vec![calls.beside("hyper", calls_per_second(&hyper)?)];
    // Not every system reports it.
    if let Ok(of_sdk) = processor_time(&sdk) {
        let processor = Measurement::ratio(
            &format!("get, processor time, {concurrency} at once"),
            Unit::Microseconds,
            of_sdk,
            processor_time(&reference)?,
            Goal::AtMost(1.0),
        );
        measurements.push(processor.beside("hyper", processor_time(&hyper)?));
    }
    Ok(measurements)
}

fn run(server: &Server, who: &str, concurrency: usize) -> Result<Sample> {
    run_gets(on_one_core(), who, &server.url, CALLS, concurrency, 1)
}

fn calls_per_second(samples: &[Sample]) -> Result<f64> {
    let seconds = samples.iter().map(|sample| sample.seconds);
    Ok(CALLS as f64 / pairs::median(seconds.collect())?)
}

/// Microseconds of a call.
fn processor_time(samples: &[Sample]) -> Result<f64> {
    let seconds = samples.iter().filter_map(|sample| sample.processor_seconds);
    Ok(pairs::median(seconds.collect())? * 1e6 / CALLS as f64)
}
