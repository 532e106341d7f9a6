//! The process of the server, and the memory of a process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use backendless::{Client, ClientBuilder};

/// A running server. It stops when its standard input is closed, at the latest when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    address: [String; 3],
}

impl Process {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_soak-server"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let fields: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Self {
            child,
            output,
            address: fields.try_into().unwrap(),
        }
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        let [url, app_id, api_key] = &self.address;
        Client::builder(app_id, api_key).api_url(url)
    }

    /// The resident memory of the server, in KiB.
    pub(crate) fn memory(&self) -> Option<u64> {
        memory_of(&self.child.id().to_string())
    }

    /// Stops the server, and returns the faults with the number of times each was injected.
    pub(crate) fn stop(mut self) -> Vec<(String, u64)> {
        drop(self.child.stdin.take());
        let mut lines = String::new();
        self.output.read_to_string(&mut lines).unwrap();
        assert!(self.child.wait().unwrap().success());
        let fault = |line: &str| {
            let (times, fault) = line.split_once(' ').unwrap();
            (fault.to_owned(), times.parse().unwrap())
        };
        lines.lines().map(fault).collect()
    }
}

/// The resident memory of this process, in KiB.
pub(crate) fn memory() -> Option<u64> {
    memory_of("self")
}

/// The resident memory, if the system has `/proc`.
fn memory_of(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
