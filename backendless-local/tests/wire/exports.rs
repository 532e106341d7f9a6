//! The folder of an export: what it replaces, who can read it, and what it contains.

use backendless_local::Server;
use serde_json::json;

use crate::state::{files, upload};
use crate::support::{Folder, TestServer};

#[tokio::test]
async fn export_replaces_an_export_and_nothing_else() {
    let folder = Folder::new("state-target");
    let app = TestServer::start().await;
    app.post("/data/Row", json!({"n": 1})).ok().await;
    let export = folder.0.join("a/b/export");
    app.server.export(&export).await.unwrap();
    let old = files(&export);
    app.post("/data/Other", json!({"n": 1})).ok().await;
    app.server.export(&export).await.unwrap();
    assert!(files(&export).len() > old.len());
    let names = std::fs::read_dir(export.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1, "nothing is left beside it");

    let foreign = folder.0.join("foreign");
    std::fs::create_dir_all(&foreign).unwrap();
    std::fs::write(foreign.join("work.txt"), "precious").unwrap();
    let file = folder.0.join("file");
    std::fs::write(&file, "precious").unwrap();
    for target in [&foreign, &file] {
        let error = app.server.export(target).await.unwrap_err();
        assert!(error.to_string().contains("is not an export"), "{error}");
        let error = Server::check_export_folder(target).unwrap_err();
        assert!(error.to_string().contains("is not an export"), "{error}");
    }
    Server::check_export_folder(&export).unwrap();
    Server::check_export_folder(folder.0.join("new")).unwrap();
    assert_eq!(
        std::fs::read(foreign.join("work.txt")).unwrap(),
        b"precious"
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
}

/// Web apps and browser extensions have a file `manifest.json`, too.
#[tokio::test]
async fn export_does_not_replace_a_folder_with_the_manifest_of_another_program() {
    let folder = Folder::new("state-manifest");
    let app = TestServer::start().await;
    let site = folder.0.join("site");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("index.html"), "precious").unwrap();
    for manifest in [
        "",
        "{}",
        r#"{"name": "Shop", "icons": []}"#,
        r#"{"manifest_version": 3, "name": "Extension", "version": "1.0"}"#,
        r#"{"version": 1, "name": "Extension"}"#,
    ] {
        std::fs::write(site.join("manifest.json"), manifest).unwrap();
        let before = files(&site);
        let error = app.server.export(&site).await.unwrap_err().to_string();
        assert!(error.contains("is not an export"), "{manifest}: {error}");
        assert!(Server::check_export_folder(&site).is_err(), "{manifest}");
        assert!(files(&site) == before, "{manifest}");
    }
}

#[tokio::test]
async fn export_does_not_replace_an_export_with_other_files() {
    let folder = Folder::new("state-additional");
    let export = folder.0.join("export");
    let app = TestServer::start().await;
    upload(&app, "docs/a.txt", "milk").await;
    app.server.export(&export).await.unwrap();
    for other in ["notes.txt", "files/docs/notes.txt", "src/deep/notes.txt"] {
        let path = export.join(other);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "precious").unwrap();
        let error = app.server.export(&export).await.unwrap_err().to_string();
        let expected = format!("manifest.json does not list its file '{other}'");
        assert!(error.contains(&expected), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        std::fs::remove_file(path).unwrap();
    }
    #[cfg(unix)]
    {
        let link = export.join("files/docs/a.txt");
        std::fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("/nothing/here", &link).unwrap();
        let error = app.server.export(&export).await.unwrap_err().to_string();
        assert!(error.contains("'files/docs/a.txt'"), "{error}");
        std::fs::remove_file(link).unwrap();
    }
    // A file that is missing, and a folder without files, are no other files.
    app.server.export(&export).await.unwrap();
    assert!(!export.join("src").exists());
    assert!(export.join("files/docs/a.txt").exists());
}

