//! When the lines of `--log json` are written, and what the program does while they are not read.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::program::{Program, Watchdog, send_signal};
use crate::support::{Folder, client, start_request};

const REQUESTS: usize = 40;

/// A program that has received requests whose lines are more than a pipe contains. They are not read yet.
struct Unread {
    program: Program,
    path: String,
    connections: Vec<TcpStream>,
    _watchdog: Watchdog,
}

impl Unread {
    /// Returns when all requests are in the log, and so wait for their lines.
    async fn start(options: &[&str]) -> Unread {
        let program = Program::start(&[&["--port", "0", "--log", "json"], options].concat());
        let _watchdog = Watchdog::of(&program.child);
        let path = format!("/cache/{}", "x".repeat(4_000));
        let app = program.base.rsplit_once("//").unwrap().1;
        let (host, app) = app.split_once('/').unwrap();
        let start = format!("PUT /{app}{path} HTTP/1.1");
        let connections: Vec<_> = (0..REQUESTS)
            .map(|_| start_request(host, &start, 1))
            .collect();
        for mut connection in &connections {
            connection.write_all(b"1").unwrap();
        }
        let unread = Unread {
            program,
            path,
            connections,
            _watchdog,
        };
        unread.wait_for_log().await;
        unread
    }

    /// The log of the console has a request before its line is written.
    async fn wait_for_log(&self) {
        let (http, url) = (client(), self.program.variable("BACKENDLESS_API_URL"));
        let page = http.get(format!("{url}/")).header("accept", "text/html");
        let page = page.send().await.unwrap().text().await.unwrap();
        let token = page
            .split("name=\"console-token\" content=\"")
            .nth(1)
            .unwrap();
        let token = token.split('"').next().unwrap();
        let requests = || {
            http.get(format!("{url}/~console/api/requests"))
                .header("x-console-token", token)
        };
        let mut added = 0;
        while added < REQUESTS {
            let response: Value = requests().send().await.unwrap().json().await.unwrap();
            added = response["requests"].as_array().unwrap().len();
        }
    }

    /// Sends SIGTERM, and waits until the program stops the server.
    fn stop(&self) {
        let host = self.program.base.split('/').nth(2).unwrap();
        send_signal(&self.program.child, "TERM");
        while TcpStream::connect(host).is_ok() {
            std::thread::yield_now();
        }
    }

    /// Reads the lines until the program ends.
    fn read(&mut self) -> JoinHandle<String> {
        let mut stderr = self.program.child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut lines = String::new();
            stderr.read_to_string(&mut lines).unwrap();
            lines
        })
    }

    /// Asserts that these are the lines of all requests, and that the program ends.
    fn assert_ends(mut self, lines: &str) {
        assert_eq!(lines.lines().count(), REQUESTS);
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["path"], json!(self.path));
        }
        assert_eq!(self.program.child.wait().unwrap().code(), Some(0));
    }
}

fn has_response(connection: &TcpStream) -> bool {
    connection.set_nonblocking(true).unwrap();
    let has_response = connection.peek(&mut [0]).is_ok_and(|bytes| bytes > 0);
    connection.set_nonblocking(false).unwrap();
    has_response
}

#[tokio::test]
async fn a_response_follows_its_line() {
    let mut unread = Unread::start(&[]).await;
    let has_response = |connection: &&TcpStream| has_response(connection);
    let responses = unread.connections.iter().filter(has_response).count();
    assert!(responses < REQUESTS, "{responses}");
    let reading = unread.read();
    for mut connection in &unread.connections {
        let mut start = [0; 9];
        connection.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 ");
    }
    send_signal(&unread.program.child, "TERM");
    unread.assert_ends(&reading.join().unwrap());
}

#[tokio::test]
async fn the_program_ends_when_all_lines_are_written() {
    let mut unread = Unread::start(&[]).await;
    unread.connections.clear();
    unread.stop();
    let lines = unread.read().join().unwrap();
    unread.assert_ends(&lines);
}

/// Takes the 5 s for which the program waits for a reader.
#[tokio::test]
async fn the_program_ends_although_its_lines_are_not_read() {
    let mut unread = Unread::start(&["--requests-per-minute", "1000"]).await;
    unread.connections.clear();
    unread.stop();
    assert_eq!(unread.program.child.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_the_program_although_stderr_is_not_read() {
    let folder = Folder::new("log-lines-export");
    let export = folder.0.join("export");
    let mut unread = Unread::start(&["--export-on-exit", export.to_str().unwrap()]).await;
    unread.connections.clear();
    unread.stop();
    send_signal(&unread.program.child, "TERM");
    let status = unread.program.child.wait().unwrap();
    assert_eq!(status.code(), Some(143));
}
