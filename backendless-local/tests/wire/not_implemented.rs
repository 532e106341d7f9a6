//! Operations of the service that this server does not have: each is an error with code 2001, and
//! changes nothing.
//!
//! The table has every request of the official JavaScript SDK (8.0.0, and 5.9.4 for geo points), except
//! those of operations that this server has.

use reqwest::Method;
use rusqlite::Connection;
use serde_json::json;

use crate::support::{Folder, TestServer, text};
use backendless_local::Server;

/// One request per line: method, path and optional body. `{row}` and `{user}` are objectIds.
const REQUESTS: &str = r#"
GET /data/Person/first?loadRelations=friends
GET /data/Person/last
DELETE /data/bulk/Person?where=age%20%3E%2020
PUT /data/Person/permissions/GRANT {"permission":"FIND","user":"*"}
PUT /data/Person/permissions/grant/{row} {"permission":"FIND","user":"*"}
POST /management/data/table {"name":"Address"}
POST /users/verifypassword {"password":"pw"}
GET /users/role/AuthenticatedUser
POST /users/social/oauth/twitter/request_url {}
DELETE /files/docs?pattern=*&sub=false
DELETE /files/docs/a.txt?action=exists
POST /files/docs/b.txt?action=append abc
POST /automation/flow/activate-by-name {"name":"flow"}
GET /automation/flow/execution-context/E-1
POST /automation/flow/F-1/activate {}
POST /automation/flow/trigger/activate-by-name?flowName=f&triggerName=t {}
POST /automation/flow/F-1/trigger/T-1/activate {}
GET /commerce/googleplay/validate/app/inapp/P-1/purchases/T-1
POST /commerce/googleplay/app/subscription/S-1/purchases/T-1/cancel
GET /commerce/googleplay/app/subscription/S-1/purchases/T-1
PATCH /geo/points/G-1 {"latitude":1,"longitude":2}
DELETE /geo/points/G-1
GET /geo/points?categories=cafes&whereClause=rating%20%3E%203&lat=40.5&lon=-73.9&r=5&units=KILOMETERS
GET /geo/points?metadata=%7B%22rating%22%3A5%7D
GET /geo/rect?nwlat=41&nwlon=-74&selat=40&selon=-73&categories=cafes
GET /geo/categories
PUT /geo/categories/cafes
DELETE /geo/categories/cafes
GET /geo/count?categories=cafes
GET /hive
POST /hive/H
DELETE /hive/H
PUT /hive/H?newName=I
GET /hive/H/key-value/keys
POST /hive/H/key-value ["k"]
PUT /hive/H/key-value {"k":1}
PUT /hive/H/key-value/k {"value":1}
DELETE /hive/H/key-value ["k"]
POST /hive/H/key-value/action/exist ["k"]
PUT /hive/H/key-value/action/touch ["k"]
PUT /hive/H/key-value/k/increment?value=1
PUT /hive/H/key-value/k/rename?newKey=l
GET /hive/H/key-value/k/get-expiration-ttl
GET /hive/H/list/l
GET /hive/H/list/l/0
PUT /hive/H/list/l/add-first ["a"]
POST /hive/H/map/m ["k"]
GET /hive/H/map/m/get/k
PUT /hive/H/map/m/set/k {"value":1}
DELETE /hive/H/map/m/by-obj-keys ["k"]
GET /hive/H/set/s
PUT /hive/H/set/s/add ["a"]
POST /hive/H/set/action/union ["s"]
GET /hive/H/sorted-set/s/count
PUT /hive/H/sorted-set/s/add {"items":[[1,"a"]]}
"#;

