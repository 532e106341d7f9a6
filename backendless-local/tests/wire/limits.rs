//! Limits of connections, requests and memory. Each test ends because the server enforces a limit;
//! none asserts how long that takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use backendless_local::{Fault, Faults, Limits, Server};
use reqwest::Method;
use serde_json::json;

use crate::support::TestServer;

const SHORT: Duration = Duration::from_millis(100);

async fn start(limits: Limits) -> TestServer {
    TestServer::of(Server::builder().limits(limits)).await
}

fn connect(app: &TestServer) -> TcpStream {
    TcpStream::connect(app.server.address()).unwrap()
}

fn path(app: &TestServer, path: &str) -> String {
    format!("/{}/{}{path}", app.server.app_id(), app.server.api_key())
}

/// Reads until the server closes the connection.
fn rest(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset ends it as well.
    let _ = connection.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn connection_without_complete_headers_is_closed() {
    let app = start(Limits::default().header_timeout(SHORT)).await;
    let line = format!("GET {} HTTP/1.1\r\n", path(&app, "/counters/c"));
    for sent in [
        "",
        "G",
        &line,
        &format!("{line}Host: localhost\r\nX-Slow: "),
    ] {
        let mut connection = connect(&app);
        connection.write_all(sent.as_bytes()).unwrap();
        assert_eq!(rest(&mut connection), "", "{sent:?}");
    }
    assert_eq!(app.get("/counters/c").ok().await, 0);
}

/// Each byte is progress, but the time limit is that of all headers.
#[tokio::test]
async fn headers_byte_by_byte_are_not_received_for_ever() {
    let app = start(Limits::default().header_timeout(SHORT)).await;
    let mut connection = connect(&app);
    let line = format!("GET {} HTTP/1.1\r\nX-Slow: ", path(&app, "/counters/c"));
    connection.write_all(line.as_bytes()).unwrap();
    // Each wait is shorter than the limit.
    connection.set_read_timeout(Some(SHORT / 10)).unwrap();
    let mut received = [0; 100];
    while let Err(error) = connection.read(&mut received) {
        if connection.write_all(b"x").is_err()
            || error.kind() == std::io::ErrorKind::ConnectionReset
        {
            return;
        }
    }
    assert_eq!(received, [0; 100], "a response");
}

#[tokio::test]
async fn incomplete_headers_behind_other_requests_are_not_awaited_for_ever() {
    let app = start(Limits::default().idle_timeout(SHORT)).await;
    let mut connection = connect(&app);
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        path(&app, "/counters/c")
    );
    // The head of the third begins, but never ends.
    connection
        .write_all(format!("{request}{request}GET /").as_bytes())
        .unwrap();
    let responses = rest(&mut connection);
    assert_eq!(
        responses.matches("HTTP/1.1 200 OK").count(),
        2,
        "{responses}"
    );
}

#[tokio::test]
async fn idle_connection_is_closed() {
    let app = start(Limits::default().idle_timeout(SHORT)).await;
    let mut connection = connect(&app);
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        path(&app, "/counters/c")
    );
    connection.write_all(request.as_bytes()).unwrap();
    let response = rest(&mut connection);
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
}

/// A request that runs for longer than all limits of its connection.
#[tokio::test]
async fn running_request_is_not_limited() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let limits = Limits::default()
        .header_timeout(SHORT)
        .idle_timeout(SHORT)
        .stall_timeout(SHORT);
    let builder = Server::builder()
        .limits(limits)
        .service("Slow", "wait", move |_| {
            let _ = released.lock().unwrap().recv();
            Ok(json!("done"))
        });
    let app = TestServer::of(builder).await;
    let mut connection = connect(&app);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\n",
        path(&app, "/services/Slow/wait")
    );
    write!(connection, "{head}Content-Length: 0\r\n\r\n").unwrap();
    // Another connection reaches its limit meanwhile.
    assert_eq!(rest(&mut connect(&app)), "");
    assert_eq!(rest(&mut connect(&app)), "");
    release.send(()).unwrap();
    let response = rest(&mut connection);
    assert!(
        response.starts_with("HTTP/1.1 200 OK") && response.ends_with("\"done\""),
        "{response}"
    );
}

#[tokio::test]
async fn stalled_body_is_an_error() {
    let app = start(Limits::default().stall_timeout(SHORT)).await;
    for (request, code) in [("/data/Person", "8002"), ("/users/login", "8002")] {
        let mut connection = connect(&app);
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\n",
            path(&app, request)
        );
        write!(connection, "{head}Content-Length: 50\r\n\r\n{{\"a\":").unwrap();
        let response = rest(&mut connection);
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
        assert!(response.contains(&format!("\"code\":{code}")), "{response}");
    }
    let mut connection = connect(&app);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\n",
        path(&app, "/files/a")
    );
    write!(
        connection,
        "{head}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 500\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nabc"
    )
    .unwrap();
    let response = rest(&mut connection);
    assert!(response.contains("\"code\":6009"), "{response}");
    app.get("/files/a").rejected(404, 6000).await;
}

