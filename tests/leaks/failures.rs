//! Connections that fail at the server, at a proxy, or in between.

use std::time::Duration;

use backendless::{Error, ErrorKind, Upload};
use backendless_tests::catalogue::Outcomes;
use backendless_tests::{
    Authority, Behaviour, HttpServer, Protocol, Proxy, Response, ScriptedServer,
};

use crate::canaries::{PROXY_PASSWORD, PROXY_USER, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{
    CONNECTIONS, Transport, builder, builder_of, call_everything, call_everything_over,
    start_server, success,
};

/// The errors of calls that all fail.
fn errors(outcomes: Outcomes) -> impl Iterator<Item = (String, Error)> {
    let errors = outcomes.into_iter();
    errors.map(|(name, result)| match result {
        Ok(()) => panic!("{name} succeeds"),
        Err(error) => (name, error),
    })
}

#[tokio::test]
async fn lost_connection_leaks_no_secret() {
    let capture = Capture::start().await;
    for response in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response)).await;
        let client = builder(server.url()).build().unwrap();
        let outcomes = call_everything("lost", &capture, &client, server.url()).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{method}: {error}");
        }
    }
}

/// Responses that are shorter than their `Content-Length`, on all transports.
#[tokio::test]
async fn truncated_response_leaks_no_secret() {
    let capture = Capture::start().await;
    for connection in CONNECTIONS {
        let server = start_server(connection.0, |_| {
            Response::json(200, "{").header("content-length", "100")
        });
        let outcomes = call_everything_over(connection, &capture, &server).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(
                error.kind(),
                ErrorKind::ConnectionLost,
                "{connection:?} {method}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn stalled_response_leaks_no_secret() {
    let capture = Capture::start().await;
    for response in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let server = ScriptedServer::always(Behaviour::stall_after(response)).await;
        let client = builder(server.url())
            .timeout(Duration::from_millis(10))
            .attempt_timeout(Duration::from_millis(10))
            .build()
            .unwrap();
        let outcomes = call_everything("stalled", &capture, &client, server.url()).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(error.kind(), ErrorKind::Timeout, "{method}: {error}");
        }
    }
}

#[tokio::test]
async fn unreachable_server_leaks_no_secret() {
    let capture = Capture::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    for url in [format!("http://{address}"), format!("https://{address}")] {
        let client = builder(&url).build().unwrap();
        assert_connections_fail(&url, &capture, &client, &url).await;
    }
}

#[tokio::test]
async fn rejected_certificate_leaks_no_secret() {
    let capture = Capture::start().await;
    let unknown = Authority::new();
    for (context, identity) in [
        ("untrusted", unknown.identity(&["127.0.0.1"])),
        (
            "another host",
            crate::fixture::AUTHORITY.identity(&["elsewhere.example"]),
        ),
        (
            "expired",
            crate::fixture::AUTHORITY.expired_identity(&["127.0.0.1"]),
        ),
    ] {
        let server = HttpServer::secure(identity, Protocol::Http2, success);
        let client = builder(server.url()).build().unwrap();
        assert_connections_fail(context, &capture, &client, server.url()).await;
        assert_eq!(server.requests().len(), 0);
    }
    let plain = start_server(Transport::Http1, success);
    let url = plain.url().replace("http://", "https://");
    let client = builder(&url).build().unwrap();
    assert_connections_fail("no TLS", &capture, &client, &url).await;
}

#[tokio::test]
async fn rejecting_proxy_leaks_no_secret() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1Tls, success);
    for response in [
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        "",
    ] {
        let proxy = Proxy::rejecting(response).await;
        let client = builder(server.url())
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        assert_connections_fail("proxy", &capture, &client, server.url()).await;
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn forwarding_proxy_receives_no_secret_over_tls() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let server = start_server(transport, success);
        let proxy = Proxy::open().await;
        let client = builder_of(address, server.url())
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        let outcomes = call_everything("proxy", &capture, &client, server.url()).await;
        assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
        // Without TLS the proxy reads everything, including the complete URL.
        if transport != Transport::Http1 {
            let received = proxy.received().concat().replace(&authorization(), "");
            assert_none("the proxy", &received);
        }
    }
}

/// The proxy credentials in base64, which the proxy must receive.
fn authorization() -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    STANDARD.encode(format!("{PROXY_USER}:{PROXY_PASSWORD}"))
}

async fn assert_connections_fail(
    context: &str,
    capture: &Capture,
    client: &backendless::Client,
    url: &str,
) {
    let outcomes = call_everything(context, capture, client, url).await;
    for (method, error) in errors(outcomes) {
        assert_eq!(
            error.kind(),
            ErrorKind::Connect,
            "{context}: {method}: {error}"
        );
    }
}

#[tokio::test]
async fn file_that_cannot_be_read_or_written_leaks_no_secret() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let client = builder(server.url()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/a.txt");
    let error = client
        .files()
        .upload("a", Upload::file(&missing))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_none("upload", &text_of(&error));
    let file = backendless::FileInfo::from_url(format!("{}/a", server.url()));
    let download = client.files().download(&file).await.unwrap();
    let error = download.save_to(&missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_none("download", &text_of(&error));
    capture.assert_clean("files");
}
