//! Durability of exports: whenever the program is killed, the folder has a complete export.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::Instant;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::program::Program;
use crate::support::{Folder, TestServer, client};

const KILLS: usize = 50;
/// A file in what an earlier kill has left.
const LEFT: &str = "left";
/// Rows of the export, at most those of a bulk request.
const ROWS: usize = 100;

/// Starts an export without waiting for the response.
fn start_export(program: &Program, folder: &str) -> TcpStream {
    let url = program.base.strip_prefix("http://").unwrap();
    let host = url.split('/').next().unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let body = json!({ "folder": folder }).to_string();
    let token = program.variable("BACKENDLESS_LOCAL_TOKEN");
    let request = format!(
        "POST /.control/export HTTP/1.1\r\nHost: {host}\r\nBackendless-Local-Token: {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Marks what an earlier kill has left: the next export deletes this file before it writes.
fn mark_left(partial: &Path) {
    if partial.join(".backendless-local-export").exists() {
        std::fs::write(partial.join(LEFT), "").unwrap();
    } else if partial.exists() {
        // A complete export; with another file, it would be that of another program.
        std::fs::remove_dir_all(partial).unwrap();
    }
}

/// Whether the last export was started and not completed.
fn is_cut_off(partial: &Path) -> bool {
    partial.exists() && !partial.join(LEFT).exists()
}

/// Waits until the export writes, or has responded.
fn wait_for(partial: &Path, stream: &TcpStream) {
    stream.set_nonblocking(true).unwrap();
    while !is_cut_off(partial) && stream.peek(&mut [0]).is_err() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_killed_export_leaves_a_complete_one() {
    let folder = Folder::new("state-killed");
    let (data, export) = (folder.0.join("data"), folder.0.join("export"));
    let partial = folder.0.join(".export.partial");
    let target = export.to_str().unwrap();
    let mut random = Rng::with_seed(5);
    let mut program = Program::with_folder(&data);
    let rows: Vec<Value> = (0..ROWS)
        .map(|n| json!({"n": n, "text": "x".repeat(2_000)}))
        .collect();
    let bulk = client()
        .post(format!("{}/data/bulk/Row", program.base))
        .json(&rows);
    assert_eq!(bulk.send().await.unwrap().status(), 200);
    // The first export is complete.
    let start = Instant::now();
    assert!(program.control("export", target).status.success());
    let duration = start.elapsed();
    let copy = TestServer::start().await;
    let mut cut_off = 0;
    for kill in 0..KILLS {
        mark_left(&partial);
        let stream = start_export(&program, target);
        wait_for(&partial, &stream);
        // Up to the time that an export takes: some end before.
        let deadline = Instant::now() + duration.mul_f64(random.f64());
        while Instant::now() < deadline {
            std::thread::yield_now();
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        drop(stream);
        cut_off += usize::from(is_cut_off(&partial));
        let imported = copy.server.import(&export).await;
        imported.unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        assert_eq!(copy.get("/data/Row/count").ok().await, ROWS);
        program = Program::with_folder(&data);
    }
    assert!(cut_off > 0, "no kill was during an export");
    // What a killed export has left beside it prevents no other one.
    mark_left(&partial);
    assert!(program.control("export", target).status.success());
    let names = std::fs::read_dir(&folder.0).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}
