//! Columns and names of tables, and rows by their primary key.

use backendless::{ErrorCode, ErrorKind, Record};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{
    assert_no_body, assert_rejected, assert_request_line, local_client, recorded_request,
};

#[tokio::test]
async fn requests_have_the_form_of_the_official_sdk() {
    let request =
        recorded_request("[]", |client| client.data::<Record>("My Notes").describe()).await;
    assert_request_line(&request, "GET", "/data/My%20Notes/properties");
    assert_no_body(&request);

    let request = recorded_request(r#""Person""#, |client| client.table_name("7C33/0A")).await;
    assert_request_line(&request, "GET", "/data/7C33%2F0A/table-name");
    assert_no_body(&request);

    let request = recorded_request(r#"{"objectId":"B2"}"#, |client| {
        let key = json!({"k1": "a b", "k2": 2});
        client.data::<Record>("Person").get_by_primary_key(&key)
    })
    .await;
    assert_request_line(&request, "GET", "/data/Person/pk?k1=a+b&k2=2");
    assert_no_body(&request);
}

#[tokio::test]
async fn a_key_that_is_not_an_object_with_columns_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let people = server.client().data::<Record>("Person");
    for (key, problem) in [
        (json!({}), "the primary key has no columns"),
        (json!("B2"), "the primary key is not an object"),
        (json!(["B2"]), "the primary key is not an object"),
    ] {
        let error = people.get_by_primary_key(&key).await.unwrap_err();
        assert_rejected(&error, "getObjectByPrimaryKey", problem);
    }
    let nan = std::collections::HashMap::from([("k", f64::NAN)]);
    let error = people.get_by_primary_key(&nan).await.unwrap_err();
    assert_rejected(
        &error,
        "getObjectByPrimaryKey",
        "the primary key cannot be serialized",
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_description_of_the_service_is_read_whatever_fields_it_has() {
    let response = json!([
        {"name": "objectId", "required": false, "type": "STRING_ID", "defaultValue": null, "relatedTable": null,
         "customRegex": null, "autoLoad": null, "isPrimaryKey": true},
        {"name": "friends", "type": "RELATION_LIST", "relatedTable": "Person", "autoLoad": true, "new": {"a": 1}},
        {"name": "age", "required": true, "type": "INT", "defaultValue": 18, "customRegex": "[0-9]+"},
        {"name": "plain", "required": null, "type": null, "isPrimaryKey": null, "autoLoad": null},
    ]);
    let server = Recorder::responding(200, &response.to_string()).await;
    let columns = server
        .client()
        .data::<Record>("Person")
        .describe()
        .await
        .unwrap();
    let [id, friends, age, plain] = &columns[..] else {
        panic!("{columns:?}");
    };
    assert!(id.is_primary_key && !id.is_required && !id.auto_load);
    assert_eq!(
        (id.data_type.as_str(), &id.default_value),
        ("STRING_ID", &None)
    );
    assert_eq!(friends.related_table.as_deref(), Some("Person"));
    assert!(friends.auto_load && !friends.is_primary_key);
    assert!(age.is_required);
    assert_eq!(age.default_value, Some(json!(18)));
    assert_eq!(age.custom_regex.as_deref(), Some("[0-9]+"));
    assert_eq!(
        (plain.name.as_str(), plain.data_type.as_str()),
        ("plain", "")
    );

    let server = Recorder::responding(200, r#"[{"type":"INT"}]"#).await;
    let error = server.client().data::<Record>("Person").describe().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn the_local_server_describes_its_columns() {
    let server = Server::start().await.unwrap();
    let notes = local_client(&server).data::<Record>("Note");
    let note =
        json!({"text": "milk", "n": 1, "price": 1.5, "done": true, "tags": ["a"], "later": null});
    notes.create(&note).await.unwrap();
    let columns = notes.describe().await.unwrap();
    let mut types: Vec<_> = columns
        .iter()
        .map(|column| {
            (
                column.name.as_str(),
                column.data_type.as_str(),
                column.is_primary_key,
            )
        })
        .collect();
    types.sort_unstable();
    assert_eq!(
        types,
        [
            ("created", "DATETIME", false),
            ("done", "BOOLEAN", false),
            ("later", "UNKNOWN", false),
            ("n", "INT", false),
            ("objectId", "STRING_ID", true),
            ("ownerId", "STRING", false),
            ("price", "DOUBLE", false),
            ("tags", "JSON", false),
            ("text", "STRING", false),
            ("updated", "DATETIME", false),
        ]
    );
    let missing = local_client(&server)
        .data::<Record>("Missing")
        .describe()
        .await;
    let error = missing.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.code(), Some(ErrorCode::new(1_009)));
}

#[tokio::test]
async fn the_local_server_finds_tables_by_id_and_rows_by_primary_key() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let mut found = Vec::new();
    for table in ["Note", "Task"] {
        let rows = client.data::<Record>(table);
        let row = rows.create(&json!({"text": table})).await.unwrap();
        let key = json!({"objectId": row.object_id});
        assert_eq!(rows.get_by_primary_key(&key).await.unwrap()["text"], table);
    }
    for id in 1..10 {
        if let Ok(name) = client.table_name(id.to_string()).await {
            found.push(name);
        }
    }
    found.retain(|name| name != "Users");
    assert_eq!(found, ["Note", "Task"]);
    for id in ["0", "999", "Note", "1 or 1=1"] {
        let error = client.table_name(id).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(1_009)));
    }
    let notes = client.data::<Record>("Note");
    let unknown = notes
        .get_by_primary_key(&json!({"objectId": "no-such-id"}))
        .await;
    assert_eq!(unknown.unwrap_err().code(), Some(ErrorCode::new(1_000)));
    let other = notes.get_by_primary_key(&json!({"text": "Note"})).await;
    assert_eq!(other.unwrap_err().code(), Some(ErrorCode::new(8_008)));
}
