//! This program as other processes: the server and the contenders.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::contenders::Sample;

/// The server in its own process, which is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    pub url: String,
}

impl Server {
    /// Starts the server with these [`Settings`](crate::server::Settings) and waits until it listens.
    pub fn start(settings: &[&str]) -> Result<Self> {
        Self::start_under(Vec::new(), settings)
    }

    /// Starts the server under another program. `wrapper` is its name and arguments.
    pub fn start_under(wrapper: Vec<OsString>, settings: &[&str]) -> Result<Self> {
        let mut process = command_under(wrapper)?
            .arg("serve")
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        let url = url.trim().to_owned();
        if url.is_empty() {
            return Err(format!("the server did not start: {}", process.wait()?).into());
        }
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The command that runs this program under another one.
fn command_under(mut wrapper: Vec<OsString>) -> Result<Command> {
    wrapper.push(std::env::current_exe()?.into());
    let mut command = Command::new(&wrapper[0]);
    command.args(&wrapper[1..]);
    Ok(command)
}

/// The processor time of the threads of a process so far, in seconds. `process` is its id, or `self`. Linux counts it in
/// nanoseconds, in the first field of `schedstat`.
pub fn processor_seconds(process: &str) -> Result<f64> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let time = statistics.split(' ').next().unwrap_or_default();
        nanoseconds += time.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

/// The wrapper that runs a program on the first core only; empty if `taskset` is not installed.
pub fn on_one_core() -> Vec<OsString> {
    let version = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    match version {
        Ok(status) if status.success() => ["taskset", "--cpu-list", "0"].map(OsString::from).into(),
        _ => Vec::new(),
    }
}

/// Runs a contender with this [`ContenderOptions`](crate::contenders::ContenderOptions) and returns its cost.
pub fn run_contender(order: &[&str]) -> Result<Sample> {
    run_contender_under(Vec::new(), order)
}

/// Runs a contender under another program. `wrapper` is its name and arguments.
pub fn run_contender_under(wrapper: Vec<OsString>, order: &[&str]) -> Result<Sample> {
    let output = command_under(wrapper)?
        .arg("contend")
        .args(order)
        .stderr(Stdio::piped())
        .output()?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return Err(format!("contend {}: {}\n{problem}", order.join(" "), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs a contender that sends `count` calls of get, `concurrency` of them at a time, on some threads.
pub fn run_gets(
    wrapper: Vec<OsString>,
    who: &str,
    url: &str,
    count: usize,
    concurrency: usize,
    threads: usize,
) -> Result<Sample> {
    let [count, concurrency, threads] = [count, concurrency, threads].map(|n| n.to_string());
    let order = [
        who,
        "get",
        "--url",
        url,
        "--count",
        &count,
        "--concurrency",
        &concurrency,
        "--threads",
        &threads,
    ];
    run_contender_under(wrapper, &order)
}
