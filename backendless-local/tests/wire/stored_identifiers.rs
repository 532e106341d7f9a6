//! App id and keys in a data folder that someone else has written.

use std::io::{BufRead, BufReader};

use backendless_local::Server;
use rusqlite::{Connection, params};

use crate::program::command;
use crate::support::Folder;

const VALUES: [&str; 7] = [
    "$(touch hit)",
    "A; touch hit",
    "A\ntouch hit",
    "a/b",
    "",
    "Ä",
    " A",
];

/// Creates a data folder with a value in place of an identifier.
async fn folder(test: &str, name: &str, value: &str) -> Folder {
    let folder = Folder::new(&format!("stored-identifier-{test}"));
    let server = Server::builder().data_dir(&folder.0).start().await.unwrap();
    server.stop().await;
    let connection = Connection::open(folder.0.join("backendless.sqlite3")).unwrap();
    let changed = connection.execute(
        "UPDATE setting SET value = ?2 WHERE name = ?1",
        params![name, value],
    );
    assert_eq!(changed, Ok(1));
    folder
}

#[tokio::test]
async fn stored_identifiers_are_checked_like_given_ones() {
    for name in ["app-id", "api-key", "cloud-code-key"] {
        for value in VALUES {
            let folder = folder("server", name, value).await;
            let started = Server::builder().data_dir(&folder.0).start().await;
            let error = started.map(|_| ()).unwrap_err().to_string();
            assert!(
                error.contains(&format!("the stored {name} has other characters")),
                "{error}"
            );
            assert!(
                error.contains("replace it by a copy, or move it"),
                "{error}"
            );
            assert!(
                value.is_empty() || value == " A" || !error.contains(value),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_given_identifier_replaces_an_invalid_stored_one() {
    for name in ["app-id", "api-key", "cloud-code-key"] {
        for value in VALUES {
            let folder = folder("given", name, value).await;
            let builder = Server::builder().data_dir(&folder.0);
            let builder = builder.app_id("APP").api_key("KEY").cloud_code_key("CODE");
            builder.start().await.unwrap().stop().await;
            let server = Server::builder().data_dir(&folder.0).start().await.unwrap();
            assert_eq!((server.app_id(), server.api_key()), ("APP", "KEY"));
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn a_stored_app_id_is_not_the_path_of_the_domain() {
    let folder = folder("domain", "app-id", "api").await;
    let started = Server::builder().data_dir(&folder.0).start().await;
    let error = started.map(|_| ()).unwrap_err().to_string();
    assert!(
        error.contains("the stored app-id is that of the paths below /api"),
        "{error}"
    );
}

#[tokio::test]
async fn the_program_prints_no_line_of_a_foreign_folder() {
    for value in VALUES {
        let folder = folder("program", "app-id", value).await;
        let path = folder.0.to_str().unwrap();
        let mut program = command(&["--port", "0", "--data", path, "--print-env"]);
        let mut program = program.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(program.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        // Fails if it has ended.
        let _ = program.kill();
        let status = program.wait().unwrap();
        assert_eq!((&*line, status.code()), ("", Some(1)), "{value:?}");
    }
}
