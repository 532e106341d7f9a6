//! The data folder is private, is used by one server, and nothing in it is a symbolic link.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use backendless_local::Server;
use rusqlite::Connection;
use serde_json::json;

use crate::program::Program;
use crate::support::{Folder, TestServer, client};

const DATABASE: &str = "backendless.sqlite3";

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Returns all paths below a folder, the folder included.
fn all_below(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_owned()];
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            found.extend(all_below(&entry.unwrap().path()));
        }
    }
    found
}

fn assert_private(folder: &Path) {
    for path in all_below(folder) {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
}

async fn error_of(folder: &Path) -> String {
    let started = Server::builder().data_dir(folder).start().await;
    started.unwrap_err().to_string()
}

async fn upload(app: &TestServer, path: &str, content: &str) {
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
         {content}\r\n--x--\r\n"
    );
    let request = app.request(reqwest::Method::POST, path);
    let request = request.header("content-type", "multipart/form-data; boundary=x");
    request.raw(form).ok().await;
}

/// Returns the status and the body of a download.
async fn download(app: &TestServer, path: &str) -> (u16, String) {
    let response = app.get(path).send().await;
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn new_files_and_folders_are_private() {
    let folder = Folder::new("private-new");
    let data = folder.0.join("sub/data");
    let app = TestServer::of(Server::builder().data_dir(&data)).await;
    app.post("/data/Person", json!({})).ok().await;
    upload(&app, "/files/a", "a").await;
    assert!(all_below(&data).len() >= 6, "{:?}", all_below(&data));
    assert_private(&data);
    app.server.stop().await;
    assert_private(&data);
}

/// The umask belongs to a process, so that a process of its own needs to set it.
#[tokio::test]
async fn modes_do_not_depend_on_the_umask() {
    for umask in ["0777", "0000", "0277"] {
        let folder = Folder::new(&format!("umask-{umask}"));
        let (data, temporary) = (folder.0.join("sub/data"), folder.0.join("temporary"));
        std::fs::create_dir_all(&temporary).unwrap();
        set_mode(&temporary, 0o700);
        for arguments in [format!("--data '{}'", data.display()), String::new()] {
            let program = env!("CARGO_BIN_EXE_backendless-local");
            let script = format!("umask {umask}; exec '{program}' --port 0 {arguments}");
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &script]).env("TMPDIR", &temporary);
            let program = Program::spawn(shell.stdout(std::process::Stdio::piped()));
            let form = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na\r\n--x--\r\n";
            let upload = client()
                .post(format!("{}/files/a", program.base))
                .body(form);
            let upload = upload.header("content-type", "multipart/form-data; boundary=x");
            assert_eq!(upload.send().await.unwrap().status(), 200);
            let row = client().post(format!("{}/data/Person", program.base));
            assert_eq!(row.body("{}").send().await.unwrap().status(), 200);
            let private = if arguments.is_empty() {
                &temporary
            } else {
                &folder.0.join("sub")
            };
            assert!(all_below(private).len() >= 3, "{:?}", all_below(private));
            assert_private(private);
        }
    }
}

#[tokio::test]
async fn existing_files_and_folders_become_private() {
    let folder = Folder::new("private-existing");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    upload(&app, "/files/a", "a").await;
    // Copied while the server runs, so that the files of SQLite exist too.
    let copy = Folder::new("private-existing-copy");
    std::fs::create_dir_all(copy.0.join("files")).unwrap();
    for path in all_below(&folder.0)
        .into_iter()
        .filter(|path| path.is_file())
    {
        let target = copy.0.join(path.strip_prefix(&folder.0).unwrap());
        std::fs::copy(&path, &target).unwrap();
        set_mode(&target, 0o666);
    }
    set_mode(&copy.0.join("files"), 0o777);
    set_mode(&copy.0, 0o755);
    let app = TestServer::of(Server::builder().data_dir(&copy.0)).await;
    assert_private(&copy.0);
    assert_eq!(download(&app, "/files/a").await, (200, "a".to_owned()));
}

