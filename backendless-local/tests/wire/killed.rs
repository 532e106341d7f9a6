//! What a program that is killed has acknowledged is there when it starts again.
//!
//! Fifty times writers of every kind write at once, and after a random number of answers the
//! program is killed, with writes under way.

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

/// A write that was acknowledged, and where it can be seen.
#[derive(Clone, Debug)]
enum Kept {
    /// The JSON here has these properties.
    Object(String, Value),
    /// The JSON here is this.
    Value(String, Value),
    /// Here are these bytes.
    Bytes(String, Vec<u8>),
    /// Here is nothing.
    Nothing(String),
    /// The row here was set to this, and at most to the next number.
    AtLeast(String, i64),
    /// This user can log in.
    User(String),
    /// The counter was raised by this.
    Raised(i64),
}

/// What a writer has at hand. Every method is one write: none if the program died before it
/// answered.
#[derive(Clone)]
struct Writer {
    http: Client,
    base: String,
    kept: UnboundedSender<Kept>,
    /// By how much the counter was raised, or tried to be.
    attempted: Arc<AtomicI64>,
    /// What its names begin with, so that no name is used twice.
    name: String,
}

impl Writer {
    async fn write(&self, method: Method, path: &str, body: &Value) -> Option<Value> {
        let url = format!("{}{path}", self.base);
        self.finish(self.http.request(method, url).json(body)).await
    }

