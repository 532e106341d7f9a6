//! What holds for every request, and for what is hardly one.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Wire;

#[tokio::test]
async fn another_app_id_or_key_is_refused() {
    let wire = Wire::start().await;
    let (app, key) = (
        wire.server.app_id().to_owned(),
        wire.server.api_key().to_owned(),
    );
    let lower = key.to_lowercase();
    for path in [
        "".to_owned(),
        "/".to_owned(),
        format!("/{app}"),
        format!("/X/{key}/data/Person"),
        format!("/{app}/X/data/Person"),
        format!("/{key}/{app}/data/Person"),
        format!("/{app}//data/Person"),
        format!("//{app}/{key}/data/Person"),
        format!("/{app}/{lower}/data/Person"),
    ] {
        let mut other = Wire {
            base: wire.server.url(),
            ..Wire::start().await
        };
        other.http = wire.http.clone();
        let message = other.get(&path).refused(400, 2002).await;
        assert!(!message.contains(&key), "{message}");
    }
    // With a body, and with a token.
    let other = Wire {
        base: format!("{}/X/Y", wire.server.url()),
        ..Wire::start().await
    };
    other
        .post("/data/Person", json!({"a": "x".repeat(1_000_000)}))
        .refused(400, 2002)
        .await;
    other
        .get("/data/Person")
        .token(&json!("T"))
        .refused(400, 2002)
        .await;
}

#[tokio::test]
async fn ids_are_upper_case_uuids_of_each_server_its_own() {
    let (a, b) = (Wire::start().await, Wire::start().await);
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
async fn an_unknown_route_is_not_found_and_does_not_tell_the_key() {
    let wire = Wire::start().await;
    for path in [
        "",
        "/",
        "/data",
        "/data/",
        "/data/Person/",
        "/data/Person/a/b",
        "/files",
        "/users",
        "/info",
        "/data//x",
    ] {
        let message = wire.get(path).refused(404, 2001).await;
        assert!(
            message.starts_with("there is no operation GET /"),
            "{message}"
        );
        assert!(!message.contains(wire.server.api_key()), "{message}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_not_allowed() {
    let wire = Wire::start().await;
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
        let message = wire.request(method.clone(), path).refused(405, 2001).await;
        assert!(
            message.contains(path) && message.contains(method.as_str()),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let wire = Wire::start().await;
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
            let message = wire
                .request(Method::POST, path)
                .raw(body.clone())
                .refused(400, 8002)
                .await;
            assert!(message.len() < 300, "{message}");
        }
    }
    wire.get("/data/Person").refused(400, 1009).await;
}

#[tokio::test]
async fn a_body_needs_no_content_type() {
    let wire = Wire::start().await;
    let row = wire
        .request(Method::POST, "/data/Person")
        .raw(r#"{"a":1}"#)
        .ok()
        .await;
    assert_eq!(row["a"], 1);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let wire = Wire::start().await;
    let body = json!({"text": "x".repeat(5 * 1024 * 1024)}).to_string();
    wire.request(Method::POST, "/data/Person")
        .raw(body)
        .refused(413, 8000)
        .await;
    let large = json!({"text": "x".repeat(3 * 1024 * 1024)});
    let row = wire.post("/data/Person", large.clone()).ok().await;
    assert_eq!(row["text"], large["text"]);
}

#[tokio::test]
async fn a_client_that_sends_a_large_body_to_its_end_gets_its_refusal() {
    let wire = Wire::start().await;
    let body = vec![b'x'; 30 * 1024 * 1024];
    for (path, status) in [
        (format!("{}/data/Person", app_path(&wire)), 413),
        ("/OTHER/KEY/data/Person".to_owned(), 400),
    ] {
        let mut connection = TcpStream::connect(wire.server.address()).unwrap();
        let length = body.len();
        write!(
            connection,
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        )
        .unwrap();
        // This fails where the server closes the connection before it has read everything.
        connection.write_all(&body).unwrap();
        let answer = read_answer(&mut connection);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn bad_percent_encoding_is_refused() {
    let wire = Wire::start().await;
    for path in [
        "/data/%zz",
        "/data/%",
        "/data/%f",
        "/data/%ff",
        "/data/Person/%C3%28",
        "/data/Person?where=%zz",
        "/data/Person?%ff=1",
    ] {
        let answer = raw(
            &wire,
            &format!(
                "GET {}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                app_path(&wire)
            ),
        );
        assert!(answer.starts_with("HTTP/1.1 400 "), "{path}: {answer}");
        assert!(answer.contains("application/json"), "{path}: {answer}");
        assert!(
            answer.contains("{\"code\":8000,\"message\":\""),
            "{path}: {answer}"
        );
        assert!(answer.ends_with(",\"errorData\":{}}"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_plus_in_a_query_is_a_space_and_an_encoded_one_is_a_plus() {
    let wire = Wire::start().await;
    wire.fill("Person", &[json!({"name": "a b"}), json!({"name": "a+b"})])
        .await;
    let found = wire.get("/data/Person?where=name+%3D+'a+b'").ok().await;
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["name"]),
        (1, &json!("a b"))
    );
    let found = wire
        .get("/data/Person?where=name%20=%20'a%2Bb'&&x=1&")
        .ok()
        .await;
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["name"]),
        (1, &json!("a+b"))
    );
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let wire = Wire::start().await;
    let mut connection = TcpStream::connect(wire.server.address()).unwrap();
    for n in 0..3 {
        let body = format!("{{\"n\":{n}}}");
        let path = app_path(&wire);
        write!(
            connection,
            "POST {path}/data/N HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let answer = read_answer(&mut connection);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains(&format!("\"n\":{n}")), "{answer}");
    }
}

#[tokio::test]
async fn garbage_closes_its_connection_and_nothing_else() {
    let wire = Wire::start().await;
    for garbage in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let answer = raw(&wire, garbage);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{garbage:?}: {answer}");
    }
    // One that ends in the middle of its body.
    let mut connection = TcpStream::connect(wire.server.address()).unwrap();
    let path = app_path(&wire);
    write!(
        connection,
        "POST {path}/data/N HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{{\"n\":"
    )
    .unwrap();
    drop(connection);
    wire.get("/data/N").refused(400, 1009).await;
    wire.post("/data/N", json!({"n": 1})).ok().await;
}

#[tokio::test]
async fn a_broken_escape_is_read_by_nobody_as_another_table() {
    let wire = Wire::start().await;
    wire.fill("Person", &[json!({"name": "Bob"})]).await;
    // Decoded once: %2550erson is the name "%50erson", not "Person".
    wire.get("/data/%2550erson").refused(400, 1009).await;
    let rows: Value = wire.get("/data/%50erson").ok().await;
    assert_eq!(rows[0]["name"], "Bob");
}

fn app_path(wire: &Wire) -> String {
    format!("/{}/{}", wire.server.app_id(), wire.server.api_key())
}

/// Everything that comes back on a connection of its own.
fn raw(wire: &Wire, request: &str) -> String {
    let mut connection = TcpStream::connect(wire.server.address()).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// One answer with a Content-Length.
fn read_answer(connection: &mut TcpStream) -> String {
    let mut answer = String::new();
    let mut byte = [0];
    while !answer.ends_with("\r\n\r\n") {
        connection.read_exact(&mut byte).unwrap();
        answer.push(byte[0].into());
    }
    let length = answer
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
    answer + &String::from_utf8(body).unwrap()
}
