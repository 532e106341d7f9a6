//! Exports, imports and snapshots.

mod reset;
mod versions;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use backendless_local::{Builder, Server};
use serde_json::{Value, json};

use crate::support::{Call, Folder, TestServer, text};

/// Uploads a file.
pub(crate) async fn upload(app: &TestServer, path: &str, content: &str) {
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n{content}\r\n--x--\r\n"
    );
    let call = app.request(
        reqwest::Method::POST,
        &format!("/files/{path}?overwrite=true"),
    );
    let call = call.header("content-type", "multipart/form-data; boundary=x");
    call.raw(form).ok().await;
}

pub(crate) async fn content(app: &TestServer, path: &str) -> (u16, String) {
    let response = app.get(&format!("/files/{path}")).send().await;
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Asserts that a request succeeds.
async fn done(call: Call) {
    let response = call.send().await;
    let status = response.status();
    assert_eq!(status, 200, "{}", response.text().await.unwrap());
}

/// Settings of a server that [`fill`] can fill.
fn builder() -> Builder {
    let builder = Server::builder().role("Managers");
    builder.social_login("google", |token: &str| Some(json!({"id": token})))
}

fn social_login(app: &TestServer) -> Call {
    app.post("/users/social/google/login", json!({"accessToken": "G-1"}))
}

/// Fills every table of every service, and returns the token of a user.
async fn fill(app: &TestServer) -> Value {
    fill_data(app).await;
    let user = fill_users(app).await;
    fill_files(app, &user).await;
    fill_messaging(app).await;
    done(app.put("/counters/visits/incrementby/get?value=7", json!(null))).await;
    done(app.put("/cache/k", json!({"a": 1}))).await;
    let log = json!({"log-level": "INFO", "logger": "l", "timestamp": 1, "message": "m"});
    done(app.put("/log", json!([log]))).await;
    let point =
        json!({"latitude": 1.5, "longitude": 2.0, "categories": ["c"], "metadata": {"a": 1}});
    done(app.post("/geo/points", point)).await;
    user["user-token"].clone()
}

async fn fill_data(app: &TestServer) {
    let values = json!({"name": "Bob", "big": u64::MAX, "ok": true, "home": {"z": [1], "a": 1.0}, "score": -0.0});
    let bob = app.post("/data/Person", values).ok().await;
    let eve = app
        .post(
            "/data/Person",
            json!({"name": "Eve", "score": 3, "none": null}),
        )
        .ok()
        .await;
    app.put(
        &format!("/data/Person/{}", text(&eve["objectId"])),
        json!({"name": "Eva"}),
    )
    .ok()
    .await;
    app.post("/data/person", json!({"größe": "é\u{1f600}\n\0"}))
        .ok()
        .await;
    let relation = format!("/data/Person/{}/friends:Person:n", text(&bob["objectId"]));
    done(app.post(&relation, json!([eve["objectId"]]))).await;
    let permission = format!("/data/Person/permissions/DENY/{}", text(&bob["objectId"]));
    let denied = json!({"permission": "REMOVE", "role": "*"});
    done(app.put(&permission, denied)).await;
}

/// Creates users, and returns one of them.
async fn fill_users(app: &TestServer) -> Value {
    let user = app.user("ann@example.com", "pa55").await;
    done(social_login(app)).await;
    let server = &app.server;
    let base = format!("{}/{}", server.url(), server.app_id());
    let url = format!("{base}/{}/users/assignRole", server.cloud_code_key());
    let role = json!({"user": "ann@example.com", "roleName": "Managers"});
    done(TestServer::call(app.http.post(url)).json(&role)).await;
    done(app.request(
        reqwest::Method::POST,
        "/users/createEmailConfirmationURL/ann@example.com",
    ))
    .await;
    user
}

async fn fill_files(app: &TestServer, user: &Value) {
    upload(app, "docs/a.txt", "milk").await;
    upload(app, "docs/A.txt", "butter").await;
    upload(app, "docs/deep/b.txt", "").await;
    upload(app, &"l".repeat(250), "long").await;
    upload(app, "docs/c:d", "colon").await;
    let permission = json!({"permission": "DELETE", "user": user["objectId"]});
    done(app.put("/files/permissions/DENY/docs%2Fa.txt", permission)).await;
}

async fn fill_messaging(app: &TestServer) {
    let subscription = app.post("/messaging/news/subscribe", json!({})).ok().await;
    done(app.post("/messaging/news", json!({"message": "hello"}))).await;
    let subscription = text(&subscription["subscriptionId"]);
    done(app.get(&format!("/messaging/news/{subscription}"))).await;
    let email =
        json!({"subject": "Hi", "to": ["ann@example.com"], "bodyparts": {"textmessage": "Hello"}});
    done(app.post("/messaging/email", email)).await;
    let device = json!({"deviceId": "d", "deviceToken": "t", "os": "IOS", "osVersion": "1"});
    done(app.post("/messaging/registrations", device)).await;
    let push = json!({"message": "push", "pushSinglecast": ["d"]});
    done(app.post("/messaging/news", push)).await;
}

/// Asserts that a server has what [`fill`] creates, as far as it does not end with time.
async fn check_use(app: &TestServer) {
    app.login("ann@example.com", "pa55").ok().await;
    assert_eq!(app.get("/counters/visits").ok().await, 7);
    assert_eq!(app.server.outbox().await.unwrap().len(), 1);
    assert_eq!(app.server.pushes().await.unwrap()[0]["data"], "push");
    let managers = app.get("/users/role/Managers").ok().await;
    assert_eq!(managers[0]["email"], "ann@example.com");
    let accounts = app.get("/data/Users/count").ok().await;
    social_login(app).ok().await;
    assert_eq!(app.get("/data/Users/count").ok().await, accounts);
    for (path, expected) in [
        ("docs/a.txt", "milk"),
        ("docs/A.txt", "butter"),
        ("docs/deep/b.txt", ""),
        ("docs/c:d", "colon"),
        (&"l".repeat(250), "long"),
    ] {
        assert_eq!(content(app, path).await, (200, expected.to_owned()));
    }
    let friends = app
        .get("/data/Person")
        .query(&[("where", "friends.name = 'Eva'")])
        .ok()
        .await;
    assert_eq!(friends[0]["name"], "Bob");
    assert_eq!(friends[0]["big"], json!(u64::MAX));
}

/// Returns the files below a folder, by path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn add(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    add(folder, folder, &mut found);
    found
}

