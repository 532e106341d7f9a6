//! The command `exec`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::program::{Program, Watchdog, command, run, send_signal, stdout};
use crate::signals::{exec_printer, print_signals_if_printer, test_program};
use crate::support::{Folder, client};

/// Runs a shell script by `exec`.
fn exec(options: &[&str], script: &str) -> Output {
    let arguments = [&["exec"], options, &["--", "sh", "-c", script]].concat();
    command(&arguments)
        .env("BACKENDLESS_DOMAIN", "https://example.com")
        .output()
        .unwrap()
}

#[test]
fn exec_sets_the_variables_of_clients_and_prints_nothing() {
    let script = "echo $BACKENDLESS_APP_ID/$BACKENDLESS_API_KEY $BACKENDLESS_API_URL [$BACKENDLESS_PROFILE] [$BACKENDLESS_DOMAIN]";
    let options = ["--app-id", "APP", "--api-key", "KEY", "--dialect", "live"];
    let output = exec(&options, script);
    assert_eq!(output.status.code(), Some(0));
    let printed = stdout(&output);
    assert!(
        printed.starts_with("APP/KEY http://127.0.0.1:"),
        "{printed}"
    );
    assert!(printed.ends_with(" [live] []\n"), "{printed}");
    assert!(!printed.contains(":9080 "), "a free port: {printed}");
    assert_eq!(printed.lines().count(), 1);
}

#[test]
fn exec_exits_with_the_status_of_the_command() {
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -TERM $$", 128 + 15),
        ("kill -KILL $$", 128 + 9),
    ] {
        assert_eq!(exec(&[], script).status.code(), Some(code), "{script}");
    }
    let folder = run(&["exec", "--", "/"]);
    assert_eq!(folder.status.code(), Some(126));
    let missing = run(&["exec", "--", "/nothing/here"]);
    assert_eq!(missing.status.code(), Some(127));
    let message = String::from_utf8(missing.stderr).unwrap();
    assert!(message.contains("cannot run '/nothing/here'"), "{message}");
}

#[test]
fn exec_forwards_signals_to_the_command() {
    let test = "exec::exec_forwards_signals_to_the_command";
    print_signals_if_printer();
    for signal in ["INT", "TERM"] {
        // The command handles the signal itself.
        let mut command = command(&exec_printer(&test_program(), test));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let _watchdog = Watchdog::of(&child);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while lines.next().unwrap().unwrap() != "ready" {}
        send_signal(&child, signal);
        assert_eq!(lines.next().unwrap().unwrap(), format!("got {signal}"));
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"line\n").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(5));
    }
}

#[tokio::test]
async fn exec_starts_with_an_import_and_exports_at_the_end() {
    let folder = Folder::new("exec-import");
    let (first, second) = (folder.0.join("first"), folder.0.join("second"));
    let app = crate::support::TestServer::start().await;
    app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    app.server.export(&first).await.unwrap();
    // The command exports, too.
    let script = format!(
        "{} export {}",
        env!("CARGO_BIN_EXE_backendless-local"),
        second.display()
    );
    let third = folder.0.join("third");
    let options = [
        "--import",
        first.to_str().unwrap(),
        "--export-on-exit",
        third.to_str().unwrap(),
    ];
    let output = exec(&options, &format!("{script}; exit 3"));
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    for export in [second, third] {
        let copy = crate::support::TestServer::start().await;
        copy.server.import(export).await.unwrap();
        assert_eq!(copy.names("Person", "name <> ''").await, ["Bob"]);
    }
}

#[test]
fn state_is_kept_in_a_folder_from_the_first_run_on() {
    let folder = Folder::new("program-kept");
    let state = folder.0.join("state");
    let state = state.to_str().unwrap();
    // Another spelling of the same folder.
    let other = folder.0.join(".").join("state").join("");
    let other = other.to_str().unwrap();
    assert_ne!(other, state);
    let options = ["--import", other, "--export-on-exit", state];
    let first = exec(&options, "exit 0");
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let message = String::from_utf8(first.stderr).unwrap();
    assert_eq!(message, format!("exported to {state}\n"));
    assert!(folder.0.join("state/manifest.json").exists());
    assert_eq!(exec(&options, "exit 0").status.code(), Some(0));
    // Without the option that creates it, a missing folder is a mistake.
    let missing = exec(&["--import", "/nothing/here"], "exit 0");
    assert_eq!(missing.status.code(), Some(1));
    let message = String::from_utf8(missing.stderr).unwrap();
    assert!(
        message.contains("pass the folder of an export"),
        "{message}"
    );
}

