//! Signals while the program starts.

use std::process::{Child, Command};

use crate::program::{command, stdout};
use crate::support::Folder;

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
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
        send(signal, &child);
        std::io::Write::write_all(&mut end, b"{}").unwrap();
        drop(end);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}