#[tokio::test]
async fn json_body_must_arrive_in_time() {
    let limits = Limits::default()
        .body_timeout(SHORT)
        .stall_timeout(2 * SHORT);
    let app = start(limits).await;
    let mut connection = connect(&app);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\n",
        path(&app, "/data/Person")
    );
    write!(connection, "{head}Content-Length: 50\r\n\r\n{{\"a\":").unwrap();
    let response = rest(&mut connection);
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(response.contains("\"code\":8002"), "{response}");
}

/// Each byte is progress, but the time limit is that of the body, read or discarded.
#[tokio::test]
async fn body_byte_by_byte_is_not_received_for_ever() {
    let app = start(Limits::default().body_timeout(SHORT)).await;
    let unknown_app = "/A/B/data/Person".to_owned();
    for (target, status) in [
        (path(&app, "/data/Person"), 408),
        (path(&app, "/data/bulk"), 404),
        (path(&app, "/counters/c/reset"), 405),
        (unknown_app, 400),
    ] {
        let mut connection = connect(&app);
        let head = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n");
        write!(connection, "{head}Content-Length: 2000\r\n\r\n").unwrap();
        // Each wait is shorter than the limit.
        connection.set_read_timeout(Some(SHORT / 10)).unwrap();
        let mut received = [0; 12];
        let mut sent = 0;
        while connection.read_exact(&mut received).is_err() {
            assert!(
                sent < 1_000,
                "no response before the end of the body: {target}"
            );
            let _ = connection.write_all(b" ");
            sent += 1;
        }
        assert_eq!(
            received,
            *format!("HTTP/1.1 {status}").as_bytes(),
            "{target}"
        );
    }
}

/// The body of a rejected request is not awaited for ever, neither at the limit of requests nor with an injected fault.
#[tokio::test]
async fn body_of_a_rejected_request_that_never_arrives_is_not_awaited() {
    let limited = Server::builder().requests_per_minute(1);
    let faults = Faults::seeded(1).with(Fault::Unavailable, 1.0);
    let unavailable = Server::builder().faults(faults);
    let too_late = Limits::default().body_timeout(SHORT);
    let stalled = Limits::default().stall_timeout(SHORT);
    for (server, status) in [(limited, 429), (unavailable, 503)] {
        for limits in [too_late, stalled] {
            let app = TestServer::of(server.clone().limits(limits)).await;
            let target = path(&app, "/counters/c");
            let _ = app.get("/counters/c").send().await;
            let mut connection = connect(&app);
            let head = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n");
            write!(connection, "{head}Content-Length: 2000\r\n\r\n").unwrap();
            let response = rest(&mut connection);
            let expected = format!("HTTP/1.1 {status} ");
            assert!(response.starts_with(&expected), "{response}");
        }
    }
}

/// Each byte is progress, but too little of it, or of a part that is not the file.
#[tokio::test]
async fn upload_byte_by_byte_is_not_received_for_ever() {
    let of_body = Limits::default().body_timeout(SHORT);
    let of_file = Limits::default().stall_timeout(SHORT);
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
    for (limits, form) in [
        (of_body, String::new()),
        (of_body, part("file")),
        (of_body, part("other") + "\r\n\r\n"),
        (of_file, part("file") + "\r\n\r\n"),
    ] {
        let app = start(limits).await;
        let mut connection = connect(&app);
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: localhost\r\n",
            path(&app, "/files/a")
        );
        let head = format!("{head}Content-Type: multipart/form-data; boundary=x\r\n");
        write!(connection, "{head}Content-Length: 5000\r\n\r\n{form}").unwrap();
        // Each wait is shorter than the limit.
        connection.set_read_timeout(Some(SHORT / 10)).unwrap();
        let mut received = [0; 12];
        let mut sent = 0;
        while connection.read_exact(&mut received).is_err() {
            assert!(
                sent < 1_000,
                "no response before the end of the form: {form}"
            );
            let _ = connection.write_all(b"y");
            sent += 1;
        }
        assert_eq!(received, *b"HTTP/1.1 400", "{form}");
        app.get("/files/a").rejected(404, 6000).await;
    }
}

/// With one connection, another request is served only once this one is closed.
#[tokio::test]
async fn client_that_does_not_read_its_response_is_disconnected() {
    let limits = Limits::default().stall_timeout(SHORT).connections(1);
    let app = start(limits).await;
    let mut connection = connect(&app);
    let content = "x".repeat(32 * 1024 * 1024);
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
         {content}\r\n--x--\r\n"
    );
    let target = path(&app, "/files/a");
    write!(
        connection,
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: {}\r\n\r\n{form}GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        form.len()
    )
    .unwrap();
    assert_eq!(app.get("/counters/c").ok().await, 0);
    let responses = rest(&mut connection);
    assert!(responses.contains("fileURL"));
    assert!(responses.len() < content.len(), "{}", responses.len());
}

