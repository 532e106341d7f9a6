//! The program as a process: output, errors, signals, options.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
#[cfg(unix)]
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
#[cfg(unix)]
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Folder, client, text};

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backendless-local"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// A running program, which is killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    output: BufReader<std::process::ChildStdout>,
    pub(crate) base: String,
    /// The lines that set variables.
    exports: Vec<String>,
    /// The line with the address of the console.
    console: String,
}

impl Program {
    /// Starts the program and waits until it accepts requests.
    pub(crate) fn start(arguments: &[&str]) -> Program {
        Program::spawn(&mut command(arguments))
    }

    pub(crate) fn spawn(command: &mut Command) -> Program {
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let base = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}"));
        let base = base.trim_end().to_owned();
        let exports = read_exports(&mut output);
        let mut console = String::new();
        output.read_line(&mut console).unwrap();
        Program {
            child,
            output,
            base,
            exports,
            console,
        }
    }

    /// Returns the value of a variable that the program prints.
    pub(crate) fn variable(&self, name: &str) -> String {
        let start = format!("export {name}=");
        let value = self
            .exports
            .iter()
            .find_map(|line| line.strip_prefix(&start));
        value
            .unwrap_or_else(|| panic!("{:?}", self.exports))
            .to_owned()
    }

    /// Runs a command for the running program.
    pub(crate) fn control(&self, name: &str, folder: &str) -> Output {
        let mut command = command(&[name, folder]);
        for variable in ["BACKENDLESS_API_URL", "BACKENDLESS_LOCAL_TOKEN"] {
            command.env(variable, self.variable(variable));
        }
        command.output().unwrap()
    }

    pub(crate) fn with_folder(folder: &Path) -> Program {
        Program::start(&["--port", "0", "--data", folder.to_str().unwrap()])
    }
}

/// Returns what a program wrote to stdout.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Reads the lines that set variables, of which that of the token is the last one.
fn read_exports(output: &mut impl BufRead) -> Vec<String> {
    let mut exports: Vec<String> = Vec::new();
    while !exports
        .last()
        .is_some_and(|line| line.starts_with("export BACKENDLESS_LOCAL_TOKEN="))
    {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "{exports:?}");
        exports.push(line.trim_end().to_owned());
    }
    exports
}

/// Sends a signal, such as `TERM`, to a process.
#[cfg(unix)]
pub(crate) fn send_signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
}

/// After this time, a test that waits fails.
#[cfg(unix)]
pub(crate) const HANG_LIMIT: Duration = Duration::from_secs(60);

