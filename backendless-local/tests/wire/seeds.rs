//! Seeds of the builder and of a running server.

use std::path::PathBuf;

use backendless_local::{Builder, Seed, Server};
use serde_json::json;

use crate::state::{content, upload};
use crate::support::{Folder, TestServer, client};

#[tokio::test]
async fn seed_of_the_builder_has_rows_users_and_files() {
    #[derive(serde::Serialize)]
    struct Person {
        name: &'static str,
    }
    let seed = Seed::new()
        .rows("Person", [Person { name: "Bob" }, Person { name: "Eve" }])
        .user("ann@example.com", "pa55")
        .users([json!({"email": "bob@example.com", "password": "pw", "name": "Bob"})])
        .file("docs/a.txt", "milk");
    let app = TestServer::of(Server::builder().seed(seed)).await;
    assert_eq!(app.names("Person", "name <> ''").await, ["Bob", "Eve"]);
    app.login("ann@example.com", "pa55").ok().await;
    let bob = app.login("bob@example.com", "pw").ok().await;
    assert_eq!(bob["name"], "Bob");
    assert_eq!(content(&app, "docs/a.txt").await.1, "milk");

    for (seed, expected) in [
        (Seed::new().rows("Person", [1]), "row 1 of table 'Person'"),
        (Seed::new().rows("a b", [json!({})]), "row 1 of table 'a b'"),
        (Seed::new().user("ann", ""), "row 1 of table 'Users'"),
        (Seed::new().file("../a", ""), "the file '../a'"),
    ] {
        let error = Server::builder().seed(seed).start().await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_rejected_seed_creates_nothing() {
    let app = TestServer::start().await;
    let rows = json!([{"name": "Bob", "age": 20}, {"name": "Eve", "age": "x"}]);
    let seed = json!({"Other": [{"n": 1}], "Person": rows, "Users": []});
    let error = app.server.seed(seed).await.unwrap_err().to_string();
    let expected = "cannot seed row 2 of table 'Person': the value \"x\" of 'age' is of type STRING, and the column has type INT";
    assert!(error.starts_with(expected), "{error}");
    for table in ["Other", "Person"] {
        app.get(&format!("/data/{table}")).rejected(400, 1009).await;
    }
    let users = json!({"Users": [{"email": "a@b.c", "password": "pa55"}, {"email": "a@b.c", "password": "pa55"}]});
    let error = app.server.seed(users).await.unwrap_err().to_string();
    assert!(
        error.starts_with("cannot seed row 2 of table 'Users'"),
        "{error}"
    );
    assert!(!error.contains("pa55"), "{error}");
    app.login("a@b.c", "pa55").rejected(401, 3003).await;
    // The corrected seed.
    let seed = json!({"Person": [{"name": "Bob", "age": 20}], "Users": [{"email": "a@b.c", "password": "pa55"}]});
    app.server.seed(seed).await.unwrap();
    assert_eq!(app.names("Person", "age > 0").await, ["Bob"]);
    app.login("a@b.c", "pa55").ok().await;
}

/// Starts a server on a known port, and returns the responses of a client that sent requests before it accepted any.
async fn responses_from_the_start(builder: Builder, path: &str, responses: usize) -> Vec<String> {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let url = format!("http://{address}/APP/KEY{path}");
    let waiting = tokio::spawn(async move {
        let (http, mut texts) = (client(), Vec::new());
        while texts.len() < responses {
            match http.get(&url).send().await {
                Ok(response) => texts.push(response.text().await.unwrap()),
                // No server listens yet.
                Err(error) if error.is_connect() => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
        texts
    });
    let builder = builder.app_id("APP").api_key("KEY").address(address);
    let server = builder.start().await.unwrap();
    let texts = waiting.await.unwrap();
    drop(server);
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_precedes_the_import_and_the_seed() {
    let folder = Folder::new("seed-first");
    let export = folder.0.join("export");
    let app = TestServer::start().await;
    let rows: Vec<_> = (0..2_000).map(|n| json!({"n": n})).collect();
    app.server.seed(json!({"Row": rows})).await.unwrap();
    app.server.export(&export).await.unwrap();
    let import = Server::builder().import(&export);
    let counts = responses_from_the_start(import, "/data/Row/count", 3).await;
    assert_eq!(counts, ["2000"; 3]);
    let seed = Server::builder().seed(Seed::new().rows("Row", rows));
    let counts = responses_from_the_start(seed, "/data/Row/count", 3).await;
    assert_eq!(counts, ["2000"; 3]);
}

/// An export with rows, a user and files, and a seed that adds to it.
struct ImportAndSeed {
    folder: Folder,
    export: PathBuf,
    data: PathBuf,
    seed: Seed,
}

impl ImportAndSeed {
    async fn new(name: &str) -> ImportAndSeed {
        let folder = Folder::new(name);
        let (export, data) = (folder.0.join("export"), folder.0.join("data"));
        let app = TestServer::start().await;
        app.post("/data/Person", json!({"name": "Bob"})).ok().await;
        app.user("ann@example.com", "pa55").await;
        upload(&app, "docs/a.txt", "milk").await;
        upload(&app, "docs/b.txt", "butter").await;
        app.server.export(&export).await.unwrap();
        let seed = Seed::new()
            .rows("Person", [json!({"name": "Eve", "age": 30})])
            .user("eve@example.com", "pw")
            .file("docs/a.txt", "tea")
            .file("new/c.txt", "");
        ImportAndSeed {
            folder,
            export,
            data,
            seed,
        }
    }

    /// A start that replaces the data of the folder.
    fn start(&self, seed: Seed) -> Builder {
        let builder = Server::builder().data_dir(&self.data).reset(true);
        builder.import(&self.export).seed(seed)
    }
}

#[tokio::test]
async fn seed_adds_to_the_import_of_a_start() {
    let state = ImportAndSeed::new("seed-import").await;
    for _ in 0..2 {
        let app = TestServer::of(state.start(state.seed.clone())).await;
        assert_eq!(app.names("Person", "name <> ''").await, ["Bob", "Eve"]);
        assert_eq!(app.names("Person", "age > 20").await, ["Eve"]);
        app.login("ann@example.com", "pa55").ok().await;
        app.login("eve@example.com", "pw").ok().await;
        for (path, expected) in [
            ("docs/a.txt", "tea"),
            ("docs/b.txt", "butter"),
            ("new/c.txt", ""),
        ] {
            let found = content(&app, path).await;
            assert_eq!(found, (200, expected.to_owned()), "{path}");
        }
        app.server.stop().await;
    }
    // The views of tables follow, and no content is left over.
    let database = state.data.join("backendless.sqlite3");
    let connection = rusqlite::Connection::open(database).unwrap();
    let ages = connection.query_row("SELECT sum(age) FROM Person", [], |row| {
        row.get::<_, i64>(0)
    });
    assert_eq!(ages.unwrap(), 30);
    drop(connection);
    let contents = std::fs::read_dir(state.data.join("files")).unwrap();
    assert_eq!(contents.count(), 3);
}

#[tokio::test]
async fn nothing_changes_if_a_part_of_a_start_is_rejected() {
    let state = ImportAndSeed::new("seed-rejected").await;
    let seed = || state.seed.clone();
    let app = TestServer::of(state.start(seed())).await;
    app.post("/data/Other", json!({"n": 1})).ok().await;
    app.server.stop().await;
    for (builder, expected) in [
        (
            state.start(seed().rows("Person", [1])),
            "row 1 of table 'Person'",
        ),
        (state.start(seed().file("../a", "")), "the file '../a'"),
        (
            state.start(seed()).import(state.folder.0.join("missing")),
            "nothing was changed",
        ),
        (
            state.start(seed()).reset(false),
            "has data, which the import would replace",
        ),
    ] {
        let error = builder.start().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        // The folder is free at once.
        let app = TestServer::of(Server::builder().data_dir(&state.data)).await;
        assert_eq!(app.get("/data/Other/count").ok().await, 1, "{expected}");
        app.server.stop().await;
    }
}

#[tokio::test]
async fn an_import_with_a_changed_file_is_an_error_of_the_start() {
    let state = ImportAndSeed::new("seed-changed").await;
    std::fs::write(state.export.join("files/docs/b.txt"), "changed").unwrap();
    let started = Server::builder().import(&state.export).start().await;
    let error = started.unwrap_err().to_string();
    let folder = state.export.display();
    let expected = format!("cannot import {folder}, and nothing was changed: ");
    assert!(error.starts_with(&expected), "{error}");
    let expected = "'files/docs/b.txt' has changed since the export";
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn a_seed_needs_no_import() {
    let state = ImportAndSeed::new("seed-alone").await;
    let missing = state.folder.0.join("missing");
    let builder = Server::builder().import_if_exists(missing);
    let app = TestServer::of(builder.seed(state.seed)).await;
    assert_eq!(app.names("Person", "age > 20").await, ["Eve"]);
}
