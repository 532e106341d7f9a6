//! Signals while the program starts, and a command that prints the signals that it gets.

use std::process::Command;

use tokio::signal::unix::{SignalKind, signal};

use crate::program::{HANG_LIMIT, command, send_signal, stdout};
use crate::support::Folder;

/// Is set in the process of [`exec_printer`].
const PRINTER: &str = "BACKENDLESS_TEST_PRINTER";

/// Returns the path of this program.
pub(crate) fn test_program() -> String {
    let path = std::env::current_exe().unwrap();
    path.into_os_string().into_string().unwrap()
}

/// Returns arguments of `exec` with a command that prints `ready`, then each signal, and ends with 5 when it has read a line.
/// It is the test again, which calls [`print_signals_if_printer`] first. A shell is no such command: if a signal arrives just
/// before `read`, the shell handles it when `read` returns.
pub(crate) fn exec_printer<'t>(program: &'t str, test: &'t str) -> [&'t str; 8] {
    let variable = "BACKENDLESS_TEST_PRINTER=1";
    [
        "exec",
        "--",
        "env",
        variable,
        program,
        test,
        "--exact",
        "--nocapture",
    ]
}

/// Returns only if this is not the process of [`exec_printer`].
pub(crate) fn print_signals_if_printer() {
    if std::env::var_os(PRINTER).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).unwrap();
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        std::thread::spawn(|| {
            let read = std::io::stdin().read_line(&mut String::new());
            let has_line = read.is_ok_and(|bytes| bytes > 0);
            std::process::exit(if has_line { 5 } else { 1 });
        });
        // So that a test that waits for a missing signal fails.
        std::thread::spawn(|| {
            std::thread::sleep(HANG_LIMIT);
            std::process::exit(1);
        });
        // Not in the line that the test harness may have begun.
        println!("\nready");
        loop {
            tokio::select! {
                _ = interrupt.recv() => println!("got INT"),
                _ = terminate.recv() => println!("got TERM"),
            }
        }
    })
}

/// The seed is a pipe, so that the start waits for the test.
#[test]
fn a_signal_during_the_start_stops_the_program() {
    let folder = Folder::new("signals-start");
    std::fs::create_dir_all(&folder.0).unwrap();
    let pipe = folder.0.join("seed");
    let created = Command::new("mkfifo").arg(&pipe).status();
    assert!(created.unwrap().success());
    let seed = pipe.to_str().unwrap();
    for (arguments, signal, status) in [
        (&["--port", "0"][..], "INT", 130),
        (&["--port", "0"], "TERM", 143),
        (&["exec"], "INT", 130),
    ] {
        let is_exec = arguments[0] == "exec";
        let rest = if is_exec {
            &["--", "echo", "ran"][..]
        } else {
            &[]
        };
        let arguments = [arguments, &["--seed", seed], rest].concat();
        let child = command(&arguments).spawn().unwrap();
        // It opens once the program reads the seed, when it handles signals already.
        let end = std::fs::OpenOptions::new().write(true).open(&pipe);
        let mut end = end.unwrap();
        send_signal(&child, signal);
        std::io::Write::write_all(&mut end, b"{}").unwrap();
        drop(end);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}
