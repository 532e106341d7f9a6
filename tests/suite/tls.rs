//! Which certificates the client trusts, and how it connects through a proxy.

use std::error::Error as StdError;
use std::fmt::Write as _;

use backendless::{Client, ClientBuilder, Error, ErrorKind};
use backendless_tests::{
    API_KEY, APP_ID, Authority, HttpServer, Identity, Protocol, Proxy, Response, TestClock,
};

const TOKEN: &str = "TOKEN-0003";
const PROXY_USER: &str = "PROXY-USER-0004";
const PROXY_PASSWORD: &str = "PROXY-PASSWORD-0005";
/// `PROXY-USER-0004:PROXY-PASSWORD-0005` in base64, as a header contains it.
const PROXY_BASIC: &str = "UFJPWFktVVNFUi0wMDA0OlBST1hZLVBBU1NXT1JELTAwMDU=";
const LOOPBACK: [&str; 2] = ["localhost", "127.0.0.1"];

fn server(identity: Identity) -> HttpServer {
    HttpServer::secure(identity, Protocol::Http1, |_| Response::json(200, "5"))
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder(APP_ID, API_KEY)
        .api_url(url)
        .user_token(TOKEN)
        .clock(TestClock::default())
}

fn trusting(authority: &Authority, url: &str) -> Client {
    let builder = builder(url).root_certificate(authority.pem());
    builder.build().unwrap()
}

/// All texts of an error and its sources.
fn text_of(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut source = error.source();
    while let Some(error) = source {
        writeln!(text, "{error}\n{error:?}\n{error:#?}").unwrap();
        source = error.source();
    }
    text
}

