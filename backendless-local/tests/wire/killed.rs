//! Durability: what the program acknowledged before it was killed exists after a restart.
//!
//! In each of fifty rounds, concurrent writers of every kind write, and after a random number of
//! responses the program is killed while writes are active.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fastrand::Rng;
use reqwest::{Client, Method};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::program::Program;
use crate::support::{Folder, client, text};

const ROUNDS: usize = 50;

/// An acknowledged write, with the path that shows it.
#[derive(Clone, Debug)]
enum Write {
    /// The JSON at the path has these properties.
    Object(String, Value),
    /// The JSON at the path is this value.
    Value(String, Value),
    /// The file at the path has these bytes.
    Bytes(String, Vec<u8>),
    /// The path does not exist.
    Deleted(String),
    /// The row at the path has this number, or the next one.
    AtLeast(String, i64),
    /// This user can log in.
    User(String),
    /// The counter was incremented by this.
    Incremented(i64),
}

/// One of the concurrent writers. A method returns `None` when the program stops responding.
#[derive(Clone)]
struct Writer {
    http: Client,
    base: String,
    acknowledged: UnboundedSender<Write>,
    /// Sum of all attempted increments of the counter.
    attempted: Arc<AtomicI64>,
    /// Prefix of its names, so that no name is used twice.
    name: String,
}

impl Writer {
    async fn write(&self, method: Method, path: &str, body: &Value) -> Option<Value> {
        let url = format!("{}{path}", self.base);
        self.finish(self.http.request(method, url).json(body)).await
    }

