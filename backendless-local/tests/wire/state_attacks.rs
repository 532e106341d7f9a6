//! Imports of invalid and hostile exports: each is rejected, and nothing changes.

use std::path::Path;

use serde_json::{Value, json};

use crate::state::{files, upload};
use crate::support::{Folder, TestServer};

/// Creates an export with a table, a user and a file.
pub(crate) async fn export(folder: &Path) {
    let app = TestServer::start().await;
    app.post("/data/Person", json!({"name": "Bob", "age": 20}))
        .ok()
        .await;
    app.user("ann@example.com", "pa55").await;
    upload(&app, "docs/a.txt", "milk").await;
    app.server.export(folder).await.unwrap();
}

/// Changes the manifest.
pub(crate) fn edit_manifest(export: &Path, edit: impl FnOnce(&mut Value)) {
    let path = export.join("manifest.json");
    let mut manifest = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    edit(&mut manifest);
    std::fs::write(&path, manifest.to_string()).unwrap();
}

/// Replaces a file, and removes its length and digest from the manifest.
pub(crate) fn edit_file(export: &Path, path: &str, edit: impl FnOnce(String) -> String) {
    let file = export.join(path);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, edit(text)).unwrap();
    edit_manifest(export, |manifest| {
        for entry in manifest["files"].as_array_mut().unwrap() {
            if entry["path"] == path {
                *entry = json!({ "path": path });
            }
        }
    });
}

fn list_file(manifest: &mut Value, path: &str) {
    let files = manifest["files"].as_array_mut().unwrap();
    files.push(json!({ "path": path }));
}

pub(crate) struct Target {
    app: TestServer,
    folder: Folder,
    before: std::collections::BTreeMap<String, Vec<u8>>,
}

impl Target {
    /// Starts a server with data, which no failed import may change.
    pub(crate) async fn start(name: &str) -> Target {
        let folder = Folder::new(name);
        let app = TestServer::start().await;
        app.post("/data/Kept", json!({"n": 1})).ok().await;
        upload(&app, "kept.txt", "kept").await;
        app.server.export(folder.0.join("before")).await.unwrap();
        let before = files(&folder.0.join("before"));
        export(&folder.0.join("export")).await;
        Target {
            app,
            folder,
            before,
        }
    }

    /// Imports a changed copy of the export, and checks that it is rejected with this message.
    pub(crate) async fn rejects(&self, expected: &str, change: impl FnOnce(&Path)) {
        let export = self.folder.0.join("changed");
        let _ = std::fs::remove_dir_all(&export);
        for (path, bytes) in files(&self.folder.0.join("export")) {
            let path = export.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        change(&export);
        let error = self
            .app
            .server
            .import(&export)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.contains("nothing was changed"), "{error}");
        let rows = self.app.get("/data/Kept").ok().await;
        assert_eq!(rows.as_array().unwrap().len(), 1, "{expected}");
    }

    /// Checks that the server has the state of its start.
    pub(crate) async fn is_unchanged(&self) {
        let after = self.folder.0.join("after");
        self.app.server.export(&after).await.unwrap();
        let mut after = files(&after);
        let mut before = self.before.clone();
        before.remove("manifest.json");
        after.remove("manifest.json");
        assert!(before == after);
    }
}

