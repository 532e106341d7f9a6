//! Ctrl-C in a terminal, which sends SIGINT to the program and to the command of `exec`.
//!
//! A process gets a terminal before it becomes the program. So a test starts itself a second time, in such a process.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

use crate::program::{Watchdog, send_signal};
use crate::signals::{exec_printer, print_signals_if_printer, test_program};
use crate::support::Folder;

/// Has the arguments of the program, as JSON, in the process that becomes the program.
const ARGUMENTS: &str = "BACKENDLESS_TEST_TERMINAL_ARGUMENTS";

/// What the key sends.
const CTRL_C: &[u8] = b"\x03";

/// A program whose stdin is a terminal. It is killed when this is dropped.
struct Terminal {
    keyboard: File,
    child: Child,
    output: BufReader<ChildStdout>,
    _watchdog: Watchdog,
}

impl Terminal {
    /// Starts the program in the test with this name. In the second process of the test, this does not return.
    fn start(test: &str, arguments: &[&str]) -> Terminal {
        if let Ok(arguments) = std::env::var(ARGUMENTS) {
            panic!("{}", become_program(&arguments));
        }
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        fcntl_setfd(&keyboard, FdFlags::CLOEXEC).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let path = ptsname(&keyboard, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = rustix::fs::open(path, flags, Mode::empty()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(ARGUMENTS, json!(arguments).to_string())
            .stdin(terminal)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Terminal {
            keyboard: keyboard.into(),
            _watchdog: Watchdog::of(&child),
            child,
            output,
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let bytes = self.output.read_line(&mut line).unwrap();
        assert!(bytes > 0, "it has ended: {}", self.errors());
        line.trim_end().to_owned()
    }

    /// Reads lines until one begins with a text.
    fn wait_for(&mut self, start: &str) {
        while !self.line().starts_with(start) {}
    }

    /// Returns what the program wrote to stderr until its end.
    fn errors(&mut self) -> String {
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        errors
    }

    /// Asserts that the program ends with this status and prints nothing before.
    fn assert_ends(mut self, status: i32) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        let ended = self.child.wait().unwrap().code();
        assert_eq!((&*rest, ended), ("", Some(status)), "{}", self.errors());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the terminal that of the process, and runs the program in it. Returns only an error.
fn become_program(arguments: &str) -> std::io::Error {
    let arguments: Vec<String> = serde_json::from_str(arguments).unwrap();
    setsid().unwrap();
    ioctl_tiocsctty(std::io::stdin()).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_backendless-local"));
    program.args(arguments).env_remove(ARGUMENTS).exec()
}

#[test]
fn ctrl_c_stops_the_server() {
    let test = "terminal::ctrl_c_stops_the_server";
    let mut terminal = Terminal::start(test, &["--port", "0"]);
    terminal.wait_for("# console: ");
    terminal.press(CTRL_C);
    terminal.assert_ends(0);
}

#[test]
fn ctrl_c_reaches_the_command_once() {
    let test = "terminal::ctrl_c_reaches_the_command_once";
    print_signals_if_printer();
    let mut terminal = Terminal::start(test, &exec_printer(&test_program(), test));
    terminal.wait_for("ready");
    // Several times: a second SIGINT may coincide with the first one.
    for _ in 0..10 {
        terminal.press(CTRL_C);
        assert_eq!(terminal.line(), "got INT");
        // What the program forwards after it had Ctrl-C.
        for _ in 0..2 {
            send_signal(&terminal.child, "TERM");
            assert_eq!(terminal.line(), "got TERM");
        }
    }
    terminal.press(b"line\n");
    terminal.assert_ends(5);
}

#[test]
fn ctrl_c_ends_the_command_and_the_state_is_exported() {
    let folder = Folder::new("terminal-export");
    let export = folder.0.join("export");
    let options = ["exec", "--export-on-exit", export.to_str().unwrap()];
    let command = ["--", "sh", "-c", "echo ready; exec cat"];
    let test = "terminal::ctrl_c_ends_the_command_and_the_state_is_exported";
    let mut terminal = Terminal::start(test, &[&options[..], &command].concat());
    terminal.wait_for("ready");
    terminal.press(CTRL_C);
    terminal.assert_ends(128 + 2);
    assert!(export.join("manifest.json").exists());
}
