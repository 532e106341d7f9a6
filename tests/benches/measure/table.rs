//! A whole table of 100,000 rows from a server that takes 20 ms for each page: eight pages at once
//! by the client's stream, and page after page by hand. Both check the order of the rows.

use super::{Lab, MEBIBYTE, Outcome, larger, pairs};
use crate::Result;
use crate::contend::person;
use crate::process::{Server, contend};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;

pub fn measure(_: &Lab) -> Result<Outcome> {
    let server = Server::start(&["--latency", "20", "--rows", &person::TABLE.to_string()])?;
    let of = |who| contend(&[who, "table", "--url", &server.url, "--concurrency", "8"]);
    let mut growth: Option<f64> = None;
    // The goal is how many times faster it is, so what is compared is the rate.
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