#[tokio::test]
async fn further_connections_wait() {
    let app = start(Limits::default().connections(1)).await;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        path(&app, "/counters/c")
    );
    let mut first = connect(&app);
    let mut second = connect(&app);
    second.write_all(request.as_bytes()).unwrap();
    second.set_read_timeout(Some(SHORT)).unwrap();
    assert!(
        second.read(&mut [0]).is_err(),
        "a response on a second connection"
    );
    second.set_read_timeout(None).unwrap();
    first.write_all(request.as_bytes()).unwrap();
    assert!(rest(&mut first).starts_with("HTTP/1.1 200 OK"));
    assert!(rest(&mut second).starts_with("HTTP/1.1 200 OK"));
}

fn form(parts: &str) -> String {
    format!("{parts}--x--\r\n")
}

async fn upload(app: &TestServer, form: String) -> (u16, String) {
    let request = app.request(Method::POST, "/files/a?overwrite=true");
    let request = request.header("content-type", "multipart/form-data; boundary=x");
    let response = request.raw(form).send().await;
    (response.status().as_u16(), response.text().await.unwrap())
}

const FILE: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nabc\r\n";

fn other_part(header: &str, content: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name=\"o\"\r\n{header}\r\n{content}\r\n")
}

#[tokio::test]
async fn form_is_limited_except_for_the_file() {
    let app = TestServer::start().await;
    let long = "y".repeat(8 * 1024 * 1024);
    let header = |value: &str| other_part(&format!("X-Long: {value}\r\n"), "");
    for (parts, problem) in [
        (header(&long) + FILE, "headers of a part"),
        (FILE.to_owned() + &header(&long), "headers of a part"),
        // No boundary at all.
        (long.clone(), "headers of a part"),
        (
            FILE.to_owned() + &other_part("", &long),
            "other than the file",
        ),
        (
            other_part("", &long[..600_000]).repeat(2) + FILE,
            "other than the file",
        ),
        (other_part("", "").repeat(100) + FILE, "more than 100 parts"),
        (
            FILE.to_owned() + &other_part("", "").repeat(100_000),
            "more than 100 parts",
        ),
    ] {
        let (status, body) = upload(&app, form(&parts)).await;
        assert_eq!(status, 400, "{body}");
        assert!(
            body.contains("\"code\":6009") && body.contains(problem),
            "{problem}: {body}"
        );
        app.get("/files/a").rejected(404, 6000).await;
    }
    let (status, body) = upload(&app, form(&(other_part("", "").repeat(99) + FILE))).await;
    assert_eq!(status, 200, "{body}");
    let (status, body) = upload(&app, form(&(other_part("", &long[..1_000_000]) + FILE))).await;
    assert_eq!(status, 200, "{body}");
    // The file itself has any size.
    let file = FILE.replace("abc", &long);
    let (status, body) = upload(&app, form(&(header(&long[..8_000]) + &file))).await;
    assert_eq!(status, 200, "{body}");
    let response = app.get("/files/a").send().await;
    assert_eq!(response.text().await.unwrap().len(), long.len());
}

#[tokio::test]
async fn json_with_very_many_objects_is_rejected() {
    let app = TestServer::start().await;
    for body in [
        format!("{{\"a\":[{}0]}}", "{\"\":0},".repeat(60_000)),
        format!("{{\"a\":[{}0]}}", "[],".repeat(60_000)),
    ] {
        for path in ["/data/Person", "/users/register", "/data/Person/find"] {
            let call = app.request(Method::POST, path).raw(body.clone());
            let message = call.rejected(400, 8002).await;
            assert!(message.contains("more than 50000 objects"), "{message}");
        }
        app.request(Method::PUT, "/cache/k")
            .raw(body)
            .rejected(400, 8002)
            .await;
    }
    let brackets = json!({"text": "[{".repeat(100_000)});
    app.post("/data/Person", brackets).ok().await;
}

#[tokio::test]
async fn data_in_memory_is_limited() {
    let app = start(Limits::default().memory(4 * 1024 * 1024)).await;
    let text = "x".repeat(500_000);
    let mut stored = 0;
    loop {
        let response = app.post("/data/Note", json!({"text": text})).send().await;
        if response.status() == 500 {
            break;
        }
        stored += 1;
        assert!(stored < 20, "no limit");
    }
    // The server still works, and has the rows before.
    assert_eq!(app.get("/data/Note/count").ok().await, stored);
    app.server.reset().await.unwrap();
    app.post("/data/Note", json!({"text": text})).ok().await;
}