#[track_caller]
fn assert_no_secret(error: &Error) {
    let text = text_of(error);
    for secret in [
        APP_ID,
        API_KEY,
        TOKEN,
        PROXY_USER,
        PROXY_PASSWORD,
        PROXY_BASIC,
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Reads a counter: a safe operation, which is retried wherever any operation is.
async fn call(client: &Client) -> Result<i64, Error> {
    client.counters().get("visits").await
}

#[tokio::test]
async fn only_the_given_root_certificates_are_trusted() {
    let authority = Authority::new();
    let server = server(authority.identity(&LOOPBACK));
    assert_eq!(call(&trusting(&authority, server.url())).await.unwrap(), 5);
    let by_name = server.url().replace("127.0.0.1", "localhost");
    assert_eq!(call(&trusting(&authority, &by_name)).await.unwrap(), 5);
    let bundle = Authority::new().pem() + &authority.pem();
    let with_bundle = builder(server.url()).root_certificate(bundle);
    assert_eq!(call(&with_bundle.build().unwrap()).await.unwrap(), 5);
    assert_eq!(server.requests().len(), 3);

    let with_another = trusting(&Authority::new(), server.url());
    for client in [builder(server.url()).build().unwrap(), with_another] {
        assert_connection_fails(&client, &server, "UnknownIssuer").await;
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn certificate_for_another_host_is_rejected() {
    let authority = Authority::new();
    let server = server(authority.identity(&["elsewhere.example"]));
    let client = trusting(&authority, server.url());
    assert_connection_fails(&client, &server, "not valid for name \"127.0.0.1\"").await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn expired_certificate_is_rejected() {
    let authority = Authority::new();
    let server = server(authority.expired_identity(&LOOPBACK));
    let client = trusting(&authority, server.url());
    assert_connection_fails(&client, &server, "certificate expired").await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn server_without_tls_is_rejected_for_https() {
    let server = HttpServer::plain(|_| Response::json(200, "5"));
    let url = server.url().replace("http://", "https://");
    let client = trusting(&Authority::new(), &url);
    assert_connection_fails(
        &client,
        &server,
        "received a message that is not TLS: check whether the address starts with `http`",
    )
    .await;
    assert_eq!(server.requests().len(), 0);
}

/// Asserts that a call fails with `reason` after one connection, since a retry would fail as well.
async fn assert_connection_fails(client: &Client, server: &HttpServer, reason: &str) {
    let before = server.connections();
    let error = call(client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(error.attempts(), 1, "{error}");
    assert_no_secret(&error);
    assert_eq!(server.connections() - before, 1);
}

#[tokio::test]
async fn proxy_receives_the_absolute_url_without_tls() {
    let server = HttpServer::plain(|_| Response::json(200, "5"));
    let proxy = Proxy::open().await;
    let client = builder(server.url()).proxy(proxy.url()).build().unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
    let received = proxy.received();
    let line = format!(
        "GET {}/{APP_ID}/{API_KEY}/counters/visits/get HTTP/1.1\r\n",
        server.url()
    );
    assert!(received[0].starts_with(&line), "{received:?}");
    assert_eq!((received.len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn proxy_sees_only_the_host_name_with_tls() {
    let authority = Authority::new();
    let server = server(authority.identity(&LOOPBACK));
    let proxy = Proxy::open().await;
    let client = builder(server.url())
        .root_certificate(authority.pem())
        .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
        .build()
        .unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
    assert_eq!(server.requests()[0].headers["user-token"], TOKEN);
    assert_eq!(
        server.requests()[0].headers.get("proxy-authorization"),
        None
    );

    let received = proxy.received();
    let host = server.url().replace("https://", "");
    let (head, rest) = received[0].split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(&format!("CONNECT {host} HTTP/1.1\r\n")),
        "{head}"
    );
    let authorization = format!("proxy-authorization: basic {PROXY_BASIC}").to_lowercase();
    assert!(head.to_lowercase().contains(&authorization), "{head}");
    assert!(!rest.is_empty());
    for secret in [APP_ID, API_KEY, TOKEN, "counters", "visits"] {
        assert!(!received.concat().contains(secret), "{received:?}");
    }
}

#[tokio::test]
async fn certificate_behind_a_proxy_is_checked() {
    let server = server(Authority::new().identity(&LOOPBACK));
    let proxy = Proxy::open().await;
    let client = builder(server.url()).proxy(proxy.url()).build().unwrap();
    assert_connection_fails(&client, &server, "UnknownIssuer").await;
    assert_eq!((proxy.received().len(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn proxy_that_rejects_the_tunnel_is_a_connection_error() {
    let server = HttpServer::plain(|_| Response::json(200, "5"));
    for (response, reason) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
            "proxy authorization required",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
            "tunnel error: unsuccessful",
        ),
        ("", "tunnel error: unexpected end of file"),
    ] {
        let proxy = Proxy::rejecting(response).await;
        let url = server.url().replace("http://", "https://");
        let client = builder(&url)
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_no_secret(&error);
        assert_eq!(proxy.received().len(), error.attempts() as usize);
        assert!(
            proxy
                .received()
                .iter()
                .all(|received| !received.contains(API_KEY))
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn unreachable_proxy_is_a_connection_error() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let proxy = format!("http://{PROXY_USER}:{PROXY_PASSWORD}@{address}");
    let server = HttpServer::plain(|_| Response::json(200, "5"));
    for url in [
        server.url().to_owned(),
        server.url().replace("http://", "https://"),
    ] {
        let client = builder(&url).proxy(&proxy).build().unwrap();
        assert!(!format!("{client:?} {:?}", builder(&url).proxy(&proxy)).contains(PROXY_USER));
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert_no_secret(&error);
        let host = server.url().trim_start_matches("http://");
        let expected = format!(
            "the connection to {host} could not be established through the proxy {address}: "
        );
        assert!(error.message().starts_with(&expected), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn invalid_proxy_url_is_rejected_without_its_value() {
    for bad in [
        format!("ftp://{PROXY_USER}:{PROXY_PASSWORD}@localhost"),
        format!("http://{PROXY_USER}:{PROXY_PASSWORD}@"),
        PROXY_PASSWORD.to_owned(),
    ] {
        let error = builder("http://localhost").proxy(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with("proxy "), "{error}");
        assert_no_secret(&error);
    }
}
