//! What the client adds to the build of a service: time, and crates.

use std::time::Instant;

use super::cargo::Project;
use super::{Lab, Outcome, pairs};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;

pub fn measure(_: &Lab) -> Result<Outcome> {
    let (sdk, by_hand) = (Project::on_the_client()?, Project::by_hand()?);
    let pair = pairs::measure(TURNS, || cold_build(&sdk), || cold_build(&by_hand))?;
    let time = Measurement::ratio(
        "cold build",
        Unit::Seconds,
        pair.sdk,
        pair.reference,
        Goal::AtMost(1.10),
    );
    let more = sdk.crates()? as f64 - by_hand.crates()? as f64;
    let crates = Measurement::figure("crates more", Unit::Crates, more, Goal::AtMost(10.0));
    Ok(Outcome::Measured(vec![time, crates]))
}

/// The seconds that a build takes for which nothing is there but the sources.
fn cold_build(project: &Project) -> Result<f64> {
    project.clean()?;
    let start = Instant::now();
    project.build(&[])?;
    Ok(start.elapsed().as_secs_f64())
}
