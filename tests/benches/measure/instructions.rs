//! The instructions of one warm call on one connection.

use super::{Options, Outcome, callgrind};
use crate::Result;
use crate::process::Server;
use crate::report::{Goal, Measurement, Unit};

/// The calls, and the maximum ratio to plain reqwest.
const GOALS: [(&str, f64); 3] = [("get", 0.97), ("create", 0.97), ("find", 0.86)];

pub fn measure(options: &Options) -> Result<Outcome> {
    if !callgrind::is_installed() {
        return Ok(Outcome::Skipped("valgrind is not installed"));
    }
    let server = Server::start(&[])?;
    let mut measurements = Vec::new();
    for (task, goal) in GOALS {
        let of = |who| callgrind::instructions(options, who, task, &server.url);
        let name = format!("{task}, instructions");
        let ratio = Measurement::ratio(
            &name,
            Unit::Instructions,
            of("sdk")?,
            of("reference")?,
            Goal::AtMost(goal),
        );
        measurements.push(ratio.stable().beside("hyper", of("floor")?));
    }
    Ok(Outcome::Measured(measurements))
}
