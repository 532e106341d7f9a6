//! When the lines of `--log json` are written.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

use crate::program::Program;

const REQUESTS: usize = 40;

/// Sends a request up to its body. The server waits for it then, so a stop waits for the request.
fn start_request(program: &Program, path: &str) -> TcpStream {
    let base = program.base.strip_prefix("http://").unwrap();
    let (host, app) = base.split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!(
        "PUT /{app}{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut response = [0; 25];
    connection.read_exact(&mut response).unwrap();
    assert_eq!(&response, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

/// The lines are more than a pipe contains. The requests wait for them until the program cancels the requests.
#[test]
fn a_response_follows_its_line_and_the_program_ends_when_all_lines_are_written() {
    let mut program = Program::start(&["--port", "0", "--log", "json"]);
    let path = format!("/cache/{}", "x".repeat(4_000));
    let connections: Vec<_> = (0..REQUESTS)
        .map(|_| start_request(&program, &path))
        .collect();
    for mut connection in &connections {
        connection.write_all(b"1").unwrap();
    }
    let id = program.child.id().to_string();
    let killed = Command::new("kill").args(["-s", "TERM", &id]).status();
    assert!(killed.unwrap().success());
    let mut responses = 0;
    for mut connection in connections {
        let mut response = Vec::new();
        // It is empty, or an error, if the request was cancelled.
        let is_read = connection.read_to_end(&mut response).is_ok();
        responses += usize::from(is_read && !response.is_empty());
    }
    assert!(responses < REQUESTS, "{responses}");
    for _ in 0..10_000 {
        assert_eq!(program.child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let mut text = String::new();
    let mut stderr = program.child.stderr.take().unwrap();
    stderr.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), REQUESTS);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["path"], json!(path));
    }
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
}
