//! Nothing is sent where a redirect points to, and to another origin only what it is asked for.

use backendless::{ErrorKind, FileInfo};
use backendless_tests::{Answer, Host};

use crate::canaries::{APP_ID, TOKEN, VALUE, assert_none, find};
use crate::capture::Capture;
use crate::site::{WAYS, Way, builder, host, make_every_call, success};

const STATUSES: [u16; 4] = [301, 302, 307, 308];

/// An answer that sends the client to `place`, and a page that does so as well.
fn redirect(status: u16, place: &str) -> Answer {
    let place = format!("{place}/{APP_ID}/stolen")
        .replace(' ', "%20")
        .replace('ü', "%C3%BC");
    let page = format!(r#"<meta http-equiv="refresh" content="0; url={place}">"#);
    Answer::json(status, page)
        .header("refresh", format!("0; url={place}"))
        .header("location", place)
}

#[tokio::test]
async fn another_origin_receives_nothing_at_all() {
    let capture = Capture::start().await;
    for way in WAYS {
        let elsewhere = host(way, success);
        for status in STATUSES {
            let place = elsewhere.url().to_owned();
            let server = host(way, move |_| redirect(status, &place));
            let client = builder(server.url()).build().unwrap();
            let context = format!("{way:?} {status}");
            let outcomes = make_every_call(&context, &capture, &client, server.url()).await;
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
async fn a_redirect_to_the_same_origin_is_not_followed_either() {
    let capture = Capture::start().await;
    for way in WAYS {
        for status in STATUSES {
            let server = host(way, move |_| redirect(status, ""));
            let client = builder(server.url()).build().unwrap();
            let context = format!("{way:?} {status}");
            let outcomes = make_every_call(&context, &capture, &client, server.url()).await;
            assert_eq!(server.requests().len(), outcomes.len());
            let is_followed = |path: &str| path.ends_with("/stolen");
            assert!(!server.requests().iter().any(|r| is_followed(r.uri.path())));
        }
    }
}

/// The rest of the files are where the service says, which may be another host: it is told the
/// address of the file and nothing else.
#[tokio::test]
async fn a_download_from_another_origin_brings_no_secret_along() {
    let capture = Capture::start().await;
    for way in WAYS {
        let api = host(way, success);
        let client = builder(api.url()).build().unwrap();
        let elsewhere = host(way, success);
        for origin in [elsewhere.url().to_owned(), by_name(&elsewhere)] {
            let download = client
                .files()
                .download(&FileInfo::from_url(origin + "/files/a"));
            // By name it is not the host of the certificate, which is as well.
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
        capture.assert_clean(&format!("{way:?}"));
    }
}

/// The same server under another name: another origin.
fn by_name(host: &Host) -> String {
    host.url().replace("127.0.0.1", "localhost")
}

/// The same host and port under another scheme are another origin too.
#[tokio::test]
async fn a_download_without_tls_brings_no_token_of_a_client_with_tls() {
    let _capture = Capture::start().await;
    let files = host(Way::Http1, success);
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
