//! Requests to any path that are rejected before anything is sent.

use backendless::{AnyRequest, Client, Error, ErrorKind, Method};
use backendless_tests::Recorder;

use crate::support::{BAD_SEGMENTS, value_without_json_form};

const APP_ID: &str = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
const API_KEY: &str = "9C41B2D7-11F0-4E6D-93AB-2A7C0F84D655";
const TOKEN: &str = "5C8A1B7D-2F6E-4C39-9E1A-7D0B3F5A6C2E";

async fn assert_rejected(request: AnyRequest, text: &str) -> Error {
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!((error.attempts(), error.status()), (0, None), "{error}");
    assert!(!error.is_retryable());
    assert!(error.to_string().starts_with(text), "{error}");
    assert!(error.to_string().ends_with("(nothing was sent)"), "{error}");
    error
}

#[tokio::test]
async fn path_that_leaves_the_app_path_is_rejected() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    for path in [
        "",
        "data",
        "//example.com/data",
        "https://example.com/data",
        "http:data",
        "/data//Person",
        "/../OTHER-APP/KEY/data",
        "/data/..",
        "/./data",
        "/%2e%2e/data",
        "/data/%2E%2e/%2e.",
        "/.%2E",
        "/..\\data",
        "/data\\..\\..",
        "\\\\example.com",
        "/data%5c..",
        "/data?where=a",
        "/data#a",
        "/data\r\nx: y",
        "/data\0",
        "/da\tta",
        "/data%0d%0a",
        "/data ",
        "/dätä",
        "/data/%",
        "/data/{a}{b}",
        "@example.com/",
        ":80/",
    ] {
        for method in [Method::GET, Method::POST] {
            let name = format!("{method} {{path}}: ");
            let error = assert_rejected(client.request(method, path), &name).await;
            // It may contain a secret.
            let has_path = path.len() > 6 && error.message().contains(path);
            assert!(!has_path, "{path:?}: {error}");
        }
    }
    for value in BAD_SEGMENTS {
        let request = client.request(Method::GET, "/data/{table}");
        assert_rejected(
            request.segment(value),
            "GET /data/{table}: the value of `{table}`",
        )
        .await;
        let request = client.request(Method::GET, "/files/{path*}");
        assert_rejected(
            request.segment(value),
            "GET /files/{path*}: the value of `{path*}`",
        )
        .await;
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn placeholders_without_values_and_unsupported_methods_are_rejected() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    let request = client.request(Method::GET, "/data/{table}/{id}");
    let text =
        "GET /data/{table}/{id}: the path has 2 placeholders, and 1 value is set with `segment`";
    assert_rejected(request.segment("T"), text).await;
    let request = client.request(Method::GET, "/data").segment("T");
    assert_rejected(
        request,
        "GET /data: the path has 0 placeholders, and 1 value is set",
    )
    .await;
    let request = client.request(Method::PUT, "/data/{table}");
    let text = "PUT /data/{table}: the path has 1 placeholder, and 0 values are set";
    assert_rejected(request, text).await;
    for method in ["CONNECT", "TRACE", "PROPFIND", "get"] {
        let request = client.request(method.parse().unwrap(), "/data");
        let text = format!("{method} /data: the method is not supported: use GET, ");
        assert_rejected(request, &text).await;
        let request = client.request(method.parse().unwrap(), "/data?a");
        let text = format!("{method} {{path}}: the method is not supported: use GET, ");
        assert_rejected(request, &text).await;
    }
    let long = "X".repeat(1_000).parse().unwrap();
    let text = "{method} /data: the method is not supported";
    assert_rejected(client.request(long, "/data"), text).await;
    let secret = TOKEN.parse().unwrap();
    let with_token = client.with_user_token(TOKEN);
    assert_rejected(with_token.request(secret, "/data"), text).await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn path_with_a_secret_of_the_client_is_rejected_and_not_repeated() {
    let server = Recorder::responding(200, "null").await;
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client.user_token(TOKEN).build().unwrap();
    let encoded = APP_ID.replace('-', "%2D");
    for path in [
        format!("/{APP_ID}/{API_KEY}/data/Person"),
        format!("/{encoded}/data"),
        format!("/users/isvalidusertoken/{TOKEN}"),
    ] {
        let request = client.request(Method::GET, path);
        let error = assert_rejected(request, "GET {path}: the path contains the app id, ").await;
        for secret in [APP_ID, API_KEY, TOKEN, &encoded] {
            assert!(!format!("{error} {error:?}").contains(secret), "{error}");
        }
    }
    assert_eq!(server.requests().len(), 0);
    // As a value it is sent, and in no text.
    let request = client.request(Method::GET, "/users/isvalidusertoken/{token}");
    request.segment(TOKEN).await.unwrap();
    let target = format!("/users/isvalidusertoken/{TOKEN}");
    assert!(server.request().target.ends_with(&target));
}

#[tokio::test]
async fn placeholder_whose_name_is_a_secret_is_not_repeated() {
    let server = Recorder::responding(200, "null").await;
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client.user_token("Todo").build().unwrap();
    for (path, text) in [
        (
            format!("/{{{API_KEY}}}"),
            "GET {path}: the path contains the app id, ",
        ),
        (
            format!("/{{{APP_ID}*}}"),
            "GET {path}: the path contains the app id, ",
        ),
        (
            "/{Todo}".to_owned(),
            "GET {path}: the path contains the app id, ",
        ),
        (
            format!("/{{x-{API_KEY}}}"),
            "GET {path}: the value of a placeholder ",
        ),
    ] {
        for value in ["", ".."] {
            let request = client.request(Method::GET, &*path).segment(value);
            let error = assert_rejected(request, text).await;
            for secret in [APP_ID, API_KEY, "Todo"] {
                assert!(!format!("{error} {error:?}").contains(secret), "{error}");
            }
        }
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn path_template_has_a_limit() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    let path = |length: usize| format!("/{}", "a".repeat(length - 1));
    client.request(Method::GET, path(2_048)).await.unwrap();
    let name = "a".repeat(5_000_000);
    for path in [path(2_049), format!("/{{{name}}}"), name] {
        let error = assert_rejected(
            client.request(Method::GET, path).segment(""),
            "GET {path}: the path is longer than 2048 bytes: set long values with `segment`",
        )
        .await;
        assert!(error.to_string().len() < 200);
    }
    // The values have no limit of their own.
    let request = client.request(Method::GET, "/hive/{key}");
    request.segment("a".repeat(3_000)).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn body_that_cannot_be_sent_is_rejected() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    let post = || client.request(Method::POST, "/hive");
    let text = "POST /hive: the body cannot be serialized: ";
    assert_rejected(post().json(&f64::NAN), text).await;
    assert_rejected(post().json(&value_without_json_form()), text).await;
    for content_type in ["", "text", "/plain", "text/", "text/plain\r\nx: y"] {
        let text = "POST /hive: the content type of the body is not a media type";
        assert_rejected(post().body("a", content_type), text).await;
    }
    assert_rejected(
        post().header("content-type", "a/b"),
        "POST /hive: header \"content-type\" is",
    )
    .await;
    assert_rejected(
        post().query("a", f64::NAN),
        "POST /hive: query parameter \"a\": ",
    )
    .await;
    assert_eq!(server.requests().len(), 0);
}
