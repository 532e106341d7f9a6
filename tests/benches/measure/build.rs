//! What the client adds to the build of a service: processor time and crates.

use std::fs::read_to_string;

use super::cargo::Project;
use super::{Options, Outcome, pairs};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;

pub fn measure(_: &Options) -> Result<Outcome> {
    let (sdk, plain_reqwest) = (Project::sdk()?, Project::plain_reqwest()?);
    if children_time().is_none() {
        return Ok(Outcome::Skipped("this system has no /proc/self/stat"));
    }
    let pair = pairs::measure(TURNS, || cold_build(&sdk), || cold_build(&plain_reqwest))?;
    let time = Measurement::ratio(
        "cold build, processor time",
        Unit::Seconds,
        pair.sdk,
        pair.reference,
        Goal::AtMost(1.08),
    );
    let more = sdk.crates()? as f64 - plain_reqwest.crates()? as f64;
    let crates = Measurement::figure("additional crates", Unit::Crates, more, Goal::AtMost(8.0));
    Ok(Outcome::Measured(vec![time, crates]))
}

/// The processor time of a build from the sources only, in seconds.
fn cold_build(project: &Project) -> Result<f64> {
    project.clean()?;
    let before = children_time();
    project.build(&[])?;
    let seconds = children_time()
        .zip(before)
        .map(|(after, before)| after - before);
    seconds.ok_or_else(|| "the processor time is not known".into())
}

/// The processor time of the child processes that have ended, and of theirs, in seconds; `None` if the system does not
/// report it (proc_pid_stat(5): `cutime` and `cstime`).
fn children_time() -> Option<f64> {
    /// The unit of the times, whatever the kernel's own one.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may contain anything. The fields after it are those from the third on.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13).take(2);
    let mut next = || times.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS_PER_SECOND)
}