#[tokio::test]
async fn paths_outside_of_the_export_are_rejected() {
    let target = Target::start("attack-paths").await;
    std::fs::write(target.folder.0.join("secret"), "secret").unwrap();
    let absolute = target.folder.0.join("secret");
    let absolute = absolute.to_str().unwrap();
    for path in [
        "../secret",
        "files/../../secret",
        absolute,
        "files//secret",
        "files/./secret",
        "..\\secret",
        "files/\0secret",
        "",
        "files/",
    ] {
        target
            .rejects("has an invalid path", |export| {
                edit_manifest(export, |manifest| list_file(manifest, path));
            })
            .await;
        // In the list of files: neither as the content nor as the path.
        target
            .rejects("line 1 of 'services/files.jsonl'", |export| {
                edit_file(export, "services/files.jsonl", |_| {
                    let row = json!({"path": "a", "content": path, "media_type": "", "created": 0});
                    row.to_string()
                });
            })
            .await;
        target
            .rejects("line 1 of 'services/files.jsonl'", |export| {
                edit_file(export, "services/files.jsonl", |_| {
                    let row = json!({"path": path, "content": "files/docs/a.txt", "media_type": "", "created": 0});
                    row.to_string()
                });
            })
            .await;
    }
    // A file of rows is no content: it has the hashes of passwords.
    target
        .rejects("is not that of a content", |export| {
            edit_file(export, "services/files.jsonl", |_| {
                let row = json!({"path": "a", "content": "services/credentials.jsonl", "media_type": "", "created": 0});
                row.to_string()
            });
        })
        .await;
    target
        .rejects("line 1 of 'services/directories.jsonl'", |export| {
            edit_file(export, "services/directories.jsonl", |_| {
                json!({"path": "../a", "created": 0}).to_string()
            });
        })
        .await;
    target.is_unchanged().await;
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_special_files_are_rejected() {
    use std::os::unix::fs::symlink;
    let target = Target::start("attack-links").await;
    let outside = target.folder.0.join("outside");
    std::fs::create_dir_all(outside.join("docs")).unwrap();
    std::fs::write(outside.join("docs/a.txt"), "milk").unwrap();
    let expected = "a symbolic link, or not a regular file";
    let content = "files/docs/a.txt";
    target
        .rejects(expected, |export| {
            std::fs::remove_file(export.join(content)).unwrap();
            symlink(outside.join("docs/a.txt"), export.join(content)).unwrap();
        })
        .await;
    for (folder, to) in [
        ("files", outside.clone()),
        ("files/docs", outside.join("docs")),
    ] {
        target
            .rejects(expected, |export| {
                std::fs::remove_dir_all(export.join(folder)).unwrap();
                symlink(&to, export.join(folder)).unwrap();
            })
            .await;
    }
    target
        .rejects(expected, |export| {
            std::fs::remove_file(export.join(content)).unwrap();
            std::fs::create_dir(export.join(content)).unwrap();
        })
        .await;
    // A named pipe without a writer must not block the server.
    target
        .rejects(expected, |export| {
            std::fs::remove_file(export.join(content)).unwrap();
            let created = std::process::Command::new("mkfifo")
                .arg(export.join(content))
                .status();
            assert!(created.unwrap().success());
        })
        .await;
    target
        .rejects(expected, |export| {
            std::fs::remove_file(export.join(content)).unwrap();
            symlink("/dev/zero", export.join(content)).unwrap();
        })
        .await;
    target
        .rejects(expected, |export| {
            let manifest = export.join("manifest.json");
            std::fs::rename(&manifest, export.join("real.json")).unwrap();
            symlink("real.json", manifest).unwrap();
        })
        .await;
    target.is_unchanged().await;
}

#[tokio::test]
async fn changed_missing_and_unknown_parts_are_rejected() {
    let target = Target::start("attack-parts").await;
    let table = "tables/0002-Person.jsonl";
    for path in [table, "files/docs/a.txt", "services/credentials.jsonl"] {
        target
            .rejects(
                &format!("the file '{path}' has changed since the export"),
                |export| {
                    let file = export.join(path);
                    let mut bytes = std::fs::read(&file).unwrap();
                    let last = bytes.len() - 2;
                    bytes[last] ^= 1;
                    std::fs::write(file, bytes).unwrap();
                },
            )
            .await;
        target
            .rejects(&format!("the file '{path}' is missing"), |export| {
                std::fs::remove_file(export.join(path)).unwrap();
            })
            .await;
    }
    for (expected, edit) in [
        (
            "has version 2, and this server reads version 1",
            json!({"version": 2, "more": 1}),
        ),
        ("has no version", json!({})),
        ("has no version", json!([])),
        ("manifest.json is invalid", json!({"version": 1})),
    ] {
        target
            .rejects(expected, |export| {
                edit_manifest(export, |manifest| *manifest = edit)
            })
            .await;
    }
    target
        .rejects("twice", |export| {
            edit_manifest(export, |manifest| list_file(manifest, table));
        })
        .await;
    for path in ["files/unlisted", "other", "services/other.jsonl"] {
        target
            .rejects("has no meaning in an export", |export| {
                std::fs::write(export.join(path), "").unwrap();
                edit_manifest(export, |manifest| list_file(manifest, path));
            })
            .await;
    }
    let missing = target.folder.0.join("nothing");
    let error = target.app.server.import(&missing).await.unwrap_err();
    assert!(
        error.to_string().contains("pass the folder of an export"),
        "{error}"
    );
    target.is_unchanged().await;
}

#[tokio::test]
async fn parts_that_need_much_memory_or_disk_are_rejected() {
    let target = Target::start("attack-sizes").await;
    let table = "tables/0002-Person.jsonl";
    let long = format!("{{\"objectId\": \"{}\"}}", "x".repeat(16 * 1024 * 1024));
    let nested = format!("[{}]", ["{}"; 200_000].join(","));
    for row in [long, nested] {
        target
            .rejects(
                &format!(
                    "line 3 of '{table}': it is longer than 16777216 bytes, or has more than 200000"
                ),
                |export| edit_file(export, table, |text| format!("{text}{row}\n")),
            )
            .await;
    }
    target
        .rejects("lists more than 1000000 files", |export| {
            let files = vec!["{}"; 1_000_001].join(",");
            let manifest = format!("{{\"version\": 1, \"files\": [{files}]}}");
            std::fs::write(export.join("manifest.json"), manifest).unwrap();
        })
        .await;
    target
        .rejects(
            "the content 'files/docs/a.txt' is that of another path",
            |export| {
                edit_file(export, "services/files.jsonl", |text| {
                    format!("{text}{}", text.replace("\"docs/a.txt\"", "\"docs/b.txt\""))
                });
            },
        )
        .await;
    target.is_unchanged().await;
}

#[tokio::test]
async fn a_start_with_a_rejected_import_does_not_prevent_the_next_one() {
    let folder = Folder::new("attack-start");
    let (valid, invalid) = (folder.0.join("valid"), folder.0.join("invalid"));
    let data = folder.0.join("data");
    export(&valid).await;
    export(&invalid).await;
    // This is found once the database exists and has the names of contents.
    std::fs::write(invalid.join("files/docs/a.txt"), "mil").unwrap();
    let start = |import: &Path| {
        let builder = backendless_local::Server::builder().role("Editor");
        builder.data_dir(&data).import(import)
    };
    let error = start(&invalid).start().await.unwrap_err().to_string();
    assert!(error.contains("has changed since the export"), "{error}");
    let missing = folder.0.join("missing");
    let error = start(&missing).start().await.unwrap_err().to_string();
    assert!(error.contains("pass the folder of an export"), "{error}");
    let app = TestServer::of(start(&valid)).await;
    assert_eq!(app.names("Person", "age = 20").await, ["Bob"]);
    app.server.stop().await;

    let error = start(&valid).start().await.unwrap_err().to_string();
    let expected = "has data, which the import would replace: reset it";
    assert!(error.contains(expected), "{error}");
    let app = TestServer::of(start(&valid).reset(true)).await;
    assert_eq!(app.get("/data/Person/count").ok().await, 1);
}

/// The database of a data folder may have been edited, too.
#[tokio::test]
async fn a_repetition_without_a_time_is_not_run() {
    let folder = Folder::new("attack-repetition");
    let builder = || backendless_local::Server::builder().data_dir(&folder.0);
    let app = TestServer::of(builder()).await;
    let subscription = app.post("/messaging/c/subscribe", json!({})).ok().await;
    let message = json!({"message": "hello", "repeatEvery": 1});
    app.post("/messaging/c", message).ok().await;
    app.server.stop().await;
    for every in [0, -1, 1] {
        let database = rusqlite::Connection::open(folder.0.join("backendless.sqlite3")).unwrap();
        let sql = "UPDATE message_status SET every = ?, next = ?";
        assert_eq!(database.execute(sql, [every, i64::MIN]).unwrap(), 1);
        drop(database);
        let app = TestServer::of(builder()).await;
        let id = crate::support::text(&subscription["subscriptionId"]);
        app.get(&format!("/messaging/c/{id}")).ok().await;
        app.server.stop().await;
    }
}
