//! Upload and download of a 1 GiB file, compared with curl. The file is sparse and downloads are
//! discarded, so that no disk is measured.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{MEBIBYTE, Options, Outcome, larger, pairs};
use crate::Result;
use crate::contenders::person;
use crate::process::{Server, run_contender};
use crate::report::{Goal, Measurement, Unit};

const TURNS: usize = 5;
const LENGTH: u64 = 1 << 30;
/// In mebibytes.
const GROWTH: Goal = Goal::AtMost(32.0);

pub fn measure(_: &Options) -> Result<Outcome> {
    let version = Command::new("curl")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !version.is_ok_and(|status| status.success()) {
        return Ok(Outcome::Skipped("curl is not installed"));
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(person::FILE);
    File::create(&file)?.set_len(LENGTH)?;
    let server = Server::start(&["--file", &LENGTH.to_string()])?;
    let url = person::file_url(&server.url);

    let form = format!("file=@{}", file.display());
    let mut measurements = transfer("upload", Goal::AtLeast(0.95), &server.url, &file, || {
        curl(&["--form", &form, &url])
    })?;
    let goal = Goal::AtLeast(0.9);
    let download = transfer("download", goal, &server.url, &file, || curl(&[&url]));
    measurements.extend(download?);
    Ok(Outcome::Measured(measurements))
}

fn transfer(
    task: &str,
    goal: Goal,
    url: &str,
    file: &Path,
    mut curl: impl FnMut() -> Result<f64>,
) -> Result<Vec<Measurement>> {
    let file = file
        .to_str()
        .ok_or("the folder for files has no Unicode name")?;
    let of = |who| run_contender(&[who, task, "--url", url, "--file", file]);
    let rate = |seconds: f64| LENGTH as f64 / MEBIBYTE / seconds;
    let mut growth: Option<f64> = None;
    let pair = pairs::measure(
        TURNS,
        || {
            let sample = of("sdk")?;
            growth = larger(growth, sample.growth);
            Ok(rate(sample.seconds))
        },
        || Ok(rate(curl()?)),
    )?;
    let plain_reqwest = rate(of("reference")?.seconds);
    let speed = Measurement::ratio(
        &format!("{task} of 1 GiB, compared with curl"),
        Unit::MebibytesPerSecond,
        pair.sdk,
        pair.reference,
        goal,
    );
    let mut measurements = vec![speed.beside("reqwest", plain_reqwest)];
    measurements.extend(growth.map(|bytes| {
        let name = format!("{task} of 1 GiB, memory growth");
        Measurement::figure(&name, Unit::Mebibytes, bytes / MEBIBYTE, GROWTH)
    }));
    Ok(measurements)
}

/// The duration of a transfer with curl, in seconds.
fn curl(arguments: &[&str]) -> Result<f64> {
    let start = Instant::now();
    let status = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--fail",
            "--output",
            "/dev/null",
        ])
        .args(arguments)
        .status()?;
    if !status.success() {
        return Err(format!("curl: {status}").into());
    }
    Ok(start.elapsed().as_secs_f64())
}
