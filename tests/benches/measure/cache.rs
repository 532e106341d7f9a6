//! The misses of the first data cache and the mispredicted indirect jumps of one warm call, simulated by callgrind: they
//! take time that its instructions do not show.

use super::{Options, Outcome, callgrind};
use crate::Result;
use crate::process::Server;
use crate::report::{Goal, Measurement, Unit};

const TASKS: [&str; 3] = ["get", "create", "find"];
const GOAL: Goal = Goal::AtMost(1.0);

pub fn measure(options: &Options) -> Result<Outcome> {
    if !callgrind::is_installed() {
        return Ok(Outcome::Skipped("valgrind is not installed"));
    }
    let server = Server::start(&[])?;
    let mut measurements = Vec::new();
    for task in TASKS {
        let of = |who| callgrind::simulation(options, who, task, &server.url);
        let (sdk, reference) = (of("sdk")?, of("reference")?);
        let name = format!("{task}, misses of the data cache");
        measurements.push(Measurement::ratio(
            &name,
            Unit::Events,
            sdk.data_misses,
            reference.data_misses,
            GOAL,
        ));
        let name = format!("{task}, mispredicted indirect jumps");
        measurements.push(Measurement::ratio(
            &name,
            Unit::Events,
            sdk.indirect_mispredictions,
            reference.indirect_mispredictions,
            GOAL,
        ));
    }
    Ok(Outcome::Measured(measurements))
}
