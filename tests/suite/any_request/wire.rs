//! What a request to any path looks like on the wire, and how its response is decoded.

use backendless::{Client, ErrorKind, Method};
use backendless_tests::{Behaviour, Recorder, ScriptedServer};
use serde_json::{Value, json};

use crate::support::{assert_json, assert_no_body, assert_request_line, uncommon_headers};

#[tokio::test]
async fn method_path_and_query_are_sent_behind_the_app_path() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    for (method, path) in [
        (Method::GET, "/hive/primary/key-value"),
        (Method::HEAD, "/"),
        (Method::OPTIONS, "/data/"),
        (Method::PUT, "/a%20b/c:d@e,f;g=h!$&'()*+~"),
        (Method::DELETE, "/a/b.c/..."),
        (Method::POST, "/automation/flow"),
        (Method::PATCH, "/x"),
    ] {
        let before = server.requests().len();
        client.request(method.clone(), path).await.unwrap();
        let [request] = &server.requests()[before..] else {
            panic!("{method} {path} is not one request");
        };
        assert_request_line(request, method.as_str(), path);
        assert_no_body(request);
    }
}

#[tokio::test]
async fn values_are_encoded_like_those_of_typed_operations() {
    let server = Recorder::responding(200, "null").await;
    let request = server.client().request(Method::GET, "/data/{table}/{id}");
    request
        .segment("O'Hara & Söhne/x")
        .segment(7)
        .await
        .unwrap();
    let files = server.client().request(Method::GET, "/files/{path*}/");
    files.segment("my dir/a#b?.txt").await.unwrap();
    let typed = server
        .client()
        .data::<Value>("O'Hara & Söhne/x")
        .delete("7");
    typed.await.unwrap();
    let targets: Vec<String> = server.requests().into_iter().map(|r| r.target).collect();
    assert_eq!(
        targets,
        [
            "/data/O%27Hara%20%26%20S%C3%B6hne%2Fx/7",
            "/files/my%20dir/a%23b%3F.txt/",
            "/data/O%27Hara%20%26%20S%C3%B6hne%2Fx/7",
        ]
    );
}

#[tokio::test]
async fn query_is_form_encoded_and_keeps_its_order() {
    let server = Recorder::responding(200, "null").await;
    let request = server.client().request(Method::GET, "/hive/keys");
    let request = request
        .query("where", "a >= 'ü' & b")
        .query("ids", vec![1, 2])
        .query("x y", true)
        .query("none", None::<u8>)
        .query("where", 0.5);
    request.fetch::<Value>().query("last", "").await.unwrap();
    assert_request_line(
        &server.request(),
        "GET",
        "/hive/keys?where=a+%3E%3D+%27%C3%BC%27+%26+b&ids=1&ids=2&x+y=true&where=0.5&last=",
    );
}

#[tokio::test]
async fn body_and_headers_and_user_token_are_sent() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client().with_user_token("TOKEN-1");
    let request = client
        .request(Method::POST, "/hive")
        .json(&json!({"replaced": true}))
        .json(&json!({"a": 1.5}))
        .header("X-My", "1")
        .header("x-my", "2");
    request.await.unwrap();
    let request = client.request(Method::PUT, "/hive/{key}").segment("k");
    let request = request.body("<a/>", " application/xml; charset=utf-8 ");
    request.await.unwrap();
    let [json, xml] = &server.requests()[..] else {
        panic!("two requests");
    };
    assert_json(json, r#"{"a":1.5}"#);
    let headers = [("user-token", "TOKEN-1"), ("x-my", "1"), ("x-my", "2")];
    assert_eq!(uncommon_headers(json), headers);
    assert_eq!(xml.body, "<a/>");
    let content_type = xml.header("content-type");
    assert_eq!(content_type, Some("application/xml; charset=utf-8"));
}

