//! Another connection reads the database while the server runs and writes.

use std::path::Path;

use backendless_local::Server;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::support::{Folder, TestServer, text};

/// Opens the database as another process does.
fn reader(folder: &Path) -> Connection {
    let file = folder.join("backendless.sqlite3");
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn strings(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn number(connection: &Connection, query: &str) -> i64 {
    connection.query_row(query, [], |row| row.get(0)).unwrap()
}

fn columns(connection: &Connection, view: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(&format!("SELECT * FROM \"{view}\""))
        .unwrap();
    // The first step notices a change of the schema.
    let _ = statement.query([]).unwrap().next().unwrap();
    statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn reader_sees_each_committed_row_while_the_server_runs() {
    let folder = Folder::new("reader");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let connection = reader(&folder.0);
    for n in 0..20 {
        let row = app
            .post("/data/Person", json!({"name": "Bob", "n": n}))
            .ok()
            .await;
        let found = connection
            .query_row(
                "SELECT objectId, created, name FROM Person WHERE n = ?",
                [n],
                |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, String>(2)?,
                    ))
                },
            )
            .unwrap();
        let expected = (
            text(&row["objectId"]),
            row["created"].as_i64().unwrap(),
            "Bob".to_owned(),
        );
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn open_read_transaction_blocks_no_write_and_sees_one_state() {
    let folder = Folder::new("snapshot");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.post("/data/Person", json!({"n": 0})).ok().await;
    let connection = reader(&folder.0);
    connection.execute_batch("BEGIN").unwrap();
    assert_eq!(number(&connection, "SELECT count(*) FROM Person"), 1);
    for n in 1..50 {
        // New columns too.
        app.post("/data/Person", json!({"n": n, (format!("c{n}")): 1}))
            .ok()
            .await;
    }
    assert_eq!(number(&connection, "SELECT count(*) FROM Person"), 1);
    connection.execute_batch("COMMIT").unwrap();
    assert_eq!(number(&connection, "SELECT count(*) FROM Person"), 50);
    app.server.stop().await;
    assert_eq!(number(&connection, "SELECT count(*) FROM Person"), 50);
}

#[tokio::test]
async fn views_follow_the_schema() {
    let folder = Folder::new("views");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let connection = reader(&folder.0);
    let system = ["objectId", "created", "updated", "ownerId"];
    app.post("/data/Größe", json!({})).ok().await;
    assert_eq!(columns(&connection, "Größe"), system);
    app.post("/data/Größe", json!({"a": 1, "名前": null}))
        .ok()
        .await;
    assert_eq!(
        columns(&connection, "Größe"),
        [&system[..], &["a", "名前"]].concat()
    );
    // A rejected row changes nothing.
    app.post("/data/Größe", json!({"c": 1, "a": "x"}))
        .rejected(400, 1007)
        .await;
    assert_eq!(columns(&connection, "Größe").len(), 6);

    let views = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name";
    assert_eq!(strings(&connection, views), ["Größe", "Users"]);
    app.server.reset().await.unwrap();
    assert_eq!(strings(&connection, views), ["Users"]);
    app.post("/data/Größe", json!({"d": 1})).ok().await;
    assert_eq!(
        columns(&connection, "Größe"),
        [&system[..], &["d"]].concat()
    );
    app.server.stop().await;

    // A restart keeps them.
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    assert_eq!(strings(&connection, views), ["Größe", "Users"]);
    app.post("/data/Größe", json!({"d": 2})).ok().await;
    assert_eq!(number(&connection, "SELECT sum(d) FROM \"Größe\""), 3);
}

/// Keywords, the names of the server's and of SQLite's own tables, and names that differ only in
/// case.
#[tokio::test]
async fn names_that_collide_have_their_own_views() {
    let folder = Folder::new("collisions");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let names = [
        "select",
        "Order",
        "file",
        "SESSION",
        "cache",
        "data_table",
        "t2",
        "T3",
        "t500",
        "sqlite_schema",
        "SQLITE_x",
        "message_by_channel",
        "Person",
        "person",
        "PERSON",
        "rowid",
    ];
    // The columns are created in the order of their names.
    for name in names {
        let row = json!({
            "name": name, "Name": 1, "select": 2, "ObjectId": 3, "rowid": 4, "seq": 5, "c1": 6, "T1": 7,
        });
        app.post(&format!("/data/{name}"), row).ok().await;
    }
    let connection = reader(&folder.0);
    let view = |name: &str| match name {
        "select" | "Order" | "Person" | "rowid" => name.to_owned(),
        "sqlite_schema" | "SQLITE_x" => format!("data:{name}"),
        "PERSON" => "PERSON:3".to_owned(),
        _ => format!("{name}:2"),
    };
    for name in names {
        let view = view(name);
        let query = format!(
            "SELECT \"name:2\" FROM \"{view}\" WHERE Name = 1 AND \"select\" = 2
             AND \"ObjectId:2\" = 3 AND rowid = 4 AND seq = 5 AND c1 = 6 AND T1 = 7"
        );
        assert_eq!(strings(&connection, &query), [name], "{view}");
    }
    // Tables that are created afterwards do not meet a view of their name in SQL.
    for n in 0..10 {
        app.post(&format!("/data/Other{n}"), json!({"n": n}))
            .ok()
            .await;
    }
    app.server.stop().await;
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    for name in names {
        assert_eq!(app.names(name, "T1 = 7").await, [name]);
        assert_eq!(
            number(
                &connection,
                &format!("SELECT count(*) FROM \"{}\"", view(name))
            ),
            1
        );
    }
}

#[tokio::test]
async fn view_of_users_has_no_password() {
    let folder = Folder::new("users-view");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    app.user("a@b.c", "my-secret-password").await;
    let connection = reader(&folder.0);
    assert_eq!(strings(&connection, "SELECT email FROM Users"), ["a@b.c"]);
    let columns = columns(&connection, "Users");
    assert!(
        !columns
            .iter()
            .any(|name| name.to_lowercase().contains("password")),
        "{columns:?}"
    );
}
