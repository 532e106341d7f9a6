//! Redirects are not followed, and a download from another origin sends no secret.

use backendless::{ErrorKind, FileInfo};
use backendless_tests::{HttpServer, Response};

use crate::canaries::{APP_ID, TOKEN, VALUE, assert_none, find};
use crate::capture::Capture;
use crate::fixture::{
    CONNECTIONS, Transport, builder, builder_of, call_everything, start_server, success,
};

const STATUSES: [u16; 4] = [301, 302, 307, 308];

/// A redirect to `location`, with a page that redirects as well.
fn redirect(status: u16, location: &str) -> Response {
    let location = format!("{location}/{APP_ID}/stolen")
        .replace(' ', "%20")
        .replace('ü', "%C3%BC");
    let page = format!(r#"<meta http-equiv="refresh" content="0; url={location}">"#);
    Response::json(status, page)
        .header("refresh", format!("0; url={location}"))
        .header("location", location)
}

#[tokio::test]
async fn redirect_to_another_origin_sends_nothing() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let elsewhere = start_server(transport, success);
        for status in STATUSES {
            let location = elsewhere.url().to_owned();
            let server = start_server(transport, move |_| redirect(status, &location));
            let client = builder_of(address, server.url()).build().unwrap();
            let context = format!("{transport:?} {address:?} {status}");
            let outcomes = call_everything(&context, &capture, &client, server.url()).await;
            for (method, outcome) in &outcomes {
                let error = outcome.as_ref().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Api, "{context}: {method}");
                assert_eq!(error.status(), Some(status), "{context}: {method}");
                assert_eq!(error.attempts(), 1, "{context}: {method}");
            }
            assert_eq!(server.requests().len(), outcomes.len());
        }
        assert_eq!(elsewhere.connections(), 0);
    }
}

#[tokio::test]
async fn redirect_to_the_same_origin_is_not_followed() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        for status in STATUSES {
            let server = start_server(transport, move |_| redirect(status, ""));
            let client = builder_of(address, server.url()).build().unwrap();
            let context = format!("{transport:?} {address:?} {status}");
            let outcomes = call_everything(&context, &capture, &client, server.url()).await;
            assert_eq!(server.requests().len(), outcomes.len());
            let is_followed = |path: &str| path.ends_with("/stolen");
            assert!(!server.requests().iter().any(|r| is_followed(r.uri.path())));
        }
    }
}

/// The service may store files at another host, which receives only the path of the file.
#[tokio::test]
async fn download_from_another_origin_sends_no_secret() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let api = start_server(transport, success);
        let client = builder_of(address, api.url()).build().unwrap();
        let elsewhere = start_server(transport, success);
        for origin in [elsewhere.url().to_owned(), by_name(&elsewhere)] {
            let download = client
                .files()
                .download(&FileInfo::from_url(origin + "/files/a"));
            // The certificate is not valid for the host name, so this connection may fail.
            match download.await {
                Ok(download) => drop(download.bytes().await.unwrap()),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Connect),
            }
        }
        assert!(!elsewhere.requests().is_empty());
        assert!(
            !elsewhere
                .requests()
                .iter()
                .any(|request| request.headers.contains_key("user-token"))
        );
        let all = elsewhere.bytes();
        assert_none("elsewhere", &String::from_utf8_lossy(&all));
        for request in elsewhere.requests() {
            assert_none(
                "elsewhere",
                &format!("{:?} {:?}", request.uri, request.headers),
            );
            assert_eq!(request.headers.get("referer"), None);
        }
        assert_eq!(api.connections(), 0);

        let own = FileInfo::from_url(format!("{}/files/a", api.url()));
        client
            .files()
            .download(&own)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        assert_eq!(api.requests()[0].headers["user-token"], TOKEN);
        capture.assert_clean(&format!("{transport:?} {address:?}"));
    }
}

/// The URL of the same server under another host name, which is another origin.
fn by_name(server: &HttpServer) -> String {
    server.url().replace("127.0.0.1", "localhost")
}

/// The same host and port with another scheme are another origin.
#[tokio::test]
async fn download_without_tls_sends_no_token_of_a_client_with_tls() {
    let _capture = Capture::start().await;
    let files = start_server(Transport::Http1, success);
    let api = files.url().replace("http://", "https://");
    let client = builder(&api).build().unwrap();
    let file = FileInfo::from_url(format!("{}/{VALUE}", files.url()));
    client
        .files()
        .download(&file)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let request = &files.requests()[0];
    assert_eq!(request.headers.get("user-token"), None);
    assert_eq!(find(&format!("{:?}", request.headers)), None);
}
