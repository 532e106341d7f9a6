//! The options of the program, and its help.

use serde_json::{Value, json};

#[cfg(unix)]
use crate::program::send_signal;
use crate::program::{Program, command, run};
use crate::support::{Folder, client};

#[cfg(unix)]
#[tokio::test]
async fn import_and_export_on_exit_are_options_of_the_server() {
    let http = client();
    let folder = Folder::new("program-state");
    let (data, export) = (folder.0.join("data"), folder.0.join("export"));
    let (data, export) = (data.to_str().unwrap(), export.to_str().unwrap());
    let mut program = Program::start(&["--port", "0", "--export-on-exit", export]);
    let row = http
        .post(format!("{}/data/Person", program.base))
        .body("{}");
    assert_eq!(row.send().await.unwrap().status(), 200);
    send_signal(&program.child, "TERM");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));

    let options = ["--port", "0", "--data", data, "--import", export];
    drop(Program::start(&options));
    // The second start would replace the data.
    let rejected = run(&options);
    assert_eq!(rejected.status.code(), Some(1));
    let message = String::from_utf8(rejected.stderr).unwrap();
    assert!(
        message.contains("reset it at the start (--reset), or omit the import"),
        "{message}"
    );
    let program = Program::start(&[&options[..], &["--reset"]].concat());
    let count = http
        .get(format!("{}/data/Person/count", program.base))
        .send();
    assert_eq!(count.await.unwrap().text().await.unwrap(), "1");
    drop(program);
    // Reset deletes.
    let program = Program::start(&["--port", "0", "--data", data, "--reset"]);
    let rows = http.get(format!("{}/data/Person", program.base)).send();
    assert_eq!(rows.await.unwrap().status(), 400);
}

