//! Calls per second on one thread, sequential and 64 concurrent.

use super::{Options, Outcome, pairs};
use crate::Result;
use crate::process::{Server, run_contender};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 9;
/// The calls of a turn: about a second.
const CALLS: usize = 20_000;

pub fn measure(_: &Options) -> Result<Outcome> {
    let server = Server::start(&[])?;
    let mut measurements = Vec::new();
    for concurrency in [1, 64] {
        let of = |who| {
            let order = [
                who,
                "get",
                "--url",
                &server.url,
                "--count",
                &CALLS.to_string(),
                "--concurrency",
                &concurrency.to_string(),
            ];
            Ok(CALLS as f64 / run_contender(&order)?.seconds)
        };
        let pair = pairs::measure(TURNS, || of("sdk"), || of("reference"))?;
        let name = format!("get, calls per second, {concurrency} at once");
        let goal = Goal::AtLeast(1.0);
        let ratio = Measurement::ratio(&name, Unit::PerSecond, pair.sdk, pair.reference, goal);
        measurements.push(ratio.beside("hyper", of("floor")?));
    }
    Ok(Outcome::Measured(measurements))
}