/// Removes what differs between two exports of the same state: the time and the remaining lives.
fn without_times(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let timed = ["services/cache.jsonl", "services/sessions.jsonl"];
    for path in timed {
        let lines = String::from_utf8(files.remove(path).unwrap()).unwrap();
        let rows = lines.lines().map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            let life = row.as_object_mut().unwrap().remove("expires").unwrap();
            assert!(life.as_i64().unwrap() > 0, "{path}: {life}");
            row.to_string()
        });
        let rows: Vec<String> = rows.collect();
        assert!(!rows.is_empty());
        files.insert(path.to_owned(), rows.join("\n").into_bytes());
    }
    let manifest = files.remove("manifest.json").unwrap();
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert!(manifest["exportedAt"].take().is_i64());
    for entry in manifest["files"].as_array_mut().unwrap() {
        if timed.iter().any(|path| entry["path"] == *path) {
            *entry = entry["path"].take();
        }
    }
    files.insert(
        "manifest.json".to_owned(),
        manifest.to_string().into_bytes(),
    );
    files
}

#[tokio::test]
async fn import_of_an_export_is_exact() {
    let folder = Folder::new("state-exact");
    let (first, second) = (folder.0.join("first"), folder.0.join("second"));
    let app = TestServer::of(builder()).await;
    let token = fill(&app).await;
    app.server.export(&first).await.unwrap();
    for (path, bytes) in files(&first) {
        // One file of the Files service is empty.
        assert!(
            !bytes.is_empty() || path == "files/docs/deep/b.txt",
            "{path}"
        );
    }

    let data = folder.0.join("data");
    let copy = TestServer::of(builder().data_dir(&data)).await;
    copy.server.import(&first).await.unwrap();
    copy.server.export(&second).await.unwrap();
    let (before, after) = (without_times(files(&first)), without_times(files(&second)));
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in before {
        assert!(after[&path] == bytes, "{path} differs");
    }
    // And in use.
    copy.get("/data/Users").token(&token).ok().await;
    assert_eq!(copy.get("/cache/k").ok().await, json!({"a": 1}));
    copy.delete("/files/docs%2Fa.txt")
        .token(&token)
        .rejected(400, 4000)
        .await;
    check_use(&copy).await;
    // And after a restart.
    copy.server.stop().await;
    let copy = TestServer::of(Server::builder().data_dir(&data)).await;
    assert_eq!(copy.get("/data/Person/count").ok().await, 2);
    assert_eq!(content(&copy, "docs/a.txt").await.1, "milk");
    // The views of tables follow, too.
    let connection = rusqlite::Connection::open(data.join("backendless.sqlite3")).unwrap();
    let names = connection.query_row("SELECT group_concat(name) FROM Person", [], |row| {
        row.get::<_, String>(0)
    });
    assert_eq!(names.unwrap(), "Bob,Eva");
}

