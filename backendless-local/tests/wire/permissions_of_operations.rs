//! Permissions of every operation on rows, between two users: Bob finds and changes nothing of Ann.

use backendless_local::{Operation, Permissions, Server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Call, TestServer, text};

/// Entries of a diary, which belong to their owners, related to each other, and on a shelf without an owner.
struct Diaries {
    app: TestServer,
    bob: Value,
    ann_entry: String,
    bob_entry: String,
    shelf: String,
}

impl Diaries {
    async fn start() -> Diaries {
        let user = "AuthenticatedUser";
        let of_rows = [Operation::Find, Operation::Update, Operation::Remove];
        let permissions = Permissions::new()
            .deny("Diary", user, of_rows)
            .grant_owner("Diary", of_rows)
            .deny("Report", user, [Operation::Create])
            .deny("Secret", user, [Operation::Find]);
        let app = TestServer::of(Server::builder().permissions(permissions)).await;
        let ann = app.user("ann@b.c", "pw").await["user-token"].clone();
        let bob = app.user("bob@b.c", "pw").await["user-token"].clone();
        let row = |name: &str, n: i64| app.post("/data/Diary", json!({"name": name, "n": n}));
        let ann_entry = text(&row("Ann", 1).token(&ann).ok().await["objectId"]);
        let bob_entry = text(&row("Bob", 2).token(&bob).ok().await["objectId"]);
        let shelf = app.post("/data/Shelf", json!({"name": "shelf"})).ok().await;
        let shelf = text(&shelf["objectId"]);
        let (ann_id, bob_id) = (json!([ann_entry]), json!([bob_entry]));
        for (path, ids) in [
            (
                format!("Shelf/{shelf}/entries:Diary:n"),
                json!([ann_entry, bob_entry]),
            ),
            (format!("Diary/{ann_entry}/links:Diary:n"), bob_id),
            (format!("Diary/{bob_entry}/links"), ann_id),
        ] {
            app.put(&format!("/data/{path}"), ids).ok().await;
        }
        app.post("/data/Report", json!({"name": "x"})).ok().await;
        Diaries {
            app,
            bob,
            ann_entry,
            bob_entry,
            shelf,
        }
    }

    /// A request of Bob.
    fn bob(&self, method: Method, path: &str, body: Value) -> Call {
        self.app.request(method, path).json(&body).token(&self.bob)
    }

    fn get(&self, path: &str) -> Call {
        self.app.get(path).token(&self.bob)
    }

    /// Asserts, as a client that may find all rows, that the rows and relations are those of the start.
    async fn assert_unchanged(&self) {
        let diary = self.app.get("/data/Diary?loadRelations=links").ok().await;
        let found: Vec<(&Value, &Value, &Value, &Value)> = diary
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    &row["name"],
                    &row["n"],
                    &row["updated"],
                    &row["links"][0]["name"],
                )
            })
            .collect();
        let (ann, bob) = (json!("Ann"), json!("Bob"));
        let expected = [
            (&ann, &json!(1), &Value::Null, &bob),
            (&bob, &json!(2), &Value::Null, &ann),
        ];
        assert_eq!(found, expected);
        let shelves = self.app.get("/data/Shelf?loadRelations=entries").ok().await;
        assert_eq!(shelves.as_array().unwrap().len(), 1);
        assert_eq!(names(&shelves[0]["entries"]), ["Ann", "Bob"]);
        assert_eq!(self.app.get("/data/Report/count").ok().await, 1);
    }
}

fn names(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| text(&row["name"])).collect()
}

