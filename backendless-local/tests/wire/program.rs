//! The program itself, as a process: its line, its errors and its end.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Folder, client, text};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backendless-local"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// A running program; killed, if it still runs, when the test ends.
pub(crate) struct Program {
    pub(crate) child: Child,
    output: BufReader<std::process::ChildStdout>,
    pub(crate) base: String,
}

impl Program {
    /// Returns when the program has said that it serves.
    fn start(arguments: &[&str]) -> Program {
        let mut child = command(arguments).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let base = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"));
        let base = base.trim_end().to_owned();
        Program {
            child,
            output,
            base,
        }
    }

    pub(crate) fn with_folder(folder: &Path) -> Program {
        Program::start(&["--port", "0", "--data", folder.to_str().unwrap()])
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_program_prints_its_address_and_serves_there() {
    let program = Program::start(&["--port", "0", "--app-id", "APP", "--api-key", "KEY"]);
    assert!(program.base.starts_with("http://127.0.0.1:") && program.base.ends_with("/APP/KEY"));
    let answer = client()
        .post(format!("{}/data/Person", program.base))
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_ends_cleanly_when_it_is_asked_to() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::new(&format!("signal-{signal}"));
        let mut program = Program::with_folder(&folder.0);
        client()
            .post(format!("{}/data/Person", program.base))
            .body("{}")
            .send()
            .await
            .unwrap();
        let id = program.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(program.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = String::new();
        program.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "it prints one line and no more");
    }
}

#[tokio::test]
async fn a_session_lives_as_long_as_the_program_is_told() {
    let program = Program::start(&["--port", "0", "--session-life", "0"]);
    let (http, base) = (client(), &program.base);
    let user = json!({"email": "a@b.c", "password": "pw", "login": "a@b.c"});
    http.post(format!("{base}/users/register"))
        .json(&user)
        .send()
        .await
        .unwrap();
    let session = http
        .post(format!("{base}/users/login"))
        .json(&user)
        .send()
        .await
        .unwrap();
    let session: Value = session.json().await.unwrap();
    let call = http
        .get(format!("{base}/data/Users"))
        .header("user-token", text(&session["user-token"]));
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["code"], 3064);
}

#[tokio::test]
async fn faults_strike_as_often_as_the_program_is_told() {
    for (rate, struck) in [("0", false), ("1", true)] {
        let program = Program::start(&["--port", "0", "--faults", rate, "--fault-seed", "7"]);
        let mut whole = 0;
        for _ in 0..20 {
            let answer = client().get(format!("{}/counters/c", program.base)).send();
            let Ok(answer) = answer.await else { continue };
            whole += usize::from(answer.text().await.is_ok_and(|text| text == "0"));
        }
        // A delay spoils nothing.
        assert_eq!(whole < 20, struck, "{whole}");
    }
}

#[test]
fn what_prevents_a_start_is_one_line_on_stderr() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new("program-unusable");
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("file");
    std::fs::write(&file, "").unwrap();
    for arguments in [
        vec!["--port", &port],
        vec!["--port", "0", "--data", file.to_str().unwrap()],
        vec!["--port", "0", "--app-id", "a/b"],
        vec!["--port", "0", "--faults", "2"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with("backendless-local: "), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_wrong_option_is_a_usage_error() {
    for arguments in [
        vec!["--port", "many"],
        vec!["--nope"],
        vec!["extra"],
        vec!["--session-life", "-1"],
    ] {
        assert_eq!(run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}
