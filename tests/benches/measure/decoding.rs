//! Decoding a page of rows into `Object<Person>`, compared with a struct that has the system properties as
//! fields.

use super::{Options, Outcome, callgrind, pairs};
use crate::Result;
use crate::process::run_contender;
use crate::report::{Goal, Measurement, Unit};

const GOAL: Goal = Goal::AtMost(1.05);
const NAME: &str = "decode a page of 100";
const TURNS: usize = 5;
const PAGES: usize = 2_000;

pub fn measure(options: &Options) -> Result<Outcome> {
    let measured = if callgrind::is_installed() {
        by_instructions(options)
    } else {
        by_time()
    };
    Ok(Outcome::Measured(vec![measured?]))
}

fn by_instructions(options: &Options) -> Result<Measurement> {
    let of = |who| callgrind::instructions(options, who, "decode", "");
    let (sdk, reference) = (of("sdk")?, of("reference")?);
    let name = format!("{NAME}, instructions");
    let ratio = Measurement::ratio(&name, Unit::Instructions, sdk, reference, GOAL);
    Ok(ratio.stable().beside("flatten", of("flatten")?))
}

fn by_time() -> Result<Measurement> {
    let of = |who| {
        let sample = run_contender(&[who, "decode", "--count", &PAGES.to_string()])?;
        Ok(sample.seconds * 1e6 / PAGES as f64)
    };
    let pair = pairs::measure(TURNS, || of("sdk"), || of("reference"))?;
    let ratio = Measurement::ratio(NAME, Unit::Microseconds, pair.sdk, pair.reference, GOAL);
    Ok(ratio.beside("flatten", of("flatten")?))
}
