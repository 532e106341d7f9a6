//! The check of a user token, whose request has the token in its path.

use backendless::{Client, RetryPolicy};
use backendless_tests::{Behaviour, Response, ScriptedServer};
use serde_json::json;

use crate::canaries::{TOKEN, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{TRANSPORTS, builder, start_server};

/// The error of the check by a client of the server at `url`.
async fn check(capture: &Capture, context: &str, client: &Client) {
    let users = client.users();
    let request = users.is_valid();
    assert_none(context, &format!("{request:?}\n{request:#?}"));
    let error = request.await.unwrap_err();
    assert_none(context, &text_of(&error));
    capture.assert_clean(context);
}

#[tokio::test]
async fn error_of_a_token_check_leaks_no_token() {
    let capture = Capture::start().await;
    for transport in TRANSPORTS {
        for (status, message) in [
            (400, format!("Not existing user token - {TOKEN}")),
            (500, format!("GET /users/isvalidusertoken/{TOKEN} failed")),
            (404, "no such path".to_owned()),
            (302, "moved".to_owned()),
            (200, "not a boolean".to_owned()),
        ] {
            let server = start_server(transport, move |request| {
                let body = json!({"code": 2001, "message": message.as_str()}).to_string();
                let path = request.uri.path();
                // As a server that repeats the address.
                Response::json(status, body).header("location", format!("https://x{path}"))
            });
            let client = builder(server.url()).build().unwrap();
            check(&capture, &format!("{transport:?} {status}"), &client).await;
            let path = server.requests()[0].uri.path().to_owned();
            assert!(
                path.ends_with("/users/isvalidusertoken/t%2BCANARYTOKEN%3D%25%22%2F"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn failed_connection_of_a_token_check_leaks_no_token() {
    let capture = Capture::start().await;
    for response in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        b"garbage\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let client = builder(server.url()).retry(RetryPolicy::none());
        check(&capture, "connection", &client.build().unwrap()).await;
    }
    let client = builder("http://127.0.0.1:1").retry(RetryPolicy::none());
    check(&capture, "unreachable", &client.build().unwrap()).await;
}

#[tokio::test]
async fn rejected_token_is_not_in_the_error() {
    let capture = Capture::start().await;
    let long = format!("{TOKEN}{}", "x".repeat(70_000));
    for token in [format!("{TOKEN}\\"), format!("{TOKEN}\u{7f}"), long] {
        let client = builder("http://127.0.0.1:1").user_token("other").build();
        let client = client.unwrap().with_user_token(token);
        check(&capture, "rejected", &client).await;
    }
}
