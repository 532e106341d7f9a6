//! `ClientBuilder::http`: what a caller can set, and what stays as it is.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use backendless::{Client, ClientBuilder, ErrorKind, Profile};
use backendless_tests::{
    API_KEY, APP_ID, Authority, HttpServer, Protocol, Proxy, Response, TestClock,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use serde_json::json;

const SECRET: &str = "SECRET-OF-A-GATEWAY-0009";

fn server() -> HttpServer {
    HttpServer::plain(|_| Response::json(200, "5"))
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder(APP_ID, API_KEY)
        .api_url(url)
        .profile(Profile::Document)
        .clock(TestClock::default())
}

async fn call(client: &Client) -> Result<i64, backendless::Error> {
    client.counters().get("visits").await
}

fn address_of(server: &HttpServer) -> SocketAddr {
    let address = server.url().trim_start_matches("http://");
    address.parse().unwrap()
}

fn header(name: &'static str, value: &'static str) -> HeaderMap {
    let value = HeaderValue::from_static(value);
    HeaderMap::from_iter([(HeaderName::from_static(name), value)])
}

#[tokio::test]
async fn names_are_resolved_and_connections_are_pooled_as_set() {
    let server = server();
    let address = address_of(&server);
    let url = format!("http://backendless.internal:{}", address.port());
    let client = builder(&url)
        .http(|http| http.resolve("backendless.internal", address))
        .http(|http| http.pool_max_idle_per_host(0))
        .build()
        .unwrap();
    for _ in 0..2 {
        assert_eq!(call(&client).await.unwrap(), 5);
    }
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
    let host = &server.requests()[0].headers["host"];
    assert_eq!(host.to_str().unwrap(), url.trim_start_matches("http://"));
}

#[tokio::test]
async fn redirects_are_not_followed_and_no_referer_is_sent() {
    let elsewhere = server();
    let location = elsewhere.url().to_owned();
    let server = HttpServer::plain(move |request| match request.uri.path().ends_with("/get") {
        true => Response::json(307, "{}").header("location", location.clone()),
        false => Response::json(307, "{}").header("location", "/here"),
    });
    let client = builder(server.url())
        .http(|http| {
            http.redirect(reqwest::redirect::Policy::limited(5))
                .referer(true)
        })
        .build()
        .unwrap();
    assert_eq!(call(&client).await.unwrap_err().status(), Some(307));
    let error = client.counters().increment("visits").await.unwrap_err();
    assert_eq!(error.status(), Some(307));
    assert_eq!((server.requests().len(), elsewhere.connections()), (2, 0));
    assert!(!server.requests()[0].headers.contains_key("referer"));
}

#[tokio::test]
async fn retries_of_reqwest_are_off() {
    let server = HttpServer::plain(|_| Response::json(503, "{}"));
    let always = reqwest::retry::for_host("127.0.0.1")
        .max_retries_per_request(3)
        .classify_fn(|attempt| attempt.retryable());
    let client = builder(server.url())
        .http(|http| http.retry(always))
        .build()
        .unwrap();
    let people = client.data::<serde_json::Value>("Person");
    let error = people.create(&json!({"name": "Bob"})).await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(503), 1));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn timeouts_of_reqwest_are_off() {
    let server = server();
    let client = builder(server.url())
        .http(|http| {
            let http = http.timeout(Duration::ZERO).read_timeout(Duration::ZERO);
            http.connect_timeout(Duration::from_nanos(1))
        })
        .build()
        .unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
}

#[tokio::test]
async fn own_headers_replace_those_of_the_caller_and_others_are_sent() {
    let server = server();
    let headers = HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("text/html")),
        (ACCEPT_ENCODING, HeaderValue::from_static("br")),
        (USER_AGENT, HeaderValue::from_static("another/1")),
        (AUTHORIZATION, HeaderValue::from_static(SECRET)),
    ]);
    let builder = builder(server.url()).user_agent("shop/1").http(|http| {
        let http = http.default_headers(headers).user_agent("another/2");
        http.default_headers(header("x-gateway", "7"))
    });
    assert!(!format!("{builder:?} {builder:#?}").contains(SECRET));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?} {client:#?}").contains(SECRET));
    assert_eq!(call(&client).await.unwrap(), 5);
    let request = &server.requests()[0];
    for (name, value) in [
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("user-agent", "shop/1"),
        ("authorization", SECRET),
        ("x-gateway", "7"),
    ] {
        let values: Vec<&HeaderValue> = request.headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[tokio::test]
async fn compressed_responses_are_decoded() {
    let server = HttpServer::plain(|_| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"5").unwrap();
        Response::json(200, encoder.finish().unwrap()).header("content-encoding", "gzip")
    });
    let client = builder(server.url())
        .http(|http| http.no_gzip())
        .build()
        .unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
    assert_eq!(server.requests()[0].headers["accept-encoding"], "gzip");
}

#[tokio::test]
async fn the_proxy_of_the_client_replaces_those_of_the_caller() {
    let server = server();
    let (first, second) = (Proxy::open().await, Proxy::open().await);
    let with_first = |builder: ClientBuilder| {
        let proxy = reqwest::Proxy::all(first.url()).unwrap();
        builder.http(|http| http.proxy(proxy))
    };
    let client = with_first(builder(server.url())).build().unwrap();
    assert_eq!(call(&client).await.unwrap(), 5);
    assert_eq!((first.received().len(), second.received().len()), (1, 0));

    let client = with_first(builder(server.url()).proxy(second.url()));
    assert_eq!(call(&client.build().unwrap()).await.unwrap(), 5);
    assert_eq!((first.received().len(), second.received().len()), (1, 1));
}

#[tokio::test]
async fn certificates_are_verified() {
    let authority = Authority::new();
    let accept_all = |http: reqwest::ClientBuilder| {
        http.tls_danger_accept_invalid_certs(true)
            .tls_danger_accept_invalid_hostnames(true)
    };
    for (names, reason) in [
        (&["127.0.0.1"][..], "UnknownIssuer"),
        (&["elsewhere.example"], "not valid for name \"127.0.0.1\""),
    ] {
        let identity = authority.identity(names);
        let server = HttpServer::secure(identity, Protocol::Http1, |_| Response::json(200, "5"));
        let client = builder(server.url()).http(accept_all);
        let client = match reason {
            "UnknownIssuer" => client,
            _ => client.root_certificate(authority.pem()),
        };
        let error = call(&client.build().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn the_caller_can_forbid_connections_without_tls() {
    let server = server();
    let client = builder(server.url())
        .http(|http| http.https_only(true))
        .build()
        .unwrap();
    let error = call(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::InvalidArgument, 0)
    );
    assert!(
        error.to_string().contains("URL scheme is not allowed"),
        "{error}"
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn an_invalid_setting_is_an_error_of_build() {
    let client = builder("http://localhost").http(|http| http.user_agent("a\nb"));
    let error = client.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(
        error.to_string(),
        "the HTTP client cannot be created: the value of `user_agent` contains a character that a header cannot contain"
    );
    // The text of the source is that of the error.
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.to_string().ends_with(&source), "{source}");

    for (set, reason) in [
        (
            (|http| {
                http.tls_version_min(reqwest::tls::Version::TLS_1_3)
                    .tls_version_max(reqwest::tls::Version::TLS_1_2)
            }) as fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
            "empty supported tls versions",
        ),
        (
            |http| http.tls_backend_preconfigured(7),
            "Unknown TLS backend passed to `use_preconfigured_tls`",
        ),
    ] {
        let error = builder("http://localhost").http(set).build().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the HTTP client cannot be created: {reason}")
        );
    }
}
