//! Imports of exports that another person has written to harm: each is small and would be expensive, or print more than
//! text.

use std::path::Path;

use serde_json::json;

use crate::state_attacks::{Target, edit_file, edit_manifest, export};
use crate::support::{Folder, TestServer};

const STATUS: &str = "services/message-status.jsonl";
const TABLE: &str = "tables/0002-Person.jsonl";

/// A property whose name sets the title of a terminal, erases the line, and prints another one.
const ESCAPES: &str = "\u{1b}]0;pwned\u{7}\u{1b}[2K\rimported OK\u{202e}";

fn escaped() -> &'static str {
    r"the table has no column '\u{1b}]0;pwned\u{7}\u{1b}[2K\rimported OK\u{202e}'"
}

fn row_with(property: &str) -> String {
    json!({"objectId": "1", property: 1}).to_string()
}

#[tokio::test]
async fn a_repetition_since_the_first_time_is_polled_once_per_interval() {
    let folder = Folder::new("hostile-repetition");
    export(&folder.0).await;
    let message = json!({"data": "x"}).to_string();
    edit_file(&folder.0, STATUS, |_| {
        let row = json!({"id": "m", "channel": "default", "due": 0, "is_cancelled": 0, "next": i64::MIN, "every": 1000,
                         "until": null, "content": message, "subtopic": null});
        format!("{row}\n")
    });
    let app = TestServer::start().await;
    app.server.import(&folder.0).await.unwrap();
    let polled = app.get("/messaging/default/sub1").ok().await;
    // A message can be polled for a minute.
    let messages = polled["messages"].as_array().unwrap();
    assert!((59..=60).contains(&messages.len()), "{}", messages.len());
    assert_eq!(app.get("/counters/x").ok().await, 0);
}

#[tokio::test]
async fn a_path_of_thousands_of_directories_is_rejected() {
    let target = Target::start("hostile-path").await;
    target
        .rejects("has more than 128 segments", |export| {
            edit_file(export, "services/files.jsonl", |_| {
                let path = format!("x00000/{}f", "d/".repeat(2_040));
                let content = "files/docs/a.txt";
                json!({"path": path, "content": content, "media_type": "", "created": 0})
                    .to_string()
            });
        })
        .await;
    target.is_unchanged().await;
}

#[tokio::test]
async fn an_export_of_many_tables_is_rejected() {
    let target = Target::start("hostile-tables").await;
    let expected = "there is the maximum of 1000 tables already";
    target
        .rejects(expected, |export| add_tables(export, 4_000))
        .await;
    target.is_unchanged().await;
}

/// A schema has its columns in one statement: SQLite reads all others again for each column that is added.
#[tokio::test]
async fn an_export_of_many_columns_is_imported() {
    let folder = Folder::new("hostile-columns");
    export(&folder.0).await;
    add_tables(&folder.0, 500);
    edit_file(&folder.0, TABLE, |_| {
        let column = |number| json!({"name": format!("c{number}"), "kind": "STRING"});
        let columns: Vec<_> = (0..900).map(column).collect();
        let schema = json!({"table": "Wide", "columns": columns, "relations": []});
        format!("{schema}\n")
    });
    let app = TestServer::start().await;
    app.server.import(&folder.0).await.unwrap();
    let columns = app.get("/data/Wide/properties").ok().await;
    assert_eq!(columns.as_array().unwrap().len(), 904);
}

#[tokio::test]
async fn a_column_that_a_schema_lists_twice_is_rejected() {
    let target = Target::start("hostile-column").await;
    for (name, kind, expected) in [
        ("a", "INT", "the column 'a' is listed twice"),
        (
            "email",
            "INT",
            "the column 'email' exists with another type",
        ),
    ] {
        target
            .rejects(expected, |export| {
                edit_file(export, TABLE, |_| {
                    let column = json!({"name": name, "kind": kind});
                    let columns = json!([column, {"name": "a", "kind": "STRING"}]);
                    json!({"table": "Users", "columns": columns, "relations": []}).to_string()
                });
            })
            .await;
    }
    target.is_unchanged().await;
}

/// Adds files of tables to an export, without rows.
fn add_tables(export: &Path, count: usize) {
    let paths: Vec<String> = (0..count)
        .map(|n| format!("tables/1{n:04}-T.jsonl"))
        .collect();
    for (number, path) in paths.iter().enumerate() {
        let table = format!("T{number}");
        let schema = json!({"table": table, "columns": [], "relations": []});
        std::fs::write(export.join(path), schema.to_string()).unwrap();
    }
    edit_manifest(export, |manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        files.extend(paths.into_iter().map(|path| json!({ "path": path })));
    });
}

#[tokio::test]
async fn names_in_an_export_are_quoted_as_short_text() {
    let target = Target::start("hostile-names").await;
    target
        .rejects(escaped(), |export| {
            edit_file(export, TABLE, |text| {
                format!("{text}{}\n", row_with(ESCAPES))
            });
        })
        .await;
    let long = "x".repeat(15_000_000);
    let short = format!("the table has no column '{}...'", "x".repeat(100));
    target
        .rejects(&short, |export| {
            edit_file(export, TABLE, |text| format!("{text}{}\n", row_with(&long)));
        })
        .await;
    // The parser of JSON quotes the name.
    target
        .rejects(r"unknown field `\u{1b}]0;pwned\u{7}", |export| {
            edit_file(export, TABLE, |_| json!({ESCAPES: 1}).to_string());
        })
        .await;
    target.is_unchanged().await;
}

#[tokio::test]
async fn a_long_name_in_an_export_is_a_short_message() {
    let folder = Folder::new("hostile-message");
    export(&folder.0).await;
    let name = "x".repeat(15_000_000);
    edit_file(&folder.0, TABLE, |_| json!({name: 1}).to_string());
    let app = TestServer::start().await;
    let error = app.server.import(&folder.0).await.unwrap_err();
    let length = error.to_string().len();
    assert!(length < 2_000, "{length}");
}

#[tokio::test]
async fn the_program_prints_no_escape_sequence_of_an_export() {
    let folder = Folder::new("hostile-output");
    export(&folder.0).await;
    edit_file(&folder.0, TABLE, |text| {
        format!("{text}{}\n", row_with(ESCAPES))
    });
    let import = folder.0.to_str().unwrap();
    let run = crate::program::run(&["--port", "0", "--import", import]);
    let printed = String::from_utf8(run.stderr).unwrap();
    assert!(printed.contains(escaped()), "{printed}");

    let program = crate::program::Program::start(&["--port", "0"]);
    let run = program.control("import", import);
    let printed = String::from_utf8(run.stderr).unwrap();
    assert!(printed.contains(escaped()), "{printed}");
    // The text of the program itself: the name of a file.
    let run = crate::program::run(&["--port", "0", "--seed", "\u{1b}[2K\rOK"]);
    let printed = String::from_utf8(run.stderr).unwrap();
    let is_text = |c: char| !c.is_control() || c == '\n';
    assert!(
        printed.contains("OK") && printed.chars().all(is_text),
        "{printed:?}"
    );
}
