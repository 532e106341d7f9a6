//! Runs every example and compares what it prints.
//!
//! `cargo test` builds the examples of all selected packages, unless it is restricted to some targets. Then build them
//! before: `cargo build --workspace --all-features --examples`.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Longer than any example takes, even while other programs are compiled.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The examples, with the starts of lines that each prints, in this order. Other lines may be between them.
const EXAMPLES: &[(&str, &[&str])] = &[];

/// Examples that serve until they are stopped. They are stopped after the last of their lines.
const SERVERS: [&str; 1] = ["axum_service"];

/// An example that runs, and is stopped when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the system knows the path of a test");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("cargo builds tests in target/*/deps");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(file);
    assert!(
        program.exists(),
        "{} is missing: run `cargo build --workspace --all-features --examples`",
        program.display()
    );
    program
}

/// Runs an example without the settings of an application, so that it starts a local server.
fn start(name: &str) -> Running {
    let mut command = Command::new(program(name));
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("BACKENDLESS_") {
            command.env_remove(variable);
        }
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    Running(
        command
            .spawn()
            .expect("cargo builds the examples before the tests"),
    )
}

/// Asserts that the example prints `expected`, and that it succeeds.
fn assert_prints(name: &str, expected: &[&str]) {
    let mut running = start(name);
    let output = running.0.stdout.take().expect("the output is piped");
    let (sender, lines) = mpsc::channel();
    // A thread of its own, so that an example that hangs does not block the test.
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let mut printed = Vec::new();
    let mut rest = expected.iter().peekable();
    while let Ok(line) = lines.recv_timeout(TIMEOUT) {
        if rest.peek().is_some_and(|start| line.starts_with(**start)) {
            rest.next();
        }
        printed.push(line);
        if SERVERS.contains(&name) && rest.peek().is_none() {
            return;
        }
    }
    let missing: Vec<_> = rest.collect();
    assert!(missing.is_empty(), "{name}: no {missing:?} in {printed:#?}");
    let status = running.0.wait().expect("the process was started here");
    assert!(status.success(), "{name}: {status}, {printed:#?}");
}

#[test]
fn every_example_prints_what_it_shows() {
    std::thread::scope(|scope| {
        for (name, expected) in EXAMPLES {
            std::thread::Builder::new()
                .name((*name).to_owned())
                .spawn_scoped(scope, || assert_prints(name, expected))
                .unwrap();
        }
    });
}

#[test]
fn every_example_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for folder in ["../backendless/examples", "examples"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                names.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let run: BTreeSet<String> = EXAMPLES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(run, names);
}