/// Its mode must not change: it may be the home or the temporary folder.
#[tokio::test]
async fn folder_of_other_programs_is_rejected_unless_it_is_private() {
    let folder = Folder::new("private-foreign");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("notes.txt"), "x").unwrap();
    set_mode(&folder.0, 0o755);
    let error = error_of(&folder.0).await;
    assert!(error.contains("other users can access it"), "{error}");
    assert_eq!(mode(&folder.0), 0o755);
    assert_eq!(all_below(&folder.0).len(), 2, "nothing was created");
    set_mode(&folder.0, 0o700);
    Server::builder().data_dir(&folder.0).start().await.unwrap();
}

#[tokio::test]
async fn symbolic_link_in_place_of_a_file_or_folder_is_rejected() {
    let folder = Folder::new("links");
    let outside = folder.0.join("outside");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("file"), "kept").unwrap();
    for (name, target) in [
        ("files", "outside"),
        ("files", "missing"),
        ("files", "outside/file"),
        (DATABASE, "outside/file"),
        (DATABASE, "outside/missing"),
        ("backendless.sqlite3-wal", "outside/file"),
        ("backendless.sqlite3-wal", "outside/missing"),
        ("backendless.sqlite3-shm", "outside/missing"),
        ("backendless.sqlite3-journal", "outside/file"),
        ("backendless.lock", "outside/missing"),
    ] {
        let data = folder.0.join("data");
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir(&data).unwrap();
        set_mode(&data, 0o700);
        symlink(folder.0.join(target), data.join(name)).unwrap();
        let error = error_of(&data).await;
        assert!(
            error.contains("is a symbolic link"),
            "{name} -> {target}: {error}"
        );
        assert_eq!(
            std::fs::read_dir(&outside).unwrap().count(),
            1,
            "{name} -> {target}"
        );
        assert_eq!(std::fs::read(outside.join("file")).unwrap(), b"kept");
    }
}

#[tokio::test]
async fn data_folder_that_is_a_link_is_rejected() {
    let folder = Folder::new("linked-folder");
    std::fs::create_dir_all(folder.0.join("target")).unwrap();
    let link = folder.0.join("link");
    symlink(folder.0.join("target"), &link).unwrap();
    for path in [link.clone(), link.join(""), link.join(".")] {
        let error = error_of(&path).await;
        assert!(
            error.contains("is a symbolic link"),
            "{}: {error}",
            path.display()
        );
    }
    assert_eq!(
        std::fs::read_dir(folder.0.join("target")).unwrap().count(),
        0
    );
    // A link further up is the choice of the caller.
    let below = link.join("data");
    Server::builder().data_dir(&below).start().await.unwrap();
    assert!(folder.0.join("target/data").join(DATABASE).exists());
}

/// Returns the only content file.
fn content_file(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder.join("files")).unwrap();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let [path] = paths.as_slice() else {
        panic!("{paths:?}")
    };
    path.clone()
}

#[tokio::test]
async fn link_in_place_of_a_content_file_is_not_followed() {
    let folder = Folder::new("content-link");
    let data = folder.0.join("data");
    std::fs::create_dir_all(&folder.0).unwrap();
    let secret = folder.0.join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let app = TestServer::of(Server::builder().data_dir(&data)).await;
    upload(&app, "/files/a", "a").await;
    let content = content_file(&data);
    std::fs::remove_file(&content).unwrap();
    symlink(&secret, &content).unwrap();
    let (status, body) = download(&app, "/files/a").await;
    assert_eq!(status, 404, "{body}");
    assert!(!body.contains("secret"), "{body}");
    // An overwrite writes a new file; a deletion removes the link.
    upload(&app, "/files/a?overwrite=true", "b").await;
    assert_eq!(download(&app, "/files/a").await, (200, "b".to_owned()));
    assert!(content.symlink_metadata().is_err());
    assert_eq!(std::fs::read(&secret).unwrap(), b"secret");
}

#[tokio::test]
async fn link_in_place_of_the_folder_of_a_running_server_is_not_followed() {
    let folder = Folder::new("swapped-folder");
    let (data, outside) = (folder.0.join("data"), folder.0.join("outside"));
    let app = TestServer::of(Server::builder().data_dir(&data)).await;
    upload(&app, "/files/a", "a").await;
    let name = content_file(&data).file_name().unwrap().to_owned();
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join(&name), "secret").unwrap();
    std::fs::rename(data.join("files"), folder.0.join("moved")).unwrap();
    symlink(&outside, data.join("files")).unwrap();

    assert_eq!(download(&app, "/files/a").await, (200, "a".to_owned()));
    upload(&app, "/files/b", "b").await;
    app.delete("/files/a").ok().await;
    assert_eq!(std::fs::read(outside.join(&name)).unwrap(), b"secret");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

