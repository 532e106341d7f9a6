//! The duration of `cargo xtask generate --check`, once it is compiled.

use std::process::Command;
use std::time::Instant;

use super::{Options, Outcome, cargo, pairs};
use crate::Result;
use crate::report::{Goal, Measurement, Unit};

const RUNS: usize = 5;

pub fn measure(_: &Options) -> Result<Outcome> {
    let root = cargo::root();
    let program = cargo::build(&root, &["--package", "xtask"])?;
    let mut seconds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        let mut check = Command::new(&program);
        let output = check
            .args(["generate", "--check"])
            .current_dir(&root)
            // That of this benchmark, which cargo started. The program would take it for its own.
            .env_remove("CARGO_MANIFEST_DIR")
            .output()?;
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr);
            return Err(format!("xtask generate --check: {}\n{problem}", output.status).into());
        }
        seconds.push(start.elapsed().as_secs_f64());
    }
    let median = pairs::median(seconds)?;
    let name = "cargo xtask generate --check";
    let figure = Measurement::figure(name, Unit::Seconds, median, Goal::AtMost(0.5));
    Ok(Outcome::Measured(vec![figure]))
}
