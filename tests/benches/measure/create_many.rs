//! 20,000 rows that a server with a latency of 20 ms stores: by `create_many`, and by one `create` each. Both have 32
//! requests in flight.

use super::{MEBIBYTE, Options, Outcome, larger, pairs};
use crate::Result;
use crate::process::{Server, run_contender};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 3;
const ROWS: usize = 20_000;

pub fn measure(_: &Options) -> Result<Outcome> {
    let server = Server::start(&["--latency", "20"])?;
    let rows = ROWS.to_string();
    let of = |task| {
        let order = ["sdk", task, "--url", &server.url, "--count", &rows];
        run_contender(&[&order[..], &["--concurrency", "32"]].concat())
    };
    let mut growth: Option<f64> = None;
    // The goal is a speedup, so the rates are compared.
    let rate = |seconds: f64| ROWS as f64 / seconds;
    let pair = pairs::measure(
        TURNS,
        || {
            let sample = of("create-many")?;
            growth = larger(growth, sample.growth);
            Ok(rate(sample.seconds))
        },
        || Ok(rate(of("create")?.seconds)),
    )?;
    let mut measurements = vec![Measurement::ratio(
        "20,000 rows by create_many, compared with create",
        Unit::PerSecond,
        pair.sdk,
        pair.reference,
        Goal::AtLeast(30.0),
    )];
    measurements.extend(growth.map(|bytes| {
        let name = "20,000 rows by create_many, memory growth";
        Measurement::figure(name, Unit::Mebibytes, bytes / MEBIBYTE, Goal::AtMost(16.0))
    }));
    Ok(Outcome::Measured(measurements))
}