/// The database may have been edited.
#[tokio::test]
async fn invalid_name_of_a_content_file_is_neither_read_nor_removed() {
    let folder = Folder::new("edited-content");
    let data = folder.0.join("data");
    std::fs::create_dir_all(&folder.0).unwrap();
    let secret = folder.0.join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let app = TestServer::of(Server::builder().data_dir(&data)).await;
    std::fs::write(data.join("files/notes"), "secret").unwrap();
    for name in [
        "../../secret",
        secret.to_str().unwrap(),
        "notes",
        "./notes",
        "",
        "..",
        "a\0b",
    ] {
        upload(&app, "/files/a?overwrite=true", "a").await;
        let connection = Connection::open(data.join(DATABASE)).unwrap();
        connection
            .execute("UPDATE file SET content = ?", [name])
            .unwrap();
        connection
            .execute("INSERT OR IGNORE INTO unused_content VALUES (?)", [name])
            .unwrap();
        drop(connection);
        let (status, body) = download(&app, "/files/a").await;
        assert_eq!(status, 500, "{name:?}: {body}");
        assert!(!body.contains("secret"), "{name:?}: {body}");
        app.delete("/files/a").ok().await;
    }
    app.server.stop().await;
    let app = TestServer::of(Server::builder().data_dir(&data)).await;
    assert_eq!(std::fs::read(&secret).unwrap(), b"secret");
    assert_eq!(std::fs::read(data.join("files/notes")).unwrap(), b"secret");
    drop(app);
}

#[tokio::test]
async fn named_pipe_in_place_of_a_content_file_does_not_block() {
    let folder = Folder::new("content-pipe");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    upload(&app, "/files/a", "a").await;
    let content = content_file(&folder.0);
    std::fs::remove_file(&content).unwrap();
    let created = std::process::Command::new("mkfifo")
        .arg(&content)
        .status()
        .unwrap();
    assert!(created.success());
    assert_eq!(download(&app, "/files/a").await.0, 404);
}

/// A lost, a new and an older database must not delete files that only another one knows.
#[tokio::test]
async fn start_with_another_database_keeps_all_content_files() {
    let folder = Folder::new("other-database");
    let builder = Server::builder().data_dir(&folder.0);
    let app = TestServer::of(builder.clone()).await;
    upload(&app, "/files/a", "a").await;
    app.server.stop().await;
    let older = std::fs::read(folder.0.join(DATABASE)).unwrap();
    let app = TestServer::of(builder.clone()).await;
    upload(&app, "/files/b", "b").await;
    app.server.stop().await;
    let newer = std::fs::read(folder.0.join(DATABASE)).unwrap();
    let contents = || {
        let mut names: Vec<_> = std::fs::read_dir(folder.0.join("files"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = contents();
    assert_eq!(before.len(), 2);
    for database in [None, Some(Vec::new()), Some(older)] {
        std::fs::remove_file(folder.0.join(DATABASE)).unwrap();
        if let Some(bytes) = &database {
            std::fs::write(folder.0.join(DATABASE), bytes).unwrap();
        }
        // The second start has a database that is no longer new.
        for _ in 0..2 {
            TestServer::of(builder.clone()).await.server.stop().await;
            assert_eq!(contents(), before);
        }
    }
    std::fs::write(folder.0.join(DATABASE), newer).unwrap();
    let app = TestServer::of(builder).await;
    assert_eq!(download(&app, "/files/b").await, (200, "b".to_owned()));
}

/// Each start has opened and locked the folder when it fails.
#[tokio::test]
async fn folder_of_a_failed_start_is_not_in_use() {
    let folder = Folder::new("private-failed-start");
    let start = || Server::builder().data_dir(&folder.0).start();
    start().await.unwrap().stop().await;
    let files = folder.0.join("files");
    std::fs::remove_dir(&files).unwrap();
    std::fs::write(&files, "").unwrap();
    for _ in 0..50 {
        let error = start().await.unwrap_err().to_string();
        assert!(
            error.contains("'files' is a symbolic link or not a folder"),
            "{error}"
        );
    }
    std::fs::remove_file(&files).unwrap();
    start().await.unwrap().stop().await;
}