/// A process that is killed while it replaces an export, where folders cannot be exchanged, leaves the earlier one beside it.
#[tokio::test]
async fn state_is_kept_if_its_replacement_was_cut_off() {
    let folder = Folder::new("program-cut-off");
    let state = folder.0.join("state");
    let app = crate::support::TestServer::start().await;
    app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    app.server.export(&state).await.unwrap();
    std::fs::rename(&state, folder.0.join(".state.previous")).unwrap();
    let path = state.to_str().unwrap();
    let output = exec(&["--import", path, "--export-on-exit", path], "exit 0");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let copy = crate::support::TestServer::start().await;
    copy.server.import(&state).await.unwrap();
    assert_eq!(copy.names("Person", "name <> ''").await, ["Bob"]);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}

/// The program rejects the folder at the start, before it runs the command.
fn assert_rejects_export_on_exit(folder: &Folder) {
    let target = folder.0.to_str().unwrap();
    let rejected = exec(&["--export-on-exit", target], "echo ran");
    assert_eq!(rejected.status.code(), Some(1));
    assert_eq!(stdout(&rejected), "");
    let message = String::from_utf8(rejected.stderr).unwrap();
    assert!(message.contains("is not an export"), "{message}");
}

#[test]
fn export_on_exit_does_not_erase_a_site() {
    let folder = Folder::new("program-site");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("manifest.json"), r#"{"name": "Shop"}"#).unwrap();
    std::fs::write(folder.0.join("index.html"), "precious").unwrap();
    assert_rejects_export_on_exit(&folder);
    assert_eq!(
        std::fs::read(folder.0.join("index.html")).unwrap(),
        b"precious"
    );
}

#[test]
fn export_on_exit_to_a_folder_of_other_files_is_rejected_at_the_start() {
    let folder = Folder::new("program-foreign");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("work.txt"), "precious").unwrap();
    assert_rejects_export_on_exit(&folder);
}

#[test]
fn exec_prints_the_busiest_minute_to_stderr() {
    let output = exec(&["--requests-per-minute", "5"], "echo done");
    assert_eq!(stdout(&output), "done\n");
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message, "busiest minute: 0 requests; rejected: 0\n");
}

/// Starts the program on a data folder with a row, which a start that fails must not delete.
#[tokio::test]
async fn reset_deletes_nothing_if_the_import_or_the_seed_is_invalid() {
    let folder = Folder::new("program-reset");
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    let data = path("data");
    let names = async |program: &Program| {
        let rows = client()
            .get(format!("{}/data/Person?sortBy=name", program.base))
            .send();
        let rows: Value = rows.await.unwrap().json().await.unwrap();
        let names = rows.as_array().unwrap().iter();
        names
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    std::fs::create_dir_all(&folder.0).unwrap();
    for (name, seed) in [
        ("bob", json!({"Person": [{"name": "Bob"}]})),
        ("eve", json!({"Person": [{"name": "Eve"}]})),
        ("bad", json!({"Person": [{"name": "Eve"}, 1]})),
    ] {
        std::fs::write(path(name), seed.to_string()).unwrap();
    }
    std::fs::write(path("text"), "Person").unwrap();
    let export = path("export");
    let output = exec(
        &[
            "--data",
            &data,
            "--seed",
            &path("bob"),
            "--export-on-exit",
            &export,
        ],
        "exit 0",
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for (options, expected) in [
        (vec!["--import", "/nothing/here"], "nothing was changed"),
        (vec!["--seed", &path("missing")], "cannot read the seed"),
        (vec!["--seed", &path("text")], "is not valid JSON"),
        (vec!["--seed", &path("bad")], "row 2 of table 'Person'"),
        (
            vec!["--import", &export, "--seed", &path("bad")],
            "row 2 of table 'Person'",
        ),
        (
            vec!["--import", "/nothing/here", "--seed", &path("eve")],
            "nothing was changed",
        ),
    ] {
        let options = [&["--data", &data, "--reset"], &options[..]].concat();
        let output = exec(&options, "echo ran");
        assert_eq!(output.status.code(), Some(1), "{options:?}");
        assert_eq!(stdout(&output), "");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{message}");
        let program = Program::start(&["--port", "0", "--data", &data]);
        assert_eq!(names(&program).await, ["Bob"], "{options:?}");
    }
    let reset = ["--port", "0", "--data", &data, "--reset"];
    let program = Program::start(&[&reset[..], &["--seed", &path("eve")]].concat());
    assert_eq!(names(&program).await, ["Eve"]);
    drop(program);
    let both = ["--import", &export, "--seed", &path("eve")];
    let program = Program::start(&[&reset[..], &both].concat());
    assert_eq!(names(&program).await, ["Bob", "Eve"]);
}

#[tokio::test]
async fn import_opens_one_content_at_a_time() {
    let folder = Folder::new("program-descriptors");
    let app = crate::support::TestServer::start().await;
    for n in 0..100 {
        crate::state::upload(&app, &format!("docs/{n}.txt"), "milk").await;
    }
    app.server.export(&folder.0).await.unwrap();
    let script = "ulimit -n 80 && exec \"$0\" exec --import \"$1\" -- true";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_backendless-local")])
        .arg(&folder.0)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
