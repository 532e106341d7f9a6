//! The program as a process: output, errors, signals, options.

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

/// A running program, which is killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    output: BufReader<std::process::ChildStdout>,
    pub(crate) base: String,
}

impl Program {
    /// Starts the program and waits until it accepts requests.
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
async fn program_prints_its_base_url_and_serves_there() {
    let program = Program::start(&["--port", "0", "--app-id", "APP", "--api-key", "KEY"]);
    assert!(program.base.starts_with("http://127.0.0.1:") && program.base.ends_with("/APP/KEY"));
    let response = client()
        .post(format!("{}/data/Person", program.base))
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[cfg(unix)]
#[tokio::test]
async fn program_exits_cleanly_on_sigint_and_sigterm() {
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
        assert_eq!(rest, "", "the program prints one line only");
    }
}

#[tokio::test]
async fn session_life_option_limits_sessions() {
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
    let response: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!(response["code"], 3064);
}

#[tokio::test]
async fn dialect_option_sets_the_unit_of_times_to_live() {
    for (arguments, statuses) in [
        (vec!["--port", "0"], [400, 200]),
        (vec!["--port", "0", "--dialect", "document"], [200, 200]),
        (vec!["--port", "0", "--dialect", "live"], [200, 400]),
    ] {
        let program = Program::start(&arguments);
        for (timeout, status) in ["60", "60000"].into_iter().zip(statuses) {
            let url = format!("{}/cache/k?timeout={timeout}", program.base);
            let response = client().put(url).body("1").send().await.unwrap();
            assert_eq!(response.status(), status, "{arguments:?} {timeout}");
        }
    }
}

#[tokio::test]
async fn faults_option_sets_the_rate() {
    for (rate, has_faults) in [("0", false), ("1", true)] {
        let program = Program::start(&["--port", "0", "--faults", rate, "--fault-seed", "7"]);
        let mut succeeded = 0;
        for _ in 0..20 {
            let response = client().get(format!("{}/counters/c", program.base)).send();
            let Ok(response) = response.await else {
                continue;
            };
            succeeded += usize::from(response.text().await.is_ok_and(|text| text == "0"));
        }
        // Requests with a delay succeed.
        assert_eq!(succeeded < 20, has_faults, "{succeeded}");
    }
}

#[tokio::test]
async fn seed_option_creates_rows() {
    let folder = Folder::new("program-seed");
    std::fs::create_dir_all(&folder.0).unwrap();
    let seed = folder.0.join("seed.json");
    std::fs::write(&seed, r#"{"Person": [{"name": "Bob"}, {"name": "Eve"}]}"#).unwrap();
    let program = Program::start(&["--port", "0", "--seed", seed.to_str().unwrap()]);
    let url = format!("{}/data/Person/count", program.base);
    let count = client().get(url).send().await.unwrap().text().await;
    assert_eq!(count.unwrap(), "2");
}

#[test]
fn failed_start_prints_one_line_on_stderr() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new("program-unusable");
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("file");
    std::fs::write(&file, "").unwrap();
    let missing = folder.0.join("missing.json");
    for arguments in [
        vec!["--port", &port],
        vec!["--port", "0", "--data", file.to_str().unwrap()],
        vec!["--port", "0", "--app-id", "a/b"],
        vec!["--port", "0", "--faults", "2"],
        vec!["--port", "0", "--seed", missing.to_str().unwrap()],
        vec!["--port", "0", "--seed", file.to_str().unwrap()],
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
fn invalid_option_is_a_usage_error() {
    for arguments in [
        vec!["--port", "many"],
        vec!["--nope"],
        vec!["extra"],
        vec!["--session-life", "-1"],
        vec!["--dialect", "other"],
    ] {
        assert_eq!(run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}
