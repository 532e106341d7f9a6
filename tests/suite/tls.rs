//! Whom the client trusts, and how it goes through a proxy.

use std::error::Error as StdError;
use std::fmt::Write as _;

use backendless::{Client, ClientBuilder, Error, ErrorKind};
use backendless_tests::{
    API_KEY, APP_ID, Answer, Authority, Host, Identity, Protocol, Proxy, TestClock,
};

const TOKEN: &str = "TOKEN-0003";
const PROXY_USER: &str = "PROXY-USER-0004";
const PROXY_PASSWORD: &str = "PROXY-PASSWORD-0005";
/// What `PROXY-USER-0004:PROXY-PASSWORD-0005` is in a header.
const PROXY_BASIC: &str = "UFJPWFktVVNFUi0wMDA0OlBST1hZLVBBU1NXT1JELTAwMDU=";
const HERE: [&str; 2] = ["localhost", "127.0.0.1"];

fn server(identity: Identity) -> Host {
    Host::secure(identity, Protocol::Http1, |_| Answer::json(200, "5"))
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

/// Everything that can be printed of an error.
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
fn assert_tells_no_secret(error: &Error) {
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

/// The counter is read: a safe operation, which is repeated if any is.
async fn call(client: &Client) -> Result<i64, Error> {
    client.counters().get("visits").await
}

#[tokio::test]
async fn a_root_certificate_is_trusted_and_no_other_is() {
    let authority = Authority::new();
    let server = server(authority.identity(&HERE));
    assert_eq!(call(&trusting(&authority, server.url())).await.unwrap(), 5);
    let by_name = server.url().replace("127.0.0.1", "localhost");
    assert_eq!(call(&trusting(&authority, &by_name)).await.unwrap(), 5);
    let bundle = Authority::new().pem() + &authority.pem();
    let of_bundle = builder(server.url()).root_certificate(bundle);
    assert_eq!(call(&of_bundle.build().unwrap()).await.unwrap(), 5);
    assert_eq!(server.requests().len(), 3);

    let of_another = trusting(&Authority::new(), server.url());
    for client in [builder(server.url()).build().unwrap(), of_another] {
        refuses(&client, &server, "UnknownIssuer").await;
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let server = server(authority.identity(&["elsewhere.example"]));
    let client = trusting(&authority, server.url());
    refuses(&client, &server, "not valid for name \"127.0.0.1\"").await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_certificate_whose_time_is_over_is_refused() {
    let authority = Authority::new();
    let server = server(authority.expired_identity(&HERE));
    let client = trusting(&authority, server.url());
    refuses(&client, &server, "certificate expired").await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let server = Host::plain(|_| Answer::json(200, "5"));
    let url = server.url().replace("http://", "https://");
    let client = trusting(&Authority::new(), &url);
    refuses(&client, &server, "corrupt message").await;
    assert_eq!(server.requests().len(), 0);
}

/// The call fails with `reason`, and the server sees one connection: the next would fail alike.
async fn refuses(client: &Client, server: &Host, reason: &str) {
    let before = server.connections();
    let error = call(client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(error.attempts(), 1, "{error}");
    assert_tells_no_secret(&error);
    assert_eq!(server.connections() - before, 1);
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_whole_address_of_a_server_without_tls() {
    let server = Host::plain(|_| Answer::json(200, "5"));
    let proxy = Proxy::open().await;
    let client = builder(server.url()).proxy(proxy.url()).build().unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
    let heard = proxy.heard();
    let line = format!(
        "GET {}/{APP_ID}/{API_KEY}/counters/visits/get HTTP/1.1\r\n",
        server.url()
    );
    assert!(heard[0].starts_with(&line), "{heard:?}");
    assert_eq!((heard.len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_proxy_before_a_server_with_tls_sees_its_name_and_no_more() {
    let authority = Authority::new();
    let server = server(authority.identity(&HERE));
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

    let heard = proxy.heard();
    let host = server.url().replace("https://", "");
    let (head, rest) = heard[0].split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with(&format!("CONNECT {host} HTTP/1.1\r\n")),
        "{head}"
    );
    let authorization = format!("proxy-authorization: basic {PROXY_BASIC}").to_lowercase();
    assert!(head.to_lowercase().contains(&authorization), "{head}");
    assert!(!rest.is_empty());
    for secret in [APP_ID, API_KEY, TOKEN, "counters", "visits"] {
        assert!(!heard.concat().contains(secret), "{heard:?}");
    }
}

#[tokio::test]
async fn the_certificate_behind_a_proxy_is_checked_all_the_same() {
    let server = server(Authority::new().identity(&HERE));
    let proxy = Proxy::open().await;
    let client = builder(server.url()).proxy(proxy.url()).build().unwrap();
    refuses(&client, &server, "UnknownIssuer").await;
    assert_eq!((proxy.heard().len(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_no_connection() {
    let nowhere = Host::plain(|_| Answer::json(200, "5"));
    for (answer, reason) in [
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
        let proxy = Proxy::refusing(answer).await;
        let url = nowhere.url().replace("http://", "https://");
        let client = builder(&url)
            .proxy(proxy.url_with(PROXY_USER, PROXY_PASSWORD))
            .build()
            .unwrap();
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_tells_no_secret(&error);
        assert_eq!(proxy.heard().len(), error.attempts() as usize);
        assert!(proxy.heard().iter().all(|heard| !heard.contains(API_KEY)));
    }
    assert_eq!(nowhere.connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_no_connection() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let proxy = format!("http://{PROXY_USER}:{PROXY_PASSWORD}@{address}");
    let server = Host::plain(|_| Answer::json(200, "5"));
    for url in [
        server.url().to_owned(),
        server.url().replace("http://", "https://"),
    ] {
        let client = builder(&url).proxy(&proxy).build().unwrap();
        assert!(!format!("{client:?} {:?}", builder(&url).proxy(&proxy)).contains(PROXY_USER));
        let error = call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert_tells_no_secret(&error);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_proxy_that_is_no_url_is_refused_without_its_value() {
    for bad in [
        format!("ftp://{PROXY_USER}:{PROXY_PASSWORD}@localhost"),
        format!("http://{PROXY_USER}:{PROXY_PASSWORD}@"),
        PROXY_PASSWORD.to_owned(),
    ] {
        let error = builder("http://localhost").proxy(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().starts_with("proxy "), "{error}");
        assert_tells_no_secret(&error);
    }
}
