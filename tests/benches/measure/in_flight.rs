//! 10,000 concurrent calls to a server with a latency of one second. All succeed, and each needs little
//! more memory than with plain reqwest.

use super::{Options, Outcome, pairs};
use crate::process::{Server, run_contender};
use crate::report::{Goal, Measurement, Unit};
use crate::{Result, descriptors};

const TURNS: usize = 3;
const CALLS: u64 = 10_000;
/// Descriptors other than the connections.
const OTHERS: u64 = 100;

pub fn measure(_: &Options) -> Result<Outcome> {
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
    // A new server on a new port, because closed connections still occupy the ports of the last one.
    let server = Server::start(&["--latency", "1000"])?;
    let calls = CALLS.to_string();
    let sample = run_contender(&[
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
        .ok_or("this system does not report the memory of a process")?;
    Ok(growth / 1024.0 / CALLS as f64)
}