#[tokio::test]
async fn bulk_writes_check_each_row() {
    let diaries = Diaries::start().await;
    let (ann, bob) = (&diaries.ann_entry, &diaries.bob_entry);
    let rows = json!([{"name": "new"}, {"objectId": bob, "n": 3}, {"objectId": ann, "n": 3}]);
    diaries
        .bob(Method::PUT, "/data/bulkupsert/Diary", rows)
        .rejected(400, 1012)
        .await;
    for (method, path) in [
        (Method::POST, "/data/bulk/Report"),
        (Method::PUT, "/data/bulkupsert/Report"),
    ] {
        diaries
            .bob(method, path, json!([{"name": "new"}]))
            .rejected(400, 1011)
            .await;
    }
    diaries.assert_unchanged().await;
    let own = json!([{"name": "new"}, {"objectId": bob, "n": 3}]);
    let saved = diaries.bob(Method::PUT, "/data/bulkupsert/Diary", own);
    assert_eq!(saved.ok().await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn deep_saves_check_the_row_its_relations_and_their_rows() {
    let diaries = Diaries::start().await;
    let (ann, bob, shelf) = (&diaries.ann_entry, &diaries.bob_entry, &diaries.shelf);
    for (table, row, code) in [
        ("Report", json!({"name": "new"}), 1011),
        ("Diary", json!({"objectId": ann, "name": "changed"}), 1012),
        ("Diary", json!({"objectId": ann}), 1013),
        (
            "Diary",
            json!({"objectId": bob, "links": [{"objectId": ann, "n": 3}]}),
            1012,
        ),
        (
            "Diary",
            json!({"name": "new", "links": [{"objectId": ann}]}),
            1013,
        ),
        (
            "Shelf",
            json!({"objectId": shelf, "entries": [{"objectId": ann}]}),
            1013,
        ),
        ("Diary", json!({"objectId": ann, "links": []}), 1013),
    ] {
        diaries
            .bob(
                Method::PUT,
                &format!("/data/{table}/deep-save"),
                row.clone(),
            )
            .rejected(400, code)
            .await;
    }
    diaries.assert_unchanged().await;
    // Bob may create and update these children, but not find them.
    diaries.app.fill("Secret", &[json!({"n": 1})]).await;
    let secrets = format!("/data/Shelf/{shelf}/secrets:Secret:n");
    diaries.app.put(&secrets, json!([])).ok().await;
    let secret = diaries.app.get("/data/Secret").ok().await[0]["objectId"].clone();
    for child in [json!({"n": 2}), json!({"objectId": secret, "n": 2})] {
        let row = json!({"objectId": shelf, "secrets": [child]});
        let saved = diaries.bob(Method::PUT, "/data/Shelf/deep-save", row);
        saved.rejected(400, 1013).await;
    }
    let stored = diaries.app.get("/data/Secret?property=n").ok().await;
    assert_eq!(stored.as_array().unwrap().len(), 1);
    assert_eq!(stored[0]["n"], 1);
    let own = json!({"name": "new", "links": [{"objectId": bob}, {"name": "newer"}]});
    let saved = diaries.bob(Method::PUT, "/data/Diary/deep-save", own).ok();
    assert_eq!(names(&saved.await["links"]), ["newer", "Bob"]);
}

#[tokio::test]
async fn groups_have_only_permitted_rows() {
    let diaries = Diaries::start().await;
    let group = |path: &str, body: Value| {
        let path = format!("/data/data-grouping/{path}");
        diaries.bob(Method::POST, &path, body)
    };
    let body = json!({"groupBy": ["n"], "where": "n = 1 or n = 2"});
    let groups = group("Diary", body).ok().await;
    assert_eq!(groups["items"].as_array().unwrap().len(), 1, "{groups}");
    assert_eq!(names(&groups["items"][0]["items"]), ["Bob"]);
    let shelves = json!({"groupBy": ["name"], "loadRelations": ["entries"]});
    let shelves = group("Shelf", shelves).ok().await;
    assert_eq!(names(&shelves["items"][0]["items"][0]["entries"]), ["Bob"]);
    for (n, count) in [(1, 0), (2, 1)] {
        let body = json!({"groupBy": ["n"], "groupPath": [{"column": "n", "value": n}]});
        assert_eq!(group("Diary/count", body).ok().await, count);
    }
    diaries.app.fill("Secret", &[json!({"n": 1})]).await;
    let body = json!({"groupBy": ["n"], "groupPath": [{"column": "n", "value": 1}]});
    group("Secret", body.clone()).rejected(400, 1013).await;
    group("Secret/count", body).rejected(400, 1013).await;
}

#[tokio::test]
async fn relations_have_only_permitted_rows() {
    let diaries = Diaries::start().await;
    let (ann, bob, shelf) = (&diaries.ann_entry, &diaries.bob_entry, &diaries.shelf);
    let entries = format!("/data/Shelf/{shelf}/entries");
    assert_eq!(names(&diaries.get(&entries).ok().await), ["Bob"]);
    let both = diaries.get(&entries).query(&[("where", "n = 1 or n = 2")]);
    assert_eq!(names(&both.ok().await), ["Bob"]);
    diaries
        .get(&format!("/data/Diary/{ann}/links"))
        .rejected(400, 1013)
        .await;

    let rows = diaries.get("/data/Shelf?relationsDepth=2").ok().await;
    assert_eq!(names(&rows[0]["entries"]), ["Bob"]);
    assert_eq!(rows[0]["entries"][0]["links"], json!([]));
    let paths = "entries,entries.links";
    for path in [
        format!("/data/Shelf/{shelf}?loadRelations={paths}"),
        format!("/data/Shelf/{shelf}?relationsDepth=1"),
    ] {
        assert_eq!(names(&diaries.get(&path).ok().await["entries"]), ["Bob"]);
    }
    let own = diaries.get(&format!("/data/Diary/{bob}?loadRelations=links"));
    assert_eq!(own.ok().await["links"], json!([]));
}

#[tokio::test]
async fn clauses_do_not_test_related_rows_without_permission() {
    let diaries = Diaries::start().await;
    for (clause, count) in [
        ("entries.n = 1", 0),
        ("entries.n = 2", 1),
        ("entries.n = 1 or entries.name = 'Ann'", 0),
        ("entries.n is null", 0),
        ("entries.links.n = 1", 0),
        ("entries.links.n is null", 1),
    ] {
        let counted = diaries.get("/data/Shelf/count").query(&[("where", clause)]);
        assert_eq!(counted.ok().await, count, "{clause}");
        let body = json!({"groupBy": ["name"], "where": clause});
        let groups = diaries.bob(Method::POST, "/data/data-grouping/Shelf", body);
        let groups = groups.ok().await;
        let items = groups["items"].as_array().unwrap();
        assert_eq!(i64::try_from(items.len()).unwrap(), count, "{clause}");
        let delete = json!({"where": format!("name = 'x' and ({clause})")});
        let deleted = diaries.bob(Method::POST, "/data/bulk/Shelf/delete", delete);
        assert_eq!(deleted.ok().await, 0);
        let changed = diaries
            .bob(Method::PUT, "/data/bulk/Shelf", json!({"name": "shelf"}))
            .query(&[("where", clause)]);
        assert_eq!(changed.ok().await, count, "{clause}");
    }
    let own = diaries.get("/data/Diary/count");
    assert_eq!(own.query(&[("where", "links.n = 1")]).ok().await, 0);
}

#[tokio::test]
async fn changes_of_relations_need_the_parent_and_ignore_hidden_children() {
    let diaries = Diaries::start().await;
    let (ann, bob, shelf) = (&diaries.ann_entry, &diaries.bob_entry, &diaries.shelf);
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        diaries
            .bob(method, &format!("/data/Diary/{ann}/links"), json!([bob]))
            .rejected(400, 1012)
            .await;
    }
    let of_bob = format!("/data/Diary/{bob}/links");
    let entries = format!("/data/Shelf/{shelf}/entries");
    for (method, path) in [
        (Method::PUT, &of_bob),
        (Method::DELETE, &of_bob),
        (Method::DELETE, &entries),
    ] {
        let ignored = diaries.bob(method.clone(), path, json!([ann]));
        assert_eq!(ignored.ok().await, 0, "{method}");
    }
    diaries.assert_unchanged().await;
    let new = format!("/data/Diary/{bob}/more:Diary:n");
    assert_eq!(
        diaries.bob(Method::PUT, &new, json!([ann, bob])).ok().await,
        1
    );
    let removed = diaries
        .app
        .delete(&entries)
        .query(&[("whereClause", "n = 1 or n = 2")]);
    assert_eq!(removed.token(&diaries.bob).ok().await, 1);
    assert_eq!(names(&diaries.app.get(&entries).ok().await), ["Ann"]);
}

#[tokio::test]
async fn denied_operation_of_a_transaction_stores_nothing() {
    let diaries = Diaries::start().await;
    let (ann, bob) = (&diaries.ann_entry, &diaries.bob_entry);
    let change = json!({"objectId": ann, "n": 3});
    let relation = json!({"parentObject": ann, "relationColumn": "links", "unconditional": [bob]});
    for (ty, table, payload, code) in [
        ("CREATE", "Report", json!({"name": "new"}), 1011),
        ("CREATE_BULK", "Report", json!([{"name": "new"}]), 1011),
        ("UPSERT", "Report", json!({"name": "new"}), 1011),
        ("UPSERT", "Report", json!({"objectId": "new"}), 1011),
        ("UPSERT", "Diary", change.clone(), 1012),
        ("UPSERT", "Diary", json!({"objectId": ann}), 1012),
        ("UPSERT_BULK", "Diary", json!([change]), 1012),
        ("UPDATE", "Diary", change.clone(), 1012),
        (
            "UPDATE_BULK",
            "Diary",
            json!({"unconditional": [ann], "changes": {"n": 3}}),
            1012,
        ),
        ("DELETE", "Diary", json!(ann), 1014),
        (
            "DELETE_BULK",
            "Diary",
            json!({"unconditional": [ann]}),
            1014,
        ),
        ("ADD_RELATION", "Diary", relation.clone(), 1012),
        ("SET_RELATION", "Diary", relation.clone(), 1012),
        ("DELETE_RELATION", "Diary", relation.clone(), 1012),
        ("FIND", "Secret", json!({}), 1013),
    ] {
        diaries.app.fill("Secret", &[json!({"n": 1})]).await;
        let operations = json!([
            {"operationType": "CREATE", "table": "Diary", "payload": {"name": "new"}},
            {"operationType": ty, "table": table, "payload": payload},
        ]);
        let body = json!({"operations": operations});
        let response = diaries.bob(Method::POST, "/transaction/unit-of-work", body);
        let response = response.ok().await;
        assert_eq!(response["success"], false, "{ty}");
        assert_eq!(response["error"]["code"], code, "{ty}: {response}");
    }
    diaries.assert_unchanged().await;
}

#[tokio::test]
async fn conditions_in_a_transaction_match_only_permitted_rows() {
    let diaries = Diaries::start().await;
    let (bob, shelf) = (&diaries.bob_entry, &diaries.shelf);
    let (clause, all) = ("n = 1 or n = 2", "n > 0");
    let relation = json!({"parentObject": shelf, "relationColumn": "entries", "conditional": all});
    let operation = |ty: &str, table: &str, payload: Value| json!({"operationType": ty, "table": table, "opResultId": ty, "payload": payload});
    let operations = json!([
        operation("FIND", "Diary", json!({"whereClause": clause})),
        operation(
            "UPDATE_BULK",
            "Diary",
            json!({"conditional": clause, "changes": {"n": 2}})
        ),
        operation("DELETE_RELATION", "Shelf", relation.clone()),
        operation("ADD_RELATION", "Shelf", relation),
        operation("DELETE_BULK", "Diary", json!({"conditional": all})),
    ]);
    let body = json!({"operations": operations});
    let response = diaries.bob(Method::POST, "/transaction/unit-of-work", body);
    let results = response.ok().await["results"].clone();
    assert_eq!(names(&results["FIND"]["result"]), ["Bob"]);
    for ty in [
        "UPDATE_BULK",
        "DELETE_RELATION",
        "ADD_RELATION",
        "DELETE_BULK",
    ] {
        assert_eq!(results[ty]["result"], 1, "{ty}: {results}");
    }
    assert_eq!(diaries.app.names("Diary", "n = 1").await, ["Ann"]);
    diaries
        .app
        .get(&format!("/data/Diary/{bob}"))
        .rejected(404, 1000)
        .await;
}
