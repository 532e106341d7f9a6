//! What the client adds to the build of a service: time and crates.

use std::time::Instant;

use super::cargo::Project;
use super::{Options, Outcome, pairs};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;

pub fn measure(_: &Options) -> Result<Outcome> {
    let (sdk, plain_reqwest) = (Project::sdk()?, Project::plain_reqwest()?);
    let pair = pairs::measure(TURNS, || cold_build(&sdk), || cold_build(&plain_reqwest))?;
    let time = Measurement::ratio(
        "cold build",
        Unit::Seconds,
        pair.sdk,
        pair.reference,
        Goal::AtMost(1.10),
    );
    let more = sdk.crates()? as f64 - plain_reqwest.crates()? as f64;
    let crates = Measurement::figure("additional crates", Unit::Crates, more, Goal::AtMost(10.0));
    Ok(Outcome::Measured(vec![time, crates]))
}

/// The seconds of a build from the sources only.
fn cold_build(project: &Project) -> Result<f64> {
    project.clean()?;
    let start = Instant::now();
    project.build(&[])?;
    Ok(start.elapsed().as_secs_f64())
}
