//! This program again, as another process: the server and the contenders.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::contend::Sample;

/// A server in a process of its own, which ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    pub url: String,
}

impl Server {
    /// Starts one with these settings ([`crate::server::Settings`]) and waits until it serves.
    pub fn start(settings: &[&str]) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
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
        // It is the only one that could have ended it, so there is nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lets a contender do what it is told ([`crate::contend::Order`]) and answers what it took.
pub fn contend(order: &[&str]) -> Result<Sample> {
    contend_under(Vec::new(), order)
}

/// The same under another program, whose name and arguments `wrapper` is.
pub fn contend_under(mut wrapper: Vec<OsString>, order: &[&str]) -> Result<Sample> {
    wrapper.push(std::env::current_exe()?.into());
    let output = Command::new(&wrapper[0])
        .args(&wrapper[1..])
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
