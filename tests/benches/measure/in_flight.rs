//! 10,000 calls at once to a server that takes a second for each: all succeed, and each holds
//! little more memory than by hand.

use super::{Lab, Outcome, pairs};
use crate::process::{Server, contend};
use crate::report::{Goal, Measurement, Unit};
use crate::{Result, descriptors};

const TURNS: usize = 3;
const CALLS: u64 = 10_000;
/// What a process has open beside its connections.
const OTHERS: u64 = 100;

pub fn measure(_: &Lab) -> Result<Outcome> {
    if descriptors::limit() < CALLS + OTHERS {
        return Ok(Outcome::Skipped(
            "fewer than 10,100 descriptors are allowed",
        ));
    }
    let pair = pairs::measure(TURNS, || memory("sdk"), || memory("reference"))?;
    Ok(Outcome::Measured(vec![Measurement::ratio(
        "10,000 calls in flight, memory of each",
        Unit::Kibibytes,
        pair.sdk,
        pair.reference,
        Goal::AtMost(1.2),
    )]))
}

/// The memory of one call in flight, in kibibytes.
fn memory(who: &str) -> Result<f64> {
    // A server for each, on a port of its own: the connections that were closed last block theirs.
    let server = Server::start(&["--latency", "1000"])?;
    let calls = CALLS.to_string();
    let sample = contend(&[
        who,
        "get",
        "--url",
        &server.url,
        "--count",
        &calls,
        "--concurrency",
        &calls,
    ])?;
    let growth = sample
        .growth
        .ok_or("this system does not tell what memory is used")?;
    Ok(growth / 1024.0 / CALLS as f64)
}
