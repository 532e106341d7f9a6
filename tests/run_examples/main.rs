//! Runs every example and compares what it prints.
//!
//! `cargo test` builds the examples of all selected packages as programs, unless it is restricted to some targets. Then
//! build them before: `cargo build --workspace --all-features --examples`. It builds an example that contains tests as a
//! test only, and runs that instead.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Longer than any example takes, even while other programs are compiled.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The examples without tests, with the starts of lines that each prints, in this order. Other lines may be between them.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "cache",
        &[
            "cached: Some(Weather { city: \"Oslo\"",
            "still there: false",
        ],
    ),
    (
        "check",
        &[
            "the settings are right",
            "wrong key: check (GET /info): 400, code ",
            "the server is unreachable: check the host, the port",
        ],
    ),
    (
        "cloud_code",
        &[
            "result: {\"items\":[{\"price\":3},{\"price\":4}]}",
            "no such service: invokeCloudCodeService: ",
        ],
    ),
    (
        "counters",
        &["after 20 increments: 20", "after subtracting 5: 15"],
    ),
    ("data", &["to do: "]),
    (
        "domain",
        &["1 visit", "stored at http://127.0.0.1:", "read b\"one\""],
    ),
    (
        "every_operation",
        // The last line has the number of calls at its start.
        &["call ", "createObject ", "deleteObject "],
    ),
    ("files", &["sent 200000 of 200000", "saved 200000 bytes"]),
    ("geo", &["\"Opera\" is 0."]),
    ("http_client", &["backendless.localhost is 127.0.0.1:"]),
    (
        "messaging",
        &["published ", "received: the shop opens", "sent an e-mail"],
    ),
    (
        "quickstart",
        &[
            "Registered quickstart-",
            "Logged in as Ann.",
            "Updated Bob O'Hara: aged 21, from Oslo.",
            "Streamed 250 rows, page by page: ",
            "Deleted the rows; 0 are left.",
            "Read a row that does not exist: getObjectById: ",
            "Logged out.",
        ],
    ),
    (
        "token_store",
        &[
            "run 1: a token is stored: false",
            "run 1: created ",
            "run 2: a token is stored: true",
            "run 2: created ",
        ],
    ),
    (
        "users",
        &[
            "registered ",
            "logged in, aged Some(30)",
            "rejected: loginUser: ",
        ],
    ),
];

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
    Running(command.spawn().expect("the program exists"))
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
    loop {
        let line = match lines.recv_timeout(TIMEOUT) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("{name} hangs after {printed:#?}"),
        };
        if rest.peek().is_some_and(|start| line.starts_with(**start)) {
            rest.next();
        }
        printed.push(line);
    }
    let missing: Vec<_> = rest.collect();
    assert!(missing.is_empty(), "{name}: no {missing:?} in {printed:#?}");
    // The program has closed its output, so it ends.
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

/// Returns whether `cargo test` runs the tests of an example.
fn has_tests(manifest: &str, name: &str) -> bool {
    manifest.contains(&format!("[[example]]\nname = \"{name}\"\ntest = true\n"))
}

#[test]
fn every_example_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut without_tests = BTreeSet::new();
    for package in ["../backendless", "."] {
        let package = root.join(package);
        let manifest = std::fs::read_to_string(package.join("Cargo.toml")).unwrap();
        let manifest = manifest.replace("\r\n", "\n");
        for entry in std::fs::read_dir(package.join("examples")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let source = std::fs::read_to_string(&path).unwrap();
            let is_test = has_tests(&manifest, &name);
            assert_eq!(is_test, source.contains("#[cfg(test)]"), "{name}");
            if !is_test {
                without_tests.insert(name);
            }
        }
    }
    let run = EXAMPLES.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(run.collect::<BTreeSet<_>>(), without_tests);
}
