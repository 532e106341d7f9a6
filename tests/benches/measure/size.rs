//! What the client adds to the size of a program.

use super::cargo::Project;
use super::{MEBIBYTE, Options, Outcome};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

pub fn measure(_: &Options) -> Result<Outcome> {
    let sdk = size(&Project::sdk()?)?;
    let plain_reqwest = size(&Project::plain_reqwest()?)?;
    let goal = Goal::AtMost(1.05);
    let name = "size of a release binary";
    let ratio = Measurement::ratio(name, Unit::Mebibytes, sdk, plain_reqwest, goal);
    Ok(Outcome::Measured(vec![ratio]))
}

/// The size of the program in mebibytes.
fn size(project: &Project) -> Result<f64> {
    let program = project.build(&["--release"])?;
    Ok(std::fs::metadata(program)?.len() as f64 / MEBIBYTE)
}