    async fn finish(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let response = request.send().await.ok()?;
        let status = response.status();
        let body = response.text().await.ok()?;
        assert_eq!(status, 200, "{body}");
        Some(serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    fn acknowledge(&self, write: Write) {
        self.acknowledged.send(write).unwrap();
    }

    async fn create(&self, fields: &Value) -> Option<String> {
        let row = self.write(Method::POST, "/data/Row", fields).await?;
        Some(format!("/data/Row/{}", text(&row["objectId"])))
    }

    async fn rows(self) -> Option<()> {
        for n in 0.. {
            let fields = json!({"writer": self.name, "n": n, "text": "x".repeat(n % 500)});
            let path = self.create(&fields).await?;
            self.acknowledge(Write::Object(path, fields));
        }
        None
    }

    async fn deletions(self) -> Option<()> {
        loop {
            let path = self.create(&json!({"writer": self.name})).await?;
            self.write(Method::DELETE, &path, &Value::Null).await?;
            self.acknowledge(Write::Deleted(path));
        }
    }

    async fn updates(self) -> Option<()> {
        let path = self.create(&json!({"a": 0, "b": 0})).await?;
        for n in 1.. {
            self.write(Method::PUT, &path, &json!({"a": n, "b": n}))
                .await?;
            self.acknowledge(Write::AtLeast(path.clone(), n));
        }
        None
    }

    async fn counters(self) -> Option<()> {
        for step in 1.. {
            self.attempted.fetch_add(step, Ordering::Relaxed);
            let path = format!("/counters/all/incrementby/get?value={step}");
            self.write(Method::PUT, &path, &Value::Null).await?;
            self.acknowledge(Write::Incremented(step));
        }
        None
    }

    async fn cache(self) -> Option<()> {
        for n in 0.. {
            let path = format!("/cache/{}-{n}", self.name);
            let value = json!([n, self.name]);
            self.write(Method::PUT, &path, &value).await?;
            self.acknowledge(Write::Value(path, value));
        }
        None
    }

    async fn users(self) -> Option<()> {
        for n in 0.. {
            let email = format!("{}-{n}@b.c", self.name);
            let user = json!({"email": email, "password": "pw"});
            self.write(Method::POST, "/users/register", &user).await?;
            self.acknowledge(Write::User(email));
        }
        None
    }

    async fn files(self) -> Option<()> {
        for n in 0.. {
            let path = format!("/files/{}/{n}", self.name);
            let bytes = self.name.repeat(1 + 37 * n % 1000).into_bytes();
            let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; \
                        filename=\"f\"\r\n\r\n";
            let form = [head.as_bytes(), &bytes, b"\r\n--x--\r\n"].concat();
            let request = self.http.post(format!("{}{path}", self.base));
            let request = request.header("content-type", "multipart/form-data; boundary=x");
            self.finish(request.body(form)).await?;
            self.acknowledge(Write::Bytes(path, bytes));
        }
        None
    }
}

/// Starts writers of every kind.
fn start_writers(
    program: &Program,
    round: usize,
    attempted: &Arc<AtomicI64>,
) -> (JoinSet<Option<()>>, UnboundedReceiver<Write>) {
    let (sender, receiver) = unbounded_channel();
    let writer = |kind: &str| Writer {
        http: client(),
        base: program.base.clone(),
        acknowledged: sender.clone(),
        attempted: Arc::clone(attempted),
        name: format!("{kind}{round}"),
    };
    let mut writers = JoinSet::new();
    writers.spawn(writer("rows").rows());
    writers.spawn(writer("deletions").deletions());
    writers.spawn(writer("updates").updates());
    writers.spawn(writer("one").counters());
    writers.spawn(writer("other").counters());
    writers.spawn(writer("cache").cache());
    writers.spawn(writer("user").users());
    writers.spawn(writer("files").files());
    (writers, receiver)
}

/// Runs the writers, kills the program after this number of acknowledged writes, and returns all
/// acknowledged writes.
async fn kill_after(
    count: usize,
    mut program: Program,
    round: usize,
    attempted: &Arc<AtomicI64>,
) -> Vec<Write> {
    let (mut writers, mut receiver) = start_writers(&program, round, attempted);
    let mut acknowledged = Vec::new();
    while let Some(write) = receiver.recv().await {
        acknowledged.push(write);
        if acknowledged.len() == count {
            // SIGKILL, while writes are active.
            program.child.kill().unwrap();
        }
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    program.child.wait().unwrap();
    assert!(
        acknowledged.len() >= count,
        "{} of {count}",
        acknowledged.len()
    );
    acknowledged
}

/// Checks that all writes took effect; `attempted` is the maximum value of the counter.
async fn check_writes(writes: &[Write], program: &Program, attempted: i64) {
    let http = client();
    for write in writes {
        match write {
            Write::Object(path, expected) => {
                let found: Value =
                    serde_json::from_slice(&get(&http, program, path).await.1).unwrap_or_default();
                for (name, value) in expected.as_object().unwrap() {
                    assert_eq!(found[name], *value, "{path}");
                }
            }
            Write::Value(path, expected) => {
                let (_, body) = get(&http, program, path).await;
                assert_eq!(body, expected.to_string().as_bytes(), "{path}");
            }
            Write::Bytes(path, expected) => {
                let (status, body) = get(&http, program, path).await;
                assert_eq!((status, &body), (200, expected), "{path}");
            }
            Write::Deleted(path) => assert_eq!(get(&http, program, path).await.0, 404, "{path}"),
            Write::User(email) => {
                let login = json!({"login": email, "password": "pw"});
                let url = format!("{}/users/login", program.base);
                let response = http.post(url).json(&login).send().await.unwrap();
                assert_eq!(response.status(), 200, "{email}");
            }
            Write::AtLeast(..) | Write::Incremented(_) => {}
        }
    }
    check_last_updates(writes, &http, program).await;
    check_counter(writes, &http, program, attempted).await;
}

async fn check_last_updates(writes: &[Write], http: &Client, program: &Program) {
    let mut last = std::collections::HashMap::new();
    for write in writes {
        if let Write::AtLeast(path, n) = write {
            last.insert(path, *n);
        }
    }
    for (path, n) in last {
        let row: Value = serde_json::from_slice(&get(http, program, path).await.1).unwrap();
        assert!(row["a"] == n || row["a"] == n + 1, "{n}: {row}");
        assert_eq!(row["a"], row["b"], "an update is atomic");
    }
}

async fn check_counter(writes: &[Write], http: &Client, program: &Program, attempted: i64) {
    let increments = writes.iter().map(|write| match write {
        Write::Incremented(step) => *step,
        _ => 0,
    });
    let acknowledged: i64 = increments.sum();
    let counter = get(http, program, "/counters/all").await.1;
    let counter: i64 = serde_json::from_slice(&counter).unwrap();
    assert!(
        (acknowledged..=attempted).contains(&counter),
        "{acknowledged} <= {counter} <= {attempted}"
    );
}

async fn get(http: &Client, program: &Program, path: &str) -> (u16, Vec<u8>) {
    let url = format!("{}{path}", program.base);
    let response = http.get(url).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.bytes().await.unwrap().to_vec())
}

/// Checks the database as the killed program left it. It checks a copy, because opening the database
/// recovers it, and the program must do that.
fn check_integrity(folder: &Path) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["backendless.sqlite3", "backendless.sqlite3-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let connection = Connection::open(copy.path().join("backendless.sqlite3")).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

#[tokio::test]
async fn acknowledged_writes_survive_a_killed_program() {
    let folder = Folder::new("killed");
    let attempted = Arc::new(AtomicI64::new(0));
    let mut random = Rng::with_seed(4);
    let mut all = Vec::new();
    let mut program = Program::with_folder(&folder.0);
    for round in 0..ROUNDS {
        let acknowledged = kill_after(random.usize(1..120), program, round, &attempted).await;
        check_integrity(&folder.0);
        program = Program::with_folder(&folder.0);
        all.extend(acknowledged.iter().cloned());
        let so_far = attempted.load(Ordering::Relaxed);
        check_writes(&acknowledged, &program, so_far).await;
    }
    // Checks all writes again: no later round removed any.
    check_writes(&all, &program, attempted.load(Ordering::Relaxed)).await;
    println!("{ROUNDS} kills, {} acknowledged writes", all.len());
}