#[tokio::test]
async fn import_replaces_all_data_and_keeps_the_ids_of_the_server() {
    let folder = Folder::new("state-replaces");
    let export = folder.0.join("export");
    let empty = TestServer::start().await;
    empty.server.export(&export).await.unwrap();

    let app = TestServer::of(builder().role("Editor")).await;
    let token = fill(&app).await;
    app.server.import(&export).await.unwrap();
    // The same base URL.
    app.get("/data/Person").rejected(400, 1009).await;
    app.get("/data/Users")
        .token(&token)
        .rejected(400, 3064)
        .await;
    assert_eq!(content(&app, "docs/a.txt").await.0, 404);
    assert_eq!(app.get("/counters/visits").ok().await, 0);
    assert_eq!(app.get("/cache/k").ok().await, Value::Null);
    assert!(app.server.outbox().await.unwrap().is_empty());
}

/// Returns the names of the roles of an application.
async fn roles(app: &TestServer, folder: &Folder) -> Vec<String> {
    let export = folder.0.join("roles");
    app.server.export(&export).await.unwrap();
    let lines = std::fs::read_to_string(export.join("services/roles.jsonl")).unwrap();
    let rows = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| text(&row["name"])).collect()
}

#[tokio::test]
async fn roles_are_those_of_the_state_and_of_the_settings() {
    let folder = Folder::new("state-roles");
    let export = folder.0.join("export");
    let source = TestServer::of(Server::builder().role("Author")).await;
    source.server.export(&export).await.unwrap();

    let app = TestServer::of(Server::builder().role("Editor")).await;
    let empty = app.server.snapshot().await.unwrap();
    let settings = ["Editor"];
    assert_eq!(roles(&app, &folder).await, settings);
    app.server.import(&export).await.unwrap();
    let both = ["Author", "Editor"];
    assert_eq!(roles(&app, &folder).await, both);
    let authors = app.server.snapshot().await.unwrap();
    app.server.restore(&empty).await.unwrap();
    assert_eq!(roles(&app, &folder).await, settings);
    app.server.restore(&authors).await.unwrap();
    assert_eq!(roles(&app, &folder).await, both);
    app.server.reset().await.unwrap();
    assert_eq!(roles(&app, &folder).await, settings);
    // Roles of the settings of another server remain only where they are part of the state.
    source.server.restore(&empty).await.unwrap();
    assert_eq!(roles(&source, &folder).await, both);
    source.server.import(&export).await.unwrap();
    assert_eq!(roles(&source, &folder).await, ["Author"]);
}

#[tokio::test]
async fn sessions_and_cache_values_keep_their_remaining_life() {
    let folder = Folder::new("state-life");
    let export = folder.0.join("export");
    let hour = Duration::from_secs(3600);
    let app = TestServer::of(builder().session_life(hour)).await;
    let token = fill(&app).await;
    app.server.export(&export).await.unwrap();

    let later = TestServer::start().await;
    later
        .server
        .advance_clock(Duration::from_secs(365 * 24 * 3600));
    later.server.import(&export).await.unwrap();
    later.get("/data/Users").token(&token).ok().await;
    assert_eq!(later.get("/cache/k").ok().await, json!({"a": 1}));
    later.server.advance_clock(hour);
    later
        .get("/data/Users")
        .token(&token)
        .rejected(400, 3064)
        .await;
    later.server.advance_clock(hour);
    assert_eq!(later.get("/cache/k").ok().await, Value::Null);
}

