//! A server and a client of it that holds all canaries, by each of the ways that HTTP takes.

use std::sync::LazyLock;

use backendless::{Client, ClientBuilder, FileInfo};
use backendless_tests::catalogue::{self, Outcomes, call_every_operation};
use backendless_tests::{Answer, Authority, Host, HostRequest, Protocol, TestClock};
use serde_json::json;

use crate::canaries::{API_KEY, APP_ID, TOKEN, VALUE, assert_none, text_of, values};
use crate::capture::Capture;

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    Http1,
    Http1Tls,
    Http2Tls,
}

pub(crate) const WAYS: [Way; 3] = [Way::Http1, Way::Http1Tls, Way::Http2Tls];

/// A server that is reached by `way`.
pub(crate) fn host(
    way: Way,
    answer: impl Fn(&HostRequest) -> Answer + Send + Sync + 'static,
) -> Host {
    let identity = || AUTHORITY.identity(&["127.0.0.1"]);
    match way {
        Way::Http1 => Host::plain(answer),
        Way::Http1Tls => Host::secure(identity(), Protocol::Http1, answer),
        Way::Http2Tls => Host::secure(identity(), Protocol::Http2, answer),
    }
}

/// The settings of a client of the server at `url`, with every canary that a client holds. It
/// tries again without a wait.
pub(crate) fn builder(url: &str) -> ClientBuilder {
    Client::builder(APP_ID, API_KEY)
        .api_url(url)
        .user_token(TOKEN)
        .root_certificate(AUTHORITY.pem())
        .clock(TestClock::default())
}

/// Makes every call and downloads a file; nothing of it may be told by an error or in the log.
pub(crate) async fn make_every_call(
    context: &str,
    capture: &Capture,
    client: &Client,
    url: &str,
) -> Outcomes {
    let mut outcomes = call_every_operation(client, &values()).await;
    let file = FileInfo::from_url(format!("{url}/{APP_ID}/{API_KEY}/files/{VALUE}"));
    let download = async { client.files().download(&file).await?.bytes().await };
    outcomes.push(("download".to_owned(), download.await.map(|_| ())));
    for (method, outcome) in &outcomes {
        if let Err(error) = outcome {
            assert_none(&format!("{context}: {method}"), &text_of(error));
        }
    }
    capture.assert_clean(context);
    outcomes
}

/// The path of a request behind the app path.
pub(crate) fn path_of(request: &HostRequest) -> &str {
    let mut parts = request.uri.path().splitn(4, '/');
    parts.nth(3).unwrap_or_default()
}

/// A successful response to the request, with canaries wherever the service may return them.
pub(crate) fn success(request: &HostRequest) -> Answer {
    let path = format!("/{}", path_of(request));
    let response = catalogue::response_to(request.method.as_str(), &path, &values());
    // The content of a file, which is no operation.
    let body = response.unwrap_or_else(|| json!({"note": VALUE, "user-token": TOKEN}));
    Answer::json(200, body.to_string())
}