/// An export that no import accepts would replace one that is accepted.
#[tokio::test]
async fn a_row_that_no_import_accepts_is_not_exported() {
    const COLUMN: usize = 4_000_000;
    let folder = Folder::new("state-large-row");
    let export = folder.0.join("export");
    let app = TestServer::start().await;
    let row = app.post("/data/Row", json!({"n": 1})).ok().await;
    let id = row["objectId"].as_str().unwrap();
    app.server.export(&export).await.unwrap();
    let before = files(&export);
    // Each request is within the limits, and so are four of them together.
    for column in ["a", "b", "c", "d", "e"] {
        let values = json!({ column: "x".repeat(COLUMN) });
        app.put(&format!("/data/Row/{id}"), values).ok().await;
        if column == "d" {
            let complete = folder.0.join("complete");
            app.server.export(&complete).await.unwrap();
            app.server.import(&complete).await.unwrap();
        }
    }
    let error = app.server.export(&export).await.unwrap_err().to_string();
    let expected =
        format!("no import would accept line 2 of 'tables/0002-Row.jsonl' (row '{id}'):");
    assert!(error.contains(&expected), "{error}");
    assert!(files(&export) == before);
    let copy = TestServer::of(Server::builder().import(&export)).await;
    assert_eq!(copy.get("/data/Row/count").ok().await, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn export_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("state-private");
    let app = TestServer::start().await;
    upload(&app, "docs/a.txt", "milk").await;
    let export = folder.0.join("export");
    app.server.export(&export).await.unwrap();
    for (path, mode) in [
        ("", 0o700),
        ("manifest.json", 0o600),
        ("files", 0o700),
        ("files/docs/a.txt", 0o600),
        ("services/credentials.jsonl", 0o600),
    ] {
        let found = std::fs::metadata(export.join(path)).unwrap().permissions();
        assert_eq!(found.mode() & 0o777, mode, "{path}");
    }
}

#[tokio::test]
async fn stop_and_export_has_every_acknowledged_write() {
    let folder = Folder::new("state-stop");
    let export = folder.0.join("export");
    let app = TestServer::start().await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..4 {
        let requests: Vec<_> = (0..200)
            .map(|_| app.post("/data/Row", json!({"n": n})))
            .collect();
        writers.spawn(async move {
            let mut created = 0;
            for request in requests {
                match request.try_send().await {
                    Ok(response) if response.status() == 200 => created += 1,
                    _ => break,
                }
            }
            created
        });
    }
    app.post("/data/Row", json!({"n": 0})).ok().await;
    app.server.stop_and_export(&export).await.unwrap();
    let created: usize = writers.join_all().await.into_iter().sum();
    let copy = TestServer::start().await;
    copy.server.import(&export).await.unwrap();
    let count = copy.get("/data/Row/count").ok().await.as_u64().unwrap();
    // A response that was not read belongs to a write that was made.
    assert!(count > created as u64, "{count} <= {created}");
}

/// A folder beside the target, in which an export is written, may be that of another program or of another user.
#[cfg(unix)]
#[tokio::test]
async fn export_takes_over_only_what_an_export_has_left() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let folder = Folder::new("state-partial");
    let (export, partial) = (folder.0.join("export"), folder.0.join(".export.partial"));
    let app = TestServer::start().await;
    std::fs::create_dir_all(&partial).unwrap();
    let work = partial.join("work.txt");
    std::fs::write(&work, "precious").unwrap();
    let error = app.server.export(&export).await.unwrap_err().to_string();
    assert!(error.contains("has other files; move them"), "{error}");
    assert_eq!(std::fs::read(&work).unwrap(), b"precious");

    // The manifest of another program.
    std::fs::write(partial.join("manifest.json"), "{}").unwrap();
    let error = app.server.export(&export).await.unwrap_err().to_string();
    assert!(error.contains("has other files; move them"), "{error}");
    assert_eq!(std::fs::read(&work).unwrap(), b"precious");
    std::fs::remove_dir_all(&partial).unwrap();

    // A killed export has left its marker, or a complete export.
    for is_complete in [false, true] {
        match is_complete {
            true => std::fs::rename(&export, &partial).unwrap(),
            false => {
                std::fs::create_dir_all(&partial).unwrap();
                std::fs::write(partial.join(".backendless-local-export"), "").unwrap();
                std::fs::write(partial.join("work.txt"), "rest").unwrap();
            }
        }
        std::fs::set_permissions(&partial, std::fs::Permissions::from_mode(0o777)).unwrap();
        app.server.export(&export).await.unwrap();
        assert!(!partial.exists(), "{is_complete}");
        assert!(
            !export.join("work.txt").exists() && !export.join(".backendless-local-export").exists()
        );
        let mode = std::fs::metadata(&export).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{is_complete}");
    }

    std::fs::create_dir(&partial).unwrap();
    // Only the superuser can give a folder away.
    if chown(&partial, Some(12_345), None).is_ok() {
        let error = app.server.export(&export).await.unwrap_err().to_string();
        assert!(error.contains("is that of another user"), "{error}");
    }
}
