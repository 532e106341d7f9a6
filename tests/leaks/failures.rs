//! Connections that fail: there, on the way, or at a proxy.

use std::time::Duration;

use backendless::{Error, ErrorKind, Upload};
use backendless_tests::catalogue::Outcomes;
use backendless_tests::{Answer, Authority, Behaviour, Host, Protocol, Proxy, ScriptedServer};

use crate::canaries::{PROXY_PASSWORD, PROXY_USER, assert_none, text_of};
use crate::capture::Capture;
use crate::site::{WAYS, Way, builder, host, make_every_call, success};

/// The errors of a tour that ends in nothing else.
fn errors(outcomes: Outcomes) -> impl Iterator<Item = (String, Error)> {
    let errors = outcomes.into_iter();
    errors.map(|(name, result)| match result {
        Ok(()) => panic!("{name} succeeds"),
        Err(error) => (name, error),
    })
}

#[tokio::test]
async fn connections_that_are_lost() {
    let capture = Capture::start().await;
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(answer)).await;
        let client = builder(server.url()).build().unwrap();
        let outcomes = make_every_call("lost", &capture, &client, server.url()).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{method}: {error}");
        }
    }
}

/// An answer that is shorter than it says, on a connection that is otherwise well.
#[tokio::test]
async fn answers_that_are_cut_off() {
    let capture = Capture::start().await;
    for way in WAYS {
        let host = host(way, |_| {
            Answer::json(200, "{").header("content-length", "100")
        });
        let client = builder(host.url()).build().unwrap();
        let outcomes = make_every_call(&format!("{way:?}"), &capture, &client, host.url()).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(
                error.kind(),
                ErrorKind::Interrupted,
                "{way:?} {method}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn answers_that_do_not_come() {
    let capture = Capture::start().await;
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let server = ScriptedServer::always(Behaviour::stall_after(answer)).await;
        let client = builder(server.url())
            .timeout(Duration::from_millis(10))
            .attempt_timeout(Duration::from_millis(10))
            .build()
            .unwrap();
        let outcomes = make_every_call("stalled", &capture, &client, server.url()).await;
        for (method, error) in errors(outcomes) {
            assert_eq!(error.kind(), ErrorKind::Timeout, "{method}: {error}");
        }
    }
}

#[tokio::test]
async fn servers_that_are_not_there() {
    let capture = Capture::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    for url in [format!("http://{address}"), format!("https://{address}")] {
        let client = builder(&url).build().unwrap();
        fails_to_connect(&url, &capture, &client, &url).await;
    }
}

#[tokio::test]
async fn servers_that_are_not_trusted() {
    let capture = Capture::start().await;
    let stranger = Authority::new();
    for (context, identity) in [
        ("untrusted", stranger.identity(&["127.0.0.1"])),
        (
            "of another",
            crate::site::AUTHORITY.identity(&["elsewhere.example"]),
        ),
        (
            "expired",
            crate::site::AUTHORITY.expired_identity(&["127.0.0.1"]),
        ),
    ] {
        let host = Host::secure(identity, Protocol::Http2, success);
        let client = builder(host.url()).build().unwrap();
        fails_to_connect(context, &capture, &client, host.url()).await;
        assert_eq!(host.requests().len(), 0);
    }
    let plain = host(Way::Http1, success);
    let url = plain.url().replace("http://", "https://");
    let client = builder(&url).build().unwrap();
    fails_to_connect("no TLS", &capture, &client, &url).await;
}

#[tokio::test]
async fn proxies() {
    let capture = Capture::start().await;
    let server = host(Way::Http1Tls, success);
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        "",
    ] {
        let proxy = Proxy::refusing(answer).await;
        let client = builder(server.url())
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        fails_to_connect("proxy", &capture, &client, server.url()).await;
    }
    assert_eq!(server.connections(), 0);

    for way in WAYS {
        let server = host(way, success);
        let proxy = Proxy::open().await;
        let client = builder(server.url())
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        let outcomes = make_every_call("proxy", &capture, &client, server.url()).await;
        assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
        // Without TLS it reads everything, and is told the whole address.
        if way != Way::Http1 {
            let heard = proxy.heard().concat().replace(&authorization(), "");
            assert_none("the proxy", &heard);
        }
    }
}

/// What the proxy is meant to hear.
fn authorization() -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    STANDARD.encode(format!("{PROXY_USER}:{PROXY_PASSWORD}"))
}

async fn fails_to_connect(
    context: &str,
    capture: &Capture,
    client: &backendless::Client,
    url: &str,
) {
    let outcomes = make_every_call(context, capture, client, url).await;
    for (method, error) in errors(outcomes) {
        assert_eq!(
            error.kind(),
            ErrorKind::Connect,
            "{context}: {method}: {error}"
        );
    }
}

#[tokio::test]
async fn files_that_cannot_be_read_or_written() {
    let capture = Capture::start().await;
    let host = host(Way::Http1, success);
    let client = builder(host.url()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/a.txt");
    let error = client
        .files()
        .upload("a", Upload::file(&missing))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert_none("upload", &text_of(&error));
    let file = backendless::FileInfo::from_url(format!("{}/a", host.url()));
    let download = client.files().download(&file).await.unwrap();
    let error = download.save_to(&missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert_none("download", &text_of(&error));
    capture.assert_clean("files");
}
