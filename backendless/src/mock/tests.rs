use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::MockServer;

/// A request as the client would send it; `path` follows the app path.
fn request(server: &MockServer, method: Method, path: &str) -> RequestBuilder {
    let url = format!(
        "{}/{}/{}{path}",
        server.url(),
        server.app_id(),
        server.api_key()
    );
    Client::new().request(method, url)
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn get(server: &MockServer, path: &str) -> (u16, Value) {
    send(request(server, Method::GET, path)).await
}

#[tokio::test]
async fn a_mock_responds_only_to_the_request_it_describes() {
    let server = MockServer::start_async().await;
    let mock = server.find_objects(|when, then| {
        when.table_name("Person").where_("age > 20").page_size(10);
        then.ok(&json!([{ "name": "Bob" }]));
    });
    let (status, body) = get(&server, "/data/Person?pageSize=10&where=age+%3E+20").await;
    assert_eq!((status, body), (200, json!([{ "name": "Bob" }])));
    mock.assert();
    for other in [
        "/data/Order?pageSize=10&where=age+%3E+20",
        "/data/Person?pageSize=1&where=age+%3E+20",
        "/data/Person",
    ] {
        assert_eq!(get(&server, other).await.0, 500, "{other}");
    }
}

#[tokio::test]
async fn expected_values_are_literal_and_decoded() {
    let server = MockServer::start_async().await;
    server.cache_get(|when, then| {
        when.key("a.b+c/d e");
        then.ok(&json!(1));
    });
    assert_eq!(get(&server, "/cache/a.b+c%2Fd%20e").await.0, 200);
    assert_eq!(get(&server, "/cache/aXb+c%2Fd%20e").await.0, 500);
}

#[tokio::test]
async fn a_path_of_several_segments_is_one_parameter() {
    let server = MockServer::start_async().await;
    server.delete_file(|when, then| {
        when.path("images/my photo.png");
        then.ok();
    });
    let delete = |path| send(request(&server, Method::DELETE, path));
    assert_eq!(delete("/files/images/my%20photo.png").await.0, 200);
    assert_eq!(delete("/files/images").await.0, 500);
}

#[tokio::test]
async fn the_path_of_another_operation_does_not_match() {
    let server = MockServer::start_async().await;
    server.get_object_by_id(|when, then| {
        when.table_name("Person");
        then.ok(&json!({ "objectId": "1" }));
    });
    server.count_objects(|_, then| {
        then.ok(&7);
    });
    assert_eq!(get(&server, "/data/Person/count").await, (200, json!(7)));
    assert_eq!(
        get(&server, "/data/Person/1").await,
        (200, json!({ "objectId": "1" }))
    );
}

#[tokio::test]
async fn numbers_json_bodies_and_tokens_are_compared() {
    let server = MockServer::start_async().await;
    server.find_geo_points(|when, then| {
        when.lat(5.0);
        then.ok(&json!([]));
    });
    assert_eq!(get(&server, "/geo/points?lat=5").await.0, 200);
    assert_eq!(get(&server, "/geo/points?lat=5.5").await.0, 500);

    server.cache_put(|when, then| {
        when.body(&json!({ "a": 1, "b": [2] })).user_token("secret");
        then.ok();
    });
    let put =
        |token: &'static str| request(&server, Method::PUT, "/cache/k").header("user-token", token);
    assert_eq!(
        send(put("secret").body(r#"{ "b": [2], "a": 1 }"#)).await.0,
        200
    );
    assert_eq!(send(put("secret").body(r#"{ "a": 1 }"#)).await.0, 500);
    assert_eq!(
        send(put("other").body(r#"{ "b": [2], "a": 1 }"#)).await.0,
        500
    );
}

#[tokio::test]
async fn an_error_has_the_form_of_backendless() {
    let server = MockServer::start_async().await;
    server.login_user(|_, then| {
        then.error(401, 3003, "Invalid login or password");
    });
    let login = request(&server, Method::POST, "/users/login").json(&json!({}));
    let envelope = json!({ "code": 3003, "message": "Invalid login or password", "errorData": {} });
    assert_eq!(send(login).await, (401, envelope));
}

#[tokio::test]
async fn an_unmatched_request_is_described_without_secrets() {
    let server = MockServer::start_async().await;
    server.count_objects(|when, then| {
        when.table_name("Person").user_token("the-token");
        then.ok(&1);
    });
    let (status, body) = get(&server, "/data/Person/count?where=a%3D1").await;
    assert_eq!(status, 500);
    assert_eq!(
        body["message"],
        "no mock matches GET /data/Person/count with the query where=a=1. \
         Mocks: countObjects, table-name = Person, the user token (no user token was received)"
    );
    let text = body.to_string();
    for secret in [server.app_id(), server.api_key(), "the-token"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_request_without_the_app_path_does_not_match() {
    let server = MockServer::start_async().await;
    server.get_counter(|_, then| {
        then.ok(&1);
    });
    let url = format!("{}/counters/hits/get", server.url());
    let (status, body) = send(Client::new().get(url)).await;
    assert_eq!(status, 500);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .contains("does not start with the app path"),
        "{body}"
    );
}

#[tokio::test]
async fn a_client_of_a_domain_gets_the_same_responses() {
    let server = MockServer::start_async().await;
    let mock = server.get_counter(|when, then| {
        when.counter_name("hits");
        then.ok(&1);
    });
    let client = crate::Client::for_domain(server.url()).build().unwrap();
    assert_eq!(client.counters().get("hits").await.unwrap(), 1);
    mock.assert();
}

#[tokio::test]
async fn httpmock_can_be_used_directly() {
    let server = MockServer::start_async().await;
    server.get_counter(|when, then| {
        when.into_inner().header("x-trace", "1");
        then.ok(&5).into_inner().header("x-seen", "1");
    });
    assert_eq!(get(&server, "/counters/hits/get").await.0, 500);
    let traced = request(&server, Method::GET, "/counters/hits/get").header("x-trace", "1");
    assert_eq!(send(traced).await, (200, json!(5)));

    server.server().mock(|when, then| {
        when.path("/health");
        then.status(204);
    });
    let health = Client::new().get(format!("{}/health", server.url()));
    assert_eq!(send(health).await.0, 204);
    assert_eq!(get(&server, "/nothing").await.0, 404);
}
