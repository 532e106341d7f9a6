//! Checks of every request, and invalid HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestServer;

#[tokio::test]
async fn other_app_id_or_key_is_rejected() {
    let app = TestServer::start().await;
    let (app_id, key) = (
        app.server.app_id().to_owned(),
        app.server.api_key().to_owned(),
    );
    let lower = key.to_lowercase();
    for path in [
        "".to_owned(),
        "/".to_owned(),
        format!("/{app_id}"),
        format!("/X/{key}/data/Person"),
        format!("/{app_id}/X/data/Person"),
        format!("/{key}/{app_id}/data/Person"),
        format!("/{app_id}//data/Person"),
        format!("//{app_id}/{key}/data/Person"),
        format!("/{app_id}/{lower}/data/Person"),
    ] {
        let mut other = TestServer {
            base: app.server.url(),
            ..TestServer::start().await
        };
        other.http = app.http.clone();
        let message = other.get(&path).rejected(400, 2002).await;
        assert!(!message.contains(&key), "{message}");
    }
    // With a body, and with a token.
    let other = TestServer {
        base: format!("{}/X/Y", app.server.url()),
        ..TestServer::start().await
    };
    other
        .post("/data/Person", json!({"a": "x".repeat(1_000_000)}))
        .rejected(400, 2002)
        .await;
    other
        .get("/data/Person")
        .token(&json!("T"))
        .rejected(400, 2002)
        .await;
}

#[tokio::test]
async fn default_ids_are_random_upper_case_uuids() {
    let (a, b) = (TestServer::start().await, TestServer::start().await);
    for id in [a.server.app_id(), a.server.api_key()] {
        assert_eq!(id.len(), 36);
        assert!(
            id.chars().all(|c| matches!(c, '0'..='9' | 'A'..='F' | '-')),
            "{id}"
        );
    }
    assert_ne!(a.server.app_id(), b.server.app_id());
    assert_ne!(a.server.api_key(), b.server.api_key());
    assert_eq!(a.server.url(), format!("http://{}", a.server.address()));
}

#[tokio::test]
async fn unknown_route_is_404_without_the_key_in_the_message() {
    let app = TestServer::start().await;
    for path in [
        "",
        "/",
        "/data",
        "/data/",
        "/data/Person/",
        "/data/Person/a/b/c",
        "/geo",
        "/users",
        "/data//x",
    ] {
        let message = app.get(path).rejected(404, 2001).await;
        assert!(
            message.starts_with("there is no operation GET /"),
            "{message}"
        );
        assert!(!message.contains(app.server.api_key()), "{message}");
    }
}

#[tokio::test]
async fn wrong_method_is_405() {
    let app = TestServer::start().await;
    for (method, path) in [
        (Method::DELETE, "/data/Person"),
        (Method::PATCH, "/data/Person"),
        (Method::POST, "/data/Person/ID"),
        (Method::PUT, "/data/Person/count"),
        (Method::GET, "/users/register"),
        (Method::GET, "/users/login"),
        (Method::POST, "/users/logout"),
        (Method::GET, "/data/Person/find"),
        (Method::OPTIONS, "/data/Person"),
    ] {
        let message = app.request(method.clone(), path).rejected(405, 2001).await;
        assert!(
            message.contains(path) && message.contains(method.as_str()),
            "{message}"
        );
    }
}

#[tokio::test]
async fn body_that_is_not_a_json_object_is_rejected() {
    let app = TestServer::start().await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let huge_number = format!("{{\"a\":1{}}}", "0".repeat(400));
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"nope".to_vec(),
        b"[]".to_vec(),
        b"5".to_vec(),
        b"null".to_vec(),
        b"\"x\"".to_vec(),
        b"{\"a\":1}x".to_vec(),
        b"{'a':1}".to_vec(),
        b"{\"a\":\xff}".to_vec(),
        b"{\"a\":\"\xc3\x28\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"a\":NaN}".to_vec(),
        b"{\"a\":\"\\ud800\"}".to_vec(),
        deep.into_bytes(),
        huge_number.into_bytes(),
    ] {
        for path in [
            "/data/Person",
            "/users/register",
            "/users/login",
            "/data/Person/find",
        ] {
            let message = app
                .request(Method::POST, path)
                .raw(body.clone())
                .rejected(400, 8002)
                .await;
            assert!(message.len() < 300, "{message}");
        }
    }
    app.get("/data/Person").rejected(400, 1009).await;
}