/// Kills a process after [`HANG_LIMIT`], so that a test that waits for the process fails. Dropped at the end of the test.
#[cfg(unix)]
pub(crate) struct Watchdog(#[expect(dead_code, reason = "dropping it ends the thread")] Sender<()>);

#[cfg(unix)]
impl Watchdog {
    pub(crate) fn of(child: &Child) -> Watchdog {
        let id = child.id().to_string();
        let (end, ended) = channel();
        std::thread::spawn(move || {
            let ended = ended.recv_timeout(HANG_LIMIT);
            if ended == Err(RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
            }
        });
        Watchdog(end)
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
    let url = program.variable("BACKENDLESS_API_URL");
    assert_eq!(program.console, format!("# console: {url}/\n"));
    // As a browser opens it.
    let page = client()
        .get(format!("{url}/"))
        .header("accept", "text/html");
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
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
        send_signal(&program.child, signal);
        assert_eq!(program.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = String::new();
        program.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "the program prints its start only");
    }
}

#[tokio::test]
async fn session_life_option_limits_sessions() {
    let program = Program::start(&["--port", "0", "--session-life", "3600"]);
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
    assert_eq!(session.status(), 200);
    // An export has the remaining life.
    let folder = Folder::new("program-session-life");
    let exported = program.control("export", folder.0.to_str().unwrap());
    assert!(exported.status.success(), "{exported:?}");
    let sessions = std::fs::read(folder.0.join("services/sessions.jsonl")).unwrap();
    let session: Value = serde_json::from_slice(&sessions).unwrap();
    let life = session["expires"].as_i64().unwrap();
    assert!((1..=3_600_000).contains(&life), "{life}");
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

#[cfg(unix)]
#[tokio::test]
async fn requests_per_minute_option_limits_requests_and_prints_the_busiest_minute() {
    let mut program = Program::start(&["--port", "0", "--requests-per-minute", "2"]);
    for status in [200, 200, 429, 429] {
        let url = format!("{}/counters/c", program.base);
        let response = client().get(url).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
    send_signal(&program.child, "TERM");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
    let (mut rest, mut messages) = (String::new(), String::new());
    program.output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "stdout has the lines for a shell only");
    let mut stderr = program.child.stderr.take().unwrap();
    stderr.read_to_string(&mut messages).unwrap();
    assert_eq!(messages, "busiest minute: 4 requests; rejected: 2\n");
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

/// Each message says what is wrong with which option, and what to use instead.
#[test]
fn invalid_option_is_a_usage_error() {
    for (arguments, expected) in [
        (vec!["--port", "many"], "use a number from 0 to 65535"),
        (vec!["--port", "65536"], "use a number from 0 to 65535"),
        (vec!["--port", "-1"], "use a number from 0 to 65535"),
        (vec!["--nope"], "unexpected argument '--nope'"),
        (vec!["extra"], "unrecognized subcommand 'extra'"),
        (vec!["--host", "nowhere"], "use an IP address"),
        (vec!["--log", "text"], "possible values: json"),
        (vec!["--reset"], "--data <DIR>"),
        (vec!["--cloud-code", "missing-folder"], "pass a folder"),
        (
            vec!["--cloud-code", "http://example.com"],
            "the host is not this machine",
        ),
        (vec!["exec"], "-- <COMMAND>..."),
        (vec!["export"], "<DIR>"),
        (
            vec!["--session-life", "-1"],
            "use a whole number of seconds",
        ),
        (
            vec!["--session-life", "0"],
            "use a whole number of seconds from 1",
        ),
        (vec!["--role", ""], "use the name of a role"),
        (
            vec!["--session-life", "1.5"],
            "use a whole number of seconds",
        ),
        (
            vec!["--session-life", "99999999999999999999"],
            "use a whole number of seconds",
        ),
        (vec!["--dialect", "other"], "use 'document' or 'live'"),
        (vec!["--faults", "x"], "use a number from 0 to 1"),
        (vec!["--faults", "2"], "use a number from 0 to 1"),
        (vec!["--faults", "-0.5"], "use a number from 0 to 1"),
        (vec!["--faults", "NaN"], "use a number from 0 to 1"),
        (
            vec!["--faults", "1", "--fault-seed", "-7"],
            "use a whole number from 0",
        ),
        (vec!["--fault-seed", "7"], "--faults <RATE>"),
        (
            vec!["--requests-per-minute", "-1"],
            "use a whole number from 0",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{arguments:?}: {message}");
        let names_argument = arguments.iter().any(|argument| message.contains(argument));
        assert!(names_argument, "{arguments:?}: {message}");
    }
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}

#[test]
fn failed_start_says_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new("program-remedies");
    std::fs::create_dir_all(&folder.0).unwrap();
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    for (name, seed) in [
        ("text", &b"Person"[..]),
        ("bytes", b"{\"a\xff\": []}"),
        ("array", b"[]"),
    ] {
        std::fs::write(path(name), seed).unwrap();
    }
    for (option, value, expected) in [
        (
            "--port",
            port.clone(),
            "stop the program that uses the port",
        ),
        ("--data", path("text"), "choose a folder"),
        ("--data", path("text/below"), "choose a folder"),
        ("--app-id", "a/b".to_owned(), "use only ASCII letters"),
        ("--api-key", "é".to_owned(), "use only ASCII letters"),
        ("--seed", path("missing"), "pass the path of a JSON file"),
        (
            "--remote-file",
            format!("https://example.com/a={}", path("missing")),
            "pass the path of a file to --remote-file",
        ),
        ("--seed", path(""), "pass the path of a JSON file"),
        ("--seed", path("text"), "write a file such as {\"Person\""),
        ("--seed", path("bytes"), "write a file such as {\"Person\""),
        ("--seed", path("array"), "expected a JSON object of tables"),
    ] {
        let mut arguments = vec![option, &value];
        if option != "--port" {
            arguments.extend(["--port", "0"]);
        }
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{arguments:?}: {message}");
    }
}

#[tokio::test]
async fn key_of_server_side_code_and_roles_are_options() {
    let options = ["--port", "0", "--app-id", "APP", "--cloud-code-key", "CODE"];
    let program =
        Program::start(&[&options[..], &["--role", "Editor", "--role", "Owner"]].concat());
    let (http, base) = (client(), &program.base);
    let user = json!({"email": "a@b.c", "password": "pw"});
    let created = http.post(format!("{base}/users/register")).json(&user);
    let created: Value = created.send().await.unwrap().json().await.unwrap();

    let origin = base.split("/APP/").next().unwrap();
    for (role, status) in [("Editor", 200), ("Owner", 200), ("Guest", 404)] {
        let assignment = json!({"user": text(&created["objectId"]), "roleName": role});
        let assign = http.post(format!("{origin}/APP/CODE/users/assignRole"));
        let response = assign.json(&assignment).send().await.unwrap();
        assert_eq!(response.status(), status, "{role}");
    }
}

#[tokio::test]
async fn content_of_urls_and_multiple_logins_are_options() {
    let folder = Folder::new("program-remote-file");
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("logo.txt");
    std::fs::write(&file, "milk").unwrap();
    // The URL contains the separator as well.
    let url = "https://example.com/logo.txt?size=2";
    let remote = format!("{url}={}", file.display());
    let options = ["--port", "0", "--multiple-logins", "end-earlier"];
    let program = Program::start(&[&options[..], &["--remote-file", &remote]].concat());
    let (http, base) = (client(), &program.base);

    let upload = http.post(format!("{base}/files/a.txt"));
    let upload = upload.json(&json!({ "url": url })).send().await.unwrap();
    assert_eq!(upload.status(), 200);
    let content = http.get(format!("{base}/files/a.txt")).send().await;
    assert_eq!(content.unwrap().text().await.unwrap(), "milk");

    let user = json!({"email": "a@b.c", "login": "a@b.c", "password": "pw"});
    let registered = http.post(format!("{base}/users/register")).json(&user);
    assert_eq!(registered.send().await.unwrap().status(), 200);
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let login = http.post(format!("{base}/users/login")).json(&user).send();
        let session: Value = login.await.unwrap().json().await.unwrap();
        tokens.push(text(&session["user-token"]));
    }
    for (token, is_valid) in tokens.iter().zip(["false", "true"]) {
        let check = http.get(format!("{base}/users/isvalidusertoken/{token}"));
        assert_eq!(check.send().await.unwrap().text().await.unwrap(), is_valid);
    }
}

#[test]
fn invalid_options_of_urls_and_logins_are_rejected_with_a_remedy() {
    for (option, value, expected) in [
        ("--remote-file", "logo.png", "use a URL and a path"),
        ("--remote-file", "ftp://a/b=c", "use a URL and a path"),
        ("--remote-file", "https://a/b=", "use a URL and a path"),
        ("--multiple-logins", "0", "use 'end-earlier', 'reject'"),
        ("--multiple-logins", "many", "use 'end-earlier', 'reject'"),
    ] {
        let output = run(&["--port", "0", option, value]);
        assert_eq!(output.status.code(), Some(2), "{option} {value}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{option} {value}: {message}");
    }
}
