//! The program itself, as a process: its line, its errors, its end, and its end without warning.

use std::collections::HashSet;
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
struct Program {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    base: String,
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

    fn with_folder(folder: &Path) -> Program {
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

/// Sends creates until the program dies under them; the ids that were acknowledged.
async fn write_until_killed(program: &mut Program, round: usize) -> HashSet<String> {
    let mut writers = tokio::task::JoinSet::new();
    let (acknowledged, mut count) = tokio::sync::mpsc::unbounded_channel();
    for writer in 0..4 {
        let (http, acknowledged) = (client(), acknowledged.clone());
        let url = format!("{}/data/Row", program.base);
        writers.spawn(async move {
            for n in 0.. {
                let row =
                    json!({"round": round, "writer": writer, "n": n, "text": "x".repeat(n % 500)});
                let Ok(answer) = http.post(&url).json(&row).send().await else {
                    break;
                };
                let Ok(row) = answer.json::<Value>().await else {
                    break;
                };
                acknowledged.send(text(&row["objectId"])).unwrap();
            }
        });
    }
    drop(acknowledged);
    let mut ids = HashSet::new();
    while let Some(id) = count.recv().await {
        ids.insert(id);
        if ids.len() == 40 + 7 * round {
            // SIGKILL, with writes under way.
            program.child.kill().unwrap();
        }
    }
    writers.join_all().await;
    program.child.wait().unwrap();
    ids
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_program_is_killed_while_it_writes() {
    let folder = Folder::new("killed");
    let mut expected = HashSet::new();
    for round in 0..4 {
        let mut program = Program::with_folder(&folder.0);
        expected.extend(write_until_killed(&mut program, round).await);
    }
    let program = Program::with_folder(&folder.0);
    let mut found = HashSet::new();
    for offset in (0..).step_by(100) {
        let url = format!(
            "{}/data/Row?pageSize=100&offset={offset}&property=objectId",
            program.base
        );
        let page: Value = client()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let page = page.as_array().unwrap();
        found.extend(page.iter().map(|row| text(&row["objectId"])));
        if page.len() < 100 {
            break;
        }
    }
    assert!(expected.len() >= 4 * 40, "{}", expected.len());
    let lost: Vec<_> = expected.difference(&found).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {lost:?}",
        lost.len(),
        expected.len()
    );
}
