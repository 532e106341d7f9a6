//! Automatic login: clients with `credentials`, whose login, password and token are canaries.

use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::{Client, ErrorKind, Record};
use backendless_tests::{AddressForm, HttpServer, Response, TestClock};
use serde_json::json;

use crate::canaries::{self, LOGIN, PASSWORD, TOKEN, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{
    AUTHORITY, CONNECTIONS, Transport, call_everything, path_of, start_server, success,
};
use crate::spans::spans;

/// A server that rejects the session of the first `rejections` calls.
fn start_server_that_rejects_sessions(transport: Transport, rejections: usize) -> HttpServer {
    let calls = AtomicUsize::new(0);
    start_server(transport, move |request| {
        let is_login = path_of(request) == "users/login";
        if !is_login && calls.fetch_add(1, Ordering::SeqCst) < rejections {
            let message = format!("no session {TOKEN}");
            return Response::json(401, json!({"code": 3064, "message": message}).to_string());
        }
        success(request)
    })
}

fn client_with_credentials(address: AddressForm, url: &str) -> Client {
    address
        .client_builder(url, canaries::APP_ID, canaries::API_KEY)
        .credentials(LOGIN, PASSWORD)
        .root_certificate(AUTHORITY.pem())
        .clock(TestClock::default())
        .build()
        .unwrap()
}

#[tokio::test]
async fn automatic_login_logs_no_secret() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let server = start_server_that_rejects_sessions(transport, 1);
        let client = client_with_credentials(address, server.url());
        assert_none("a client", &format!("{client:?} {client:#?}"));
        client.data::<Record>("T").get("B2").await.unwrap();
        let requests = server.requests();
        let logins = requests.iter().filter(|r| path_of(r) == "users/login");
        assert_eq!(logins.count(), 2);
        let log = capture.take();
        assert!(spans(&log).len() >= 3, "{log}");
        assert_none(&format!("{transport:?}"), &log);
        call_everything("an account", &capture, &client, server.url()).await;
    }
}

#[tokio::test]
async fn failed_automatic_login_logs_no_secret() {
    let capture = Capture::start().await;
    for (status, code) in [(401, 3003), (429, 999), (503, 0), (302, 0), (200, 0)] {
        let server = start_server(Transport::Http1, move |request| {
            let message = match path_of(request) {
                "users/login" => format!("no {PASSWORD:?} {PASSWORD}"),
                _ => String::new(),
            };
            Response::json(
                status,
                json!({"code": code, "message": message}).to_string(),
            )
        });
        let client = client_with_credentials(AddressForm::Keys, server.url());
        let error = client.data::<Record>("T").get("B2").await.unwrap_err();
        assert_none("a login", &text_of(&error));
        capture.assert_clean("a login");
    }
    let server = start_server_that_rejects_sessions(Transport::Http1, usize::MAX);
    let client = client_with_credentials(AddressForm::Keys, server.url());
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_none("a session", &text_of(&error));
    capture.assert_clean("a session");
}
