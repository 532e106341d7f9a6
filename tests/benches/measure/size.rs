//! What the client adds to the program of a service.

use super::cargo::Project;
use super::{Lab, MEBIBYTE, Outcome};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

pub fn measure(_: &Lab) -> Result<Outcome> {
    let sdk = size(&Project::on_the_client()?)?;
    let by_hand = size(&Project::by_hand()?)?;
    let goal = Goal::AtMost(1.10);
    let name = "size of a release binary";
    let ratio = Measurement::ratio(name, Unit::Mebibytes, sdk, by_hand, goal);
    Ok(Outcome::Measured(vec![ratio]))
}

/// The size of the program in mebibytes.
fn size(project: &Project) -> Result<f64> {
    let program = project.build(&["--release"])?;
    Ok(std::fs::metadata(program)?.len() as f64 / MEBIBYTE)
}