#[test]
fn print_env_prints_only_the_variables() {
    use std::io::{BufRead, BufReader};
    let options = [
        "--port",
        "0",
        "--app-id",
        "APP",
        "--api-key",
        "KEY",
        "--print-env",
    ];
    let mut child = command(&options).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = String::new();
    for _ in 0..4 {
        output.read_line(&mut lines).unwrap();
    }
    let names: Vec<&str> = lines
        .lines()
        .map(|line| line.split('=').next().unwrap())
        .collect();
    let expected = [
        "export BACKENDLESS_APP_ID",
        "export BACKENDLESS_API_KEY",
        "export BACKENDLESS_API_URL",
        "export BACKENDLESS_LOCAL_TOKEN",
    ];
    assert_eq!(names, expected);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn host_option_sets_the_address() {
    let program = Program::start(&["--port", "0", "--host", "::1"]);
    assert!(
        program.base.starts_with("http://[::1]:"),
        "{}",
        program.base
    );
    let counter = client().get(format!("{}/counters/c", program.base)).send();
    assert_eq!(counter.await.unwrap().status(), 200);
    // A client cannot connect to all addresses.
    let program = Program::start(&["--port", "0", "--host", "0.0.0.0"]);
    let url = program.variable("BACKENDLESS_API_URL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let path = program.base.splitn(4, '/').nth(3).unwrap();
    let counter = client().get(format!("{url}/{path}/counters/c")).send();
    assert_eq!(counter.await.unwrap().status(), 200);
}

#[tokio::test]
async fn cors_option_admits_pages_of_the_listed_origins_only() {
    let http = client();
    let options = [
        "--port",
        "0",
        "--cors",
        "http://localhost:3000",
        "--cors",
        "https://a.example",
    ];
    let program = Program::start(&options);
    let plain = Program::start(&["--port", "0"]);
    let preflight = |program: &Program, origin: &str| {
        http.request(
            reqwest::Method::OPTIONS,
            format!("{}/data/Person", program.base),
        )
        .header("origin", origin)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type,user-token")
        .send()
    };
    for origin in ["http://localhost:3000", "https://a.example"] {
        let response = preflight(&program, origin).await.unwrap();
        assert_eq!(response.status(), 204);
        let headers = response.headers();
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert!(
            headers["access-control-allow-methods"]
                .to_str()
                .unwrap()
                .contains("PUT")
        );
        assert_eq!(
            headers["access-control-allow-headers"],
            "content-type,user-token"
        );
        assert_eq!(headers["vary"], "origin");
        let request = http.get(format!("{}/counters/c", program.base));
        let response = request.header("origin", origin).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["access-control-allow-origin"], origin);
    }
    for origin in [
        "http://localhost:3001",
        "http://localhost:3000.example",
        "null",
        "http://LOCALHOST:3000",
    ] {
        for response in [
            preflight(&program, origin).await.unwrap(),
            http.get(format!("{}/counters/c", program.base))
                .header("origin", origin)
                .send()
                .await
                .unwrap(),
            preflight(&plain, origin).await.unwrap(),
        ] {
            let headers = response.headers();
            assert!(
                !headers.contains_key("access-control-allow-origin"),
                "{origin}"
            );
            assert!(
                !headers.contains_key("access-control-allow-methods"),
                "{origin}"
            );
        }
    }
    let response = preflight(&plain, "http://localhost:3000").await.unwrap();
    assert!(
        !response
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

/// The console shows neither of them.
#[tokio::test]
async fn log_option_masks_the_secrets_of_headers_and_bodies_in_the_path() {
    use std::io::{BufRead, BufReader};
    let mut program = Program::start(&["--port", "0", "--log", "json"]);
    let mut log = BufReader::new(program.child.stderr.take().unwrap());
    let request = client()
        .post(format!("{}/data/pa55_canary", program.base))
        .header("x-session", "session_canary")
        .json(&json!({"name": "x", "password": "pa55_canary"}));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let request = client()
        .get(format!("{}/data/session_canary", program.base))
        .header("x-session", "session_canary");
    assert_eq!(request.send().await.unwrap().status(), 400);
    for _ in 0..2 {
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let entry: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(entry["path"], "/data/***", "{line}");
        assert!(!line.contains("canary"), "{line}");
    }
}

#[tokio::test]
async fn log_option_writes_a_line_for_each_request_without_secrets() {
    let http = client();
    use std::io::{BufRead, BufReader};
    let mut program = Program::start(&[
        "--port",
        "0",
        "--app-id",
        "APP",
        "--api-key",
        "KEY-1",
        "--log",
        "json",
    ]);
    let mut log = BufReader::new(program.child.stderr.take().unwrap());
    for (path, expected, status, code) in [
        (
            "/counters/c?x=secret-value",
            "/counters/c",
            200,
            Value::Null,
        ),
        (
            "/users/isvalidusertoken/secret-token",
            "/users/isvalidusertoken/{token}",
            200,
            Value::Null,
        ),
        ("/data/Person", "/data/Person", 400, json!(1009)),
    ] {
        http.get(format!("{}{path}", program.base))
            .send()
            .await
            .unwrap();
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        for secret in ["KEY-1", "APP", "secret"] {
            assert!(!line.contains(secret), "{line}");
        }
        let entry: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&entry["method"], &entry["path"]),
            (&json!("GET"), &json!(expected))
        );
        assert_eq!((&entry["status"], &entry["code"]), (&json!(status), &code));
        assert!(
            entry["time"].is_i64() && entry["milliseconds"].is_f64(),
            "{line}"
        );
    }
}

/// Calls a method at a path that a client would normalize, and returns the body of the response.
fn call_as_written(program: &Program, path: &str) -> Value {
    use std::io::{Read, Write};
    let base = program.base.strip_prefix("http://").unwrap();
    let (host, app) = base.split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /{app}/services/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{path}: {response}"))
}

#[tokio::test]
async fn cloud_code_is_a_folder_of_results() {
    let http = client();
    let folder = Folder::new("program-code");
    std::fs::create_dir_all(folder.0.join("Cart")).unwrap();
    std::fs::write(folder.0.join("secret.json"), "1").unwrap();
    std::fs::write(folder.0.join("Cart/total.json"), r#"{"sum": 3}"#).unwrap();
    std::fs::write(folder.0.join("Cart/broken.json"), "{").unwrap();
    let program = Program::start(&["--port", "0", "--cloud-code", folder.0.to_str().unwrap()]);
    let call = |path: &str| {
        http.post(format!("{}/services/{path}", program.base))
            .body("1")
            .send()
    };
    let result: Value = call("Cart/total").await.unwrap().json().await.unwrap();
    assert_eq!(result, json!({"sum": 3}));
    // A changed file is read again.
    std::fs::write(folder.0.join("Cart/total.json"), "4").unwrap();
    assert_eq!(call("Cart/total").await.unwrap().text().await.unwrap(), "4");
    let is_no_name = "the name of a service or of a method has other characters";
    for (path, expected) in [
        ("Cart/missing", "cannot read Cart/missing.json"),
        ("Cart/broken", "Cart/broken.json is not valid JSON"),
        ("Other/total", "cannot read Other/total.json"),
        ("%2e%2e/secret", is_no_name),
        ("../secret", is_no_name),
        ("Cart/%2e%2e%2fsecret", is_no_name),
        ("Cart%2f../secret", is_no_name),
        ("Cart/.hidden", is_no_name),
    ] {
        let error = call_as_written(&program, path);
        assert_eq!(error["code"], 14000, "{path}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(expected), "{path}: {message}");
    }
    // The built-in service stays.
    assert_eq!(call("echo/echo").await.unwrap().text().await.unwrap(), "1");
}

#[tokio::test]
async fn cloud_code_is_a_server_that_is_called() {
    let http = client();
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/code", listener.local_addr().unwrap());
    let responses = [
        ("200 OK", r#"{"sum": 3}"#),
        ("409 Conflict", r#"{"code": 14001, "message": "no stock"}"#),
        // It is not followed.
        ("302 Found\r\nLocation: http://127.0.0.1:1/", "{}"),
        ("200 OK", "no JSON"),
    ];
    let server = std::thread::spawn(move || {
        responses.map(|(status, body)| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 4096];
            let mut read = 0;
            while !request[..read].ends_with(b"[1]") {
                read += stream.read(&mut request[read..]).unwrap();
            }
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            String::from_utf8(request[..read].to_vec()).unwrap()
        })
    });
    let program = Program::start(&["--port", "0", "--cloud-code", &url]);
    let mut results = Vec::new();
    for _ in responses {
        let call = http
            .post(format!("{}/services/Cart/total", program.base))
            .body("[1]");
        let response = call.send().await.unwrap();
        let status = response.status().as_u16();
        results.push((status, response.json::<Value>().await.unwrap()));
    }
    for request in server.join().unwrap() {
        assert!(
            request.starts_with("POST /code/Cart/total HTTP/1.0\r\n"),
            "{request}"
        );
    }
    assert_eq!(results[0], (200, json!({"sum": 3})));
    assert_eq!(
        (
            results[1].0,
            &results[1].1["code"],
            &results[1].1["message"]
        ),
        (400, &json!(14001), &json!("no stock"))
    );
    assert!(
        results[2].1["message"]
            .as_str()
            .unwrap()
            .contains("status 302"),
        "{results:?}"
    );
    assert!(
        results[3].1["message"]
            .as_str()
            .unwrap()
            .contains("is not valid JSON"),
        "{results:?}"
    );
}

#[test]
fn exec_without_the_separator_says_where_the_command_is() {
    for arguments in [
        &["exec", "env"][..],
        &["exec", "--port", "0", "env"],
        &["exec"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("Write the command after --"), "{message}");
    }
    let output = run(&["exec", "--print-env", "--", "true"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("'--print-env' cannot be used with 'exec'"),
        "{message}"
    );
}