async fn responding(content_type: &str, body: &str) -> (ScriptedServer, Client) {
    let headers = [("content-type", content_type)];
    let server = ScriptedServer::always(Behaviour::response(200, &headers, body)).await;
    let client = server.client();
    (server, client)
}

fn get(client: &Client) -> backendless::AnyRequest {
    client.request(Method::GET, "/hive")
}

#[tokio::test]
async fn response_is_decoded_by_its_content_type() {
    let (_server, client) = responding("application/json", r#"{"a":[1]}"#).await;
    assert_eq!(
        get(&client).fetch::<Value>().await.unwrap(),
        json!({"a": [1]})
    );
    get(&client).fetch::<()>().await.unwrap();
    get(&client).fetch_empty().await.unwrap();
    assert_eq!(get(&client).fetch_bytes().await.unwrap(), r#"{"a":[1]}"#);
    let error = get(&client).fetch::<Vec<u8>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().starts_with("GET /hive: 200: "), "{error}");

    let (_server, client) = responding("text/plain", "plain").await;
    assert_eq!(get(&client).fetch::<String>().await.unwrap(), "plain");

    let (_server, client) = responding("application/json", "").await;
    assert_eq!(get(&client).fetch::<Option<u8>>().await.unwrap(), None);
    assert_eq!(get(&client).fetch_bytes().await.unwrap(), "");
}

#[tokio::test]
async fn page_is_an_error_unless_bytes_are_wanted() {
    let page = "<!DOCTYPE html><html></html>";
    let (_server, client) = responding("text/html", page).await;
    for error in [
        get(&client).fetch::<String>().await.unwrap_err(),
        get(&client).fetch_empty().await.unwrap_err(),
        get(&client).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("check the API URL"), "{error}");
    }
    assert_eq!(get(&client).fetch_bytes().await.unwrap(), page);
}

#[tokio::test]
async fn length_of_the_response_is_limited() {
    let behaviour = Behaviour::json(200, " ".repeat(2_000));
    let server = ScriptedServer::always(behaviour).await;
    let builder = server.client_builder().max_response_size(1_000);
    let client = builder.build().unwrap();
    let error = get(&client).fetch_bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("max_response_size"), "{error}");
}

#[tokio::test]
async fn response_of_the_maximum_length_is_read() {
    let body = "x".repeat(1_000);
    let with_length = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{body}");
    let in_chunks =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n{body}\r\n0\r\n\r\n");
    for response in [with_length, in_chunks] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let builder = server.client_builder().max_response_size(1_000);
        let client = builder.build().unwrap();
        assert_eq!(get(&client).fetch_bytes().await.unwrap(), body);
        let builder = server.client_builder().max_response_size(999);
        let error = get(&builder.build().unwrap()).fetch_bytes().await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn head_has_headers_and_no_body() {
    let response = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\nx-rows: 7\r\n\r\n";
    let server = ScriptedServer::always(Behaviour::bytes(response)).await;
    let request = server.client().request(Method::HEAD, "/data/Person");
    let response = request.with_response().await.unwrap();
    assert_eq!(
        (response.status(), response.header("x-rows")),
        (200, Some("7"))
    );
}

#[tokio::test]
async fn error_is_named_by_method_and_template() {
    let body = json!({"code": 1009, "message": "no table", "errorData": {}}).to_string();
    let server = Recorder::responding(400, &body).await;
    let request = server.client().request(Method::POST, "/hive/{name}/x");
    let error = request.segment("VALUE").fetch::<Value>().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /hive/{name}/x: 400, code 1009: no table (1 attempt; not retried: 400 is final)"
    );
    assert!(!format!("{error:?}").contains("VALUE"));
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some("request")
    );
    let request = server.client().request(Method::GET, "/data/{table}/count");
    let error = request.segment("T").await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("GET /data/{table}/count: 400")
    );
    assert_eq!(
        error.operation(),
        Some(&backendless::operations::COUNT_OBJECTS)
    );
}