    async fn finish(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let body = answer.text().await.ok()?;
        assert_eq!(status, 200, "{body}");
        Some(serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    fn keep(&self, kept: Kept) {
        self.kept.send(kept).unwrap();
    }

    async fn create(&self, fields: &Value) -> Option<String> {
        let row = self.write(Method::POST, "/data/Row", fields).await?;
        Some(format!("/data/Row/{}", text(&row["objectId"])))
    }

    async fn rows(self) -> Option<()> {
        for n in 0.. {
            let fields = json!({"writer": self.name, "n": n, "text": "x".repeat(n % 500)});
            let path = self.create(&fields).await?;
            self.keep(Kept::Object(path, fields));
        }
        None
    }

    async fn deletions(self) -> Option<()> {
        loop {
            let path = self.create(&json!({"writer": self.name})).await?;
            self.write(Method::DELETE, &path, &Value::Null).await?;
            self.keep(Kept::Nothing(path));
        }
    }

    async fn updates(self) -> Option<()> {
        let path = self.create(&json!({"a": 0, "b": 0})).await?;
        for n in 1.. {
            self.write(Method::PUT, &path, &json!({"a": n, "b": n}))
                .await?;
            self.keep(Kept::AtLeast(path.clone(), n));
        }
        None
    }

    async fn counters(self) -> Option<()> {
        for step in 1.. {
            self.attempted.fetch_add(step, Ordering::Relaxed);
            let path = format!("/counters/all/incrementby/get?value={step}");
            self.write(Method::PUT, &path, &Value::Null).await?;
            self.keep(Kept::Raised(step));
        }
        None
    }

    async fn cache(self) -> Option<()> {
        for n in 0.. {
            let path = format!("/cache/{}-{n}", self.name);
            let value = json!([n, self.name]);
            self.write(Method::PUT, &path, &value).await?;
            self.keep(Kept::Value(path, value));
        }
        None
    }

    async fn users(self) -> Option<()> {
        for n in 0.. {
            let email = format!("{}-{n}@b.c", self.name);
            let user = json!({"email": email, "password": "pw"});
            self.write(Method::POST, "/users/register", &user).await?;
            self.keep(Kept::User(email));
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
            self.keep(Kept::Bytes(path, bytes));
        }
        None
    }
}

/// Sets writers of every kind on the program.
fn write(
    program: &Program,
    round: usize,
    attempted: &Arc<AtomicI64>,
) -> (JoinSet<Option<()>>, UnboundedReceiver<Kept>) {
    let (kept, keeping) = unbounded_channel();
    let writer = |kind: &str| Writer {
        http: client(),
        base: program.base.clone(),
        kept: kept.clone(),
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
    (writers, keeping)
}

/// Has everything written until the program has acknowledged so many writes, and kills it then;
/// what it had acknowledged.
async fn kill_after(
    writes: usize,
    mut program: Program,
    round: usize,
    attempted: &Arc<AtomicI64>,
) -> Vec<Kept> {
    let (mut writers, mut keeping) = write(&program, round, attempted);
    let mut kept = Vec::new();
    while let Some(write) = keeping.recv().await {
        kept.push(write);
        if kept.len() == writes {
            // SIGKILL, with writes under way.
            program.child.kill().unwrap();
        }
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    program.child.wait().unwrap();
    assert!(kept.len() >= writes, "{} of {writes}", kept.len());
    kept
}

/// Looks for everything; `attempted` is the most that the counter may be.
async fn look_for(kept: &[Kept], program: &Program, attempted: i64) {
    let http = client();
    for kept in kept {
        match kept {
            Kept::Object(path, expected) => {
                let found: Value =
                    serde_json::from_slice(&get(&http, program, path).await.1).unwrap_or_default();
                for (name, value) in expected.as_object().unwrap() {
                    assert_eq!(found[name], *value, "{path}");
                }
            }
            Kept::Value(path, expected) => {
                let (_, body) = get(&http, program, path).await;
                assert_eq!(body, expected.to_string().as_bytes(), "{path}");
            }
            Kept::Bytes(path, expected) => {
                let (status, body) = get(&http, program, path).await;
                assert_eq!((status, &body), (200, expected), "{path}");
            }
            Kept::Nothing(path) => assert_eq!(get(&http, program, path).await.0, 404, "{path}"),
            Kept::User(email) => {
                let login = json!({"login": email, "password": "pw"});
                let url = format!("{}/users/login", program.base);
                let answer = http.post(url).json(&login).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{email}");
            }
            Kept::AtLeast(..) | Kept::Raised(_) => {}
        }
    }
    look_at_the_last_updates(kept, &http, program).await;
    look_at_the_counter(kept, &http, program, attempted).await;
}

async fn look_at_the_last_updates(kept: &[Kept], http: &Client, program: &Program) {
    let mut last = std::collections::HashMap::new();
    for kept in kept {
        if let Kept::AtLeast(path, n) = kept {
            last.insert(path, *n);
        }
    }
    for (path, n) in last {
        let row: Value = serde_json::from_slice(&get(http, program, path).await.1).unwrap();
        assert!(row["a"] == n || row["a"] == n + 1, "{n}: {row}");
        assert_eq!(row["a"], row["b"], "an update is done as a whole");
    }
}

async fn look_at_the_counter(kept: &[Kept], http: &Client, program: &Program, attempted: i64) {
    let raised = kept.iter().map(|kept| match kept {
        Kept::Raised(step) => *step,
        _ => 0,
    });
    let acknowledged: i64 = raised.sum();
    let counter = get(http, program, "/counters/all").await.1;
    let counter: i64 = serde_json::from_slice(&counter).unwrap();
    assert!(
        (acknowledged..=attempted).contains(&counter),
        "{acknowledged} <= {counter} <= {attempted}"
    );
}

async fn get(http: &Client, program: &Program, path: &str) -> (u16, Vec<u8>) {
    let url = format!("{}{path}", program.base);
    let answer = http.get(url).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.bytes().await.unwrap().to_vec())
}

/// Checks the database as the program left it. A copy is checked: whoever opens it first repairs
/// it, and that shall be the program.
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
async fn nothing_acknowledged_is_lost_when_the_program_is_killed_while_it_writes() {
    let folder = Folder::new("killed");
    let attempted = Arc::new(AtomicI64::new(0));
    let mut random = Rng::with_seed(4);
    let mut all = Vec::new();
    let mut program = Program::with_folder(&folder.0);
    for round in 0..ROUNDS {
        let kept = kill_after(random.usize(1..120), program, round, &attempted).await;
        check_integrity(&folder.0);
        program = Program::with_folder(&folder.0);
        all.extend(kept.iter().cloned());
        let so_far = attempted.load(Ordering::Relaxed);
        look_for(&kept, &program, so_far).await;
    }
    // And once more all of it: no later round took anything away.
    look_for(&all, &program, attempted.load(Ordering::Relaxed)).await;
    println!("{ROUNDS} kills, {} acknowledged writes", all.len());
}