#[tokio::test]
async fn content_type_of_a_body_is_optional() {
    let app = TestServer::start().await;
    let row = app
        .request(Method::POST, "/data/Person")
        .raw(r#"{"a":1}"#)
        .ok()
        .await;
    assert_eq!(row["a"], 1);
}

#[tokio::test]
async fn oversized_body_is_rejected() {
    let app = TestServer::start().await;
    let body = json!({"text": "x".repeat(5 * 1024 * 1024)}).to_string();
    app.request(Method::POST, "/data/Person")
        .raw(body)
        .rejected(413, 8000)
        .await;
    let large = json!({"text": "x".repeat(3 * 1024 * 1024)});
    let row = app.post("/data/Person", large.clone()).ok().await;
    assert_eq!(row["text"], large["text"]);
}

#[tokio::test]
async fn client_that_sends_a_complete_oversized_body_can_read_the_rejection() {
    let app = TestServer::start().await;
    let body = vec![b'x'; 30 * 1024 * 1024];
    for (path, status) in [
        (format!("{}/data/Person", app_path(&app)), 413),
        ("/OTHER/KEY/data/Person".to_owned(), 400),
    ] {
        let mut connection = TcpStream::connect(app.server.address()).unwrap();
        let length = body.len();
        write!(
            connection,
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        )
        .unwrap();
        // This fails if the server closes the connection before it has read the body.
        connection.write_all(&body).unwrap();
        let response = read_response(&mut connection);
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
    }
}

#[tokio::test]
async fn invalid_percent_encoding_is_rejected() {
    let app = TestServer::start().await;
    for path in [
        "/data/%zz",
        "/data/%",
        "/data/%f",
        "/data/%ff",
        "/data/Person/%C3%28",
        "/data/Person?where=%zz",
        "/data/Person?%ff=1",
    ] {
        let response = raw(
            &app,
            &format!(
                "GET {}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                app_path(&app)
            ),
        );
        assert!(response.starts_with("HTTP/1.1 400 "), "{path}: {response}");
        assert!(response.contains("application/json"), "{path}: {response}");
        assert!(
            response.contains("{\"code\":8000,\"message\":\""),
            "{path}: {response}"
        );
        assert!(
            response.ends_with(",\"errorData\":{}}"),
            "{path}: {response}"
        );
    }
}

#[tokio::test]
async fn plus_in_a_query_is_a_space_and_an_encoded_plus_is_a_plus() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"name": "a b"}), json!({"name": "a+b"})])
        .await;
    let found = app.get("/data/Person?where=name+%3D+'a+b'").ok().await;
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["name"]),
        (1, &json!("a b"))
    );
    let found = app
        .get("/data/Person?where=name%20=%20'a%2Bb'&&x=1&")
        .ok()
        .await;
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["name"]),
        (1, &json!("a+b"))
    );
}

#[tokio::test]
async fn connection_is_reused() {
    let app = TestServer::start().await;
    let mut connection = TcpStream::connect(app.server.address()).unwrap();
    for n in 0..3 {
        let body = format!("{{\"n\":{n}}}");
        let path = app_path(&app);
        write!(
            connection,
            "POST {path}/data/N HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let response = read_response(&mut connection);
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        assert!(response.contains(&format!("\"n\":{n}")), "{response}");
    }
}

#[tokio::test]
async fn invalid_http_closes_only_its_connection() {
    let app = TestServer::start().await;
    for garbage in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let response = raw(&app, garbage);
        assert!(
            !response.starts_with("HTTP/1.1 2"),
            "{garbage:?}: {response}"
        );
    }
    // A request that ends in the middle of its body.
    let mut connection = TcpStream::connect(app.server.address()).unwrap();
    let path = app_path(&app);
    write!(
        connection,
        "POST {path}/data/N HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{{\"n\":"
    )
    .unwrap();
    drop(connection);
    app.get("/data/N").rejected(400, 1009).await;
    app.post("/data/N", json!({"n": 1})).ok().await;
}

#[tokio::test]
async fn table_name_is_decoded_once() {
    let app = TestServer::start().await;
    app.fill("Person", &[json!({"name": "Bob"})]).await;
    // Decoded once: %2550erson is the name "%50erson", not "Person".
    app.get("/data/%2550erson").rejected(400, 1009).await;
    let rows: Value = app.get("/data/%50erson").ok().await;
    assert_eq!(rows[0]["name"], "Bob");
}

fn app_path(app: &TestServer) -> String {
    format!("/{}/{}", app.server.app_id(), app.server.api_key())
}

/// Sends raw bytes on a new connection and reads to its end.
fn raw(app: &TestServer, request: &str) -> String {
    let mut connection = TcpStream::connect(app.server.address()).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    let _ = connection.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

/// Reads one response that has a Content-Length.
fn read_response(connection: &mut TcpStream) -> String {
    let mut response = String::new();
    let mut byte = [0];
    while !response.ends_with("\r\n\r\n") {
        connection.read_exact(&mut byte).unwrap();
        response.push(byte[0].into());
    }
    let length = response
        .to_lowercase()
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap()
        .to_owned();
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body).unwrap();
    response + &String::from_utf8(body).unwrap()
}
