//! The additional instructions of a call of a client with a rate limit that the call does not reach.
//!
//! They are less than the variation of a request by TCP, so the responses come from memory.

use super::{Options, Outcome, callgrind, cargo};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

const MAX: f64 = 200.0;

/// The numbers of calls of two runs. No vector that has an entry for each call grows between 1,024 and 2,048.
const FEW: usize = 1_100;
const MANY: usize = 2_000;

pub fn measure(_: &Options) -> Result<Outcome> {
    if !callgrind::is_installed() {
        return Ok(Outcome::Skipped("valgrind is not installed"));
    }
    let options = [
        "--profile=bench",
        "--package=backendless-benches",
        "--bin=rate_limit",
        "--features=testing",
    ];
    let program = cargo::build(&cargo::root(), &options)?;
    let of = |limit: &[&str]| callgrind::instructions_of_program(&program, FEW, MANY, limit);
    let additional = of(&["1000000"])? - of(&[])?;
    let figure = Measurement::figure(
        "call with a rate limit, additional instructions",
        Unit::Instructions,
        additional,
        Goal::AtMost(MAX),
    );
    Ok(Outcome::Measured(vec![figure.stable()]))
}
