//! Descriptions of columns, names of tables, and rows by their primary key.

use serde_json::json;

use crate::support::{TestServer, text};

#[tokio::test]
async fn columns_are_described_with_all_properties_of_the_service() {
    let app = TestServer::start().await;
    let row = json!({"n": 1, "born": null});
    app.fill("Person", &[row]).await;
    let columns = app.get("/data/Person/properties").ok().await;
    let columns = columns.as_array().unwrap();
    let names: Vec<_> = columns.iter().map(|column| text(&column["name"])).collect();
    assert_eq!(
        names,
        ["objectId", "created", "updated", "ownerId", "born", "n"]
    );
    assert_eq!(
        columns[0],
        json!({"name": "objectId", "type": "STRING_ID", "required": false, "defaultValue": null,
            "expression": null, "relatedTable": null, "customRegex": null, "autoLoad": false, "isPrimaryKey": true})
    );
    let types: Vec<_> = columns.iter().map(|column| text(&column["type"])).collect();
    assert_eq!(
        types,
        [
            "STRING_ID",
            "DATETIME",
            "DATETIME",
            "STRING",
            "UNKNOWN",
            "INT"
        ]
    );
    // Another kind of value widens the column.
    app.fill("Person", &[json!({"n": 1.5})]).await;
    let columns = app.get("/data/Person/properties").ok().await;
    assert_eq!(columns[5]["type"], "DOUBLE");
    app.get("/data/Missing/properties")
        .rejected(400, 1009)
        .await;
}

#[tokio::test]
async fn a_table_is_named_by_its_id() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"n": 1})]).await;
    assert_eq!(app.get("/data/1/table-name").ok().await, "Users");
    assert_eq!(app.get("/data/2/table-name").ok().await, "Person");
    for id in ["3", "0", "-1", "01x", "Person", "9999999999999999999999"] {
        let path = format!("/data/{id}/table-name");
        app.get(&path).rejected(400, 1009).await;
    }
}

#[tokio::test]
async fn a_row_is_read_by_its_primary_key_alone() {
    let app = TestServer::start().await;
    let row = app.post("/data/Person", json!({"name": "Bob"})).ok().await;
    let id = text(&row["objectId"]);
    let pk = |parameters: &[(&str, &str)]| app.get("/data/Person/pk").query(parameters);
    assert_eq!(pk(&[("objectId", &id)]).ok().await, row);
    pk(&[("objectId", "x")]).rejected(404, 1000).await;
    pk(&[("name", "Bob")]).rejected(400, 8008).await;
    pk(&[("objectId", &id), ("name", "Bob")])
        .rejected(400, 8008)
        .await;
    pk(&[("objectId", &id), ("objectId", &id)])
        .rejected(400, 8008)
        .await;
    pk(&[]).rejected(400, 8007).await;
}