/// Requests with a name of an operation as that of a table, an object, a file, a channel or a user, by
/// methods that the service may not have for it.
const RESERVED: &str = r#"
POST /data/bulk {"name":"Eve"}
GET /data/bulk
PUT /data/bulk {"name":"Eve"}
POST /data/%62ulk {"name":"Eve"}
GET /data/bulk/count
POST /data/bulkupsert {"name":"Eve"}
POST /data/data-grouping {"name":"Eve"}
POST /data/upsert {"name":"Eve"}
POST /data/find {"name":"Eve"}
POST /data/properties {"name":"Eve"}
GET /data/Person/upsert
DELETE /data/Person/upsert
PUT /data/Person/%75psert {"name":"Eve"}
POST /data/Person/upsert {"name":"Eve"}
GET /data/Person/bulk
PUT /data/Person/find {"name":"Eve"}
GET /data/Person/find
DELETE /data/Person/count
GET /data/Person/coun%74
PUT /data/Person/properties {"name":"Eve"}
DELETE /data/Person/pk
PUT /data/Person/first {"name":"Eve"}
DELETE /data/Person/l%61st
GET /data/Person/deep-save
GET /data/Person/permissions
POST /files/append
GET /files/append/docs/a.txt
GET /files/binary/docs/a.txt
DELETE /files/copy
DELETE /files/append%2Fdocs
GET /files/rename
POST /messaging/push {"message":"hi"}
POST /messaging/channels {"message":"hi"}
POST /messaging/pushtemplates {"message":"hi"}
POST /messaging/%70ush {"message":"hi"}
GET /messaging/email/S-1
GET /messaging/push/S-1
GET /messaging/channels/S-1
POST /messaging/email/subscribe {}
GET /messaging/news/subscribe
GET /messaging/news/%73ubscribe
PUT /users/login {"name":"Eve"}
PUT /users/register {"name":"Eve"}
PUT /users/logout {"name":"Eve"}
PUT /users/restorepassword {"name":"Eve"}
POST /users/role
POST /users/oauth
PUT /users/assignRole {"name":"Eve"}
PUT /users/userroles {"name":"Eve"}
PUT /users/%6Cogin {"name":"Eve"}
"#;

#[tokio::test]
async fn operations_of_the_service_are_not_implemented_and_change_nothing() {
    check_all("not-implemented", REQUESTS).await;
}

#[tokio::test]
async fn reserved_names_are_not_implemented_and_change_nothing() {
    check_all("reserved-names", RESERVED).await;
}

/// Asserts that each request is rejected and that the database is the same before and after all of
/// them.
async fn check_all(test: &str, requests: &str) {
    let folder = Folder::new(test);
    let start = || TestServer::of(Server::builder().data_dir(&folder.0));
    let app = start().await;
    let row = app
        .post("/data/Person", json!({"name": "Bob", "age": 20}))
        .ok()
        .await;
    let user = app.user("a@b.c", "pw").await;
    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\na\r\n--x--\r\n";
    app.request(Method::POST, "/files/docs/a.txt")
        .header("content-type", "multipart/form-data; boundary=x")
        .raw(form)
        .ok()
        .await;
    app.post("/messaging/news", json!({"message": "hi"}))
        .ok()
        .await;
    app.put("/cache/k", json!(1)).send().await;
    app.put("/counters/c/increment/get", json!(null)).ok().await;
    app.server.stop().await;
    let before = dump(&folder);

    let app = start().await;
    for request in requests.lines().filter(|line| !line.is_empty()) {
        let request = request
            .replace("{row}", &text(&row["objectId"]))
            .replace("{user}", &text(&user["objectId"]));
        let mut parts = request.splitn(3, ' ');
        let method: Method = parts.next().unwrap().parse().unwrap();
        let path = parts.next().unwrap();
        let mut call = app.request(method, path).token(&user["user-token"]);
        if let Some(body) = parts.next() {
            let is_json = body.starts_with(['{', '[']);
            let media_type = if is_json {
                "application/json"
            } else {
                "text/plain"
            };
            call = call.header("content-type", media_type).raw(body.to_owned());
        }
        let response = call.send().await;
        let status = response.status().as_u16();
        let envelope = response.text().await.unwrap();
        assert!(
            matches!(status, 404 | 405),
            "{request}: {status} {envelope}"
        );
        assert!(
            envelope.contains("\"code\":2001,")
                && envelope.contains("is not implemented by the local server"),
            "{request}: {envelope}"
        );
    }
    app.server.stop().await;
    assert_eq!(dump(&folder), before);
}

/// Returns all rows of all tables of the database.
fn dump(folder: &Folder) -> Vec<String> {
    let database = Connection::open(folder.0.join("backendless.sqlite3")).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut tables = database.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut lines = Vec::new();
    for table in tables {
        let table = table.unwrap();
        let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            lines.push(format!("{table} {}", values.collect::<Vec<_>>().join(" ")));
        }
    }
    lines
}