#[tokio::test]
async fn restore_is_exact_and_repeatable() {
    let folder = Folder::new("state-snapshot");
    for builder in [builder(), builder().data_dir(folder.0.join("data"))] {
        let app = TestServer::of(builder).await;
        let token = fill(&app).await;
        let (first, second) = (folder.0.join("first"), folder.0.join("second"));
        app.server.export(&first).await.unwrap();
        let snapshot = app.server.snapshot().await.unwrap();
        for _ in 0..2 {
            app.post("/data/Person", json!({"name": "New"})).ok().await;
            app.post("/data/Other", json!({"name": "New"})).ok().await;
            app.delete("/files/docs").send().await;
            upload(&app, "docs/a.txt", "other").await;
            app.get("/users/logout").token(&token).send().await;
            app.server.restore(&snapshot).await.unwrap();
            assert_eq!(content(&app, "docs/a.txt").await.1, "milk");
            app.get("/data/Other").rejected(400, 1009).await;
            app.get("/data/Users").token(&token).ok().await;
        }
        app.server.export(&second).await.unwrap();
        let (before, after) = (without_times(files(&first)), without_times(files(&second)));
        assert!(before == after);
        // On another server, too.
        let other = TestServer::start().await;
        other.server.restore(&snapshot).await.unwrap();
        assert_eq!(other.get("/data/Person/count").ok().await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restore_takes_effect_before_or_after_each_concurrent_request() {
    let folder = Folder::new("state-concurrent");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.post("/data/Row", json!({"n": 0})).ok().await;
    upload(&app, "a.txt", "old").await;
    let snapshot = app.server.snapshot().await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let columns = json!({"n": 1, format!("c{writer}"): "text"});
                app.post("/data/Row", columns)
            })
            .collect();
        writers.spawn(async move {
            for call in calls {
                let row = call.ok().await;
                // The row has been created completely, in a table that had the column.
                assert_eq!(row[format!("c{writer}")], "text");
            }
        });
    }
    for _ in 0..10 {
        upload(&app, "a.txt", "new").await;
        app.server.restore(&snapshot).await.unwrap();
        let found = content(&app, "a.txt").await;
        assert_eq!(found, (200, "old".to_owned()));
    }
    writers.join_all().await;
    app.server.restore(&snapshot).await.unwrap();
    assert_eq!(app.get("/data/Row/count").ok().await, 1);
    let columns = app.get("/data/Row/properties").ok().await;
    assert_eq!(columns.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_state_that_does_not_fit_into_memory_changes_nothing() {
    let large = TestServer::start().await;
    for _ in 0..8 {
        large
            .post("/data/Row", json!({"text": "x".repeat(200_000)}))
            .ok()
            .await;
    }
    let snapshot = large.server.snapshot().await.unwrap();
    let folder = Folder::new("state-large");
    large.server.export(&folder.0).await.unwrap();
    let limits = backendless_local::Limits::default().memory(1024 * 1024);
    let small = TestServer::of(Server::builder().limits(limits)).await;
    small.post("/data/Row", json!({"text": "kept"})).ok().await;
    let error = small.server.restore(&snapshot).await.unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    // An import fails at the row that does not fit, and not once all rows are in memory.
    let error = small.server.import(&folder.0).await.unwrap_err();
    let expected = ["nothing was changed: line ", "Row.jsonl", "full"];
    let error = error.to_string();
    assert!(expected.iter().all(|text| error.contains(text)), "{error}");
    let rows = small.get("/data/Row").ok().await;
    assert_eq!(
        (rows.as_array().unwrap().len(), &rows[0]["text"]),
        (1, &json!("kept"))
    );
    small.post("/data/Row", json!({"text": "more"})).ok().await;
}
