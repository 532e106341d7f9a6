//! What a call costs: the instructions of one, warm, on one connection.

use super::{Lab, Outcome, callgrind};
use crate::Result;
use crate::process::Server;
use crate::report::{Goal, Measurement, Unit};

/// The calls, and the most that one may take of what it takes by hand.
const GOALS: [(&str, f64); 3] = [("get", 1.00), ("create", 1.00), ("find", 1.02)];

pub fn measure(lab: &Lab) -> Result<Outcome> {
    if !callgrind::is_there() {
        return Ok(Outcome::Skipped("valgrind is not installed"));
    }
    let server = Server::start(&[])?;
    let mut measurements = Vec::new();
    for (task, goal) in GOALS {
        let of = |who| callgrind::instructions(lab, who, task, &server.url);
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
