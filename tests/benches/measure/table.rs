//! A table of 100,000 rows from a server with a latency of 20 ms: the client's stream reads eight pages
//! concurrently, plain reqwest one page after another. Both check the order of the rows.

use super::{MEBIBYTE, Options, Outcome, larger, pairs};
use crate::Result;
use crate::contenders::person;
use crate::process::{Server, run_contender};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;

pub fn measure(_: &Options) -> Result<Outcome> {
    let server = Server::start(&["--latency", "20", "--rows", &person::TABLE.to_string()])?;
    let of = |who| run_contender(&[who, "table", "--url", &server.url, "--concurrency", "8"]);
    let mut growth: Option<f64> = None;
    // The goal is a speedup, so the rates are compared.
    let rate = |seconds: f64| person::TABLE as f64 / seconds;
    let pair = pairs::measure(
        TURNS,
        || {
            let sample = of("sdk")?;
            growth = larger(growth, sample.growth);
            Ok(rate(sample.seconds))
        },
        || Ok(rate(of("reference")?.seconds)),
    )?;
    let mut measurements = vec![Measurement::ratio(
        "100,000 rows, rows per second",
        Unit::PerSecond,
        pair.sdk,
        pair.reference,
        Goal::AtLeast(6.0),
    )];
    measurements.extend(growth.map(|bytes| {
        let name = "100,000 rows, memory growth";
        Measurement::figure(name, Unit::Mebibytes, bytes / MEBIBYTE, Goal::AtMost(16.0))
    }));
    Ok(Outcome::Measured(measurements))
}
