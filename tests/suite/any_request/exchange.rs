//! Requests to any path and the local server.

use backendless::{ErrorKind, Method, Record, Registration};
use backendless_local::Server;
use serde_json::{Value, json};

use crate::support::local_client;

#[tokio::test]
async fn rows_are_created_read_updated_and_deleted() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let request = client
        .request(Method::POST, "/data/{table}")
        .segment("Person");
    let bob: Record = request.json(&json!({"name": "Bob"})).fetch().await.unwrap();
    let id = bob["objectId"].as_str().unwrap();
    let row = |method| {
        let request = client.request(method, "/data/{table}/{id}");
        request.segment("Person").segment(id)
    };
    row(Method::PUT)
        .json(&json!({"name": "Ann"}))
        .await
        .unwrap();
    let ann: Record = row(Method::GET)
        .query("props", "name")
        .fetch()
        .await
        .unwrap();
    assert_eq!(ann["name"], "Ann");
    let typed = client.data::<Record>("Person").get(id).await.unwrap();
    assert_eq!(typed["name"], "Ann");
    row(Method::DELETE).await.unwrap();
    let error = row(Method::GET).fetch::<Value>().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn unknown_path_is_no_missing_row() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let error = client
        .request(Method::GET, "/nonsense/a")
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("GET /nonsense/a: "),
        "{error}"
    );
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn logout_by_its_path_ends_the_session() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let ann = Registration::new("pa55").email("ann@example.com");
    client.users().register(ann).await.unwrap();
    let login = client.request(Method::POST, "/users/login");
    let login = login.json(&json!({"login": "ann@example.com", "password": "pa55"}));
    let user: Record = login.fetch().await.unwrap();
    let token = user["user-token"].as_str().unwrap();
    let as_ann = client.with_user_token(token);
    as_ann.request(Method::GET, "/users/logout").await.unwrap();
    let error = as_ann.counters().get("visits").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 0)
    );
}

#[tokio::test]
async fn request_can_be_cloned_and_spawned() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let request = client.request(Method::PUT, "/counters/{name}/increment/get");
    let request = request.segment("visits").query("trace", 1);
    let first = tokio::spawn(request.clone().fetch::<u8>().send());
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(request.fetch::<u8>().await.unwrap(), 2);
}
