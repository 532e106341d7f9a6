//! A server over each HTTP transport, and a client of it with all canaries.

use std::sync::LazyLock;

use backendless::{Client, ClientBuilder, FileInfo};
use backendless_tests::catalogue::{self, Outcomes, any_request, call_every_operation};
use backendless_tests::{
    AddressForm, Authority, HttpServer, Protocol, Response, ServerRequest, TestClock,
};
use serde_json::json;

use crate::canaries::{API_KEY, APP_ID, TOKEN, VALUE, assert_none, text_of, values};
use crate::capture::Capture;

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Transport {
    Http1,
    Http1Tls,
    Http2Tls,
}

pub(crate) const TRANSPORTS: [Transport; 3] =
    [Transport::Http1, Transport::Http1Tls, Transport::Http2Tls];

/// The transport and the form of the address of each client: over each transport, and at a domain.
pub(crate) const CONNECTIONS: [(Transport, AddressForm); 4] = [
    (Transport::Http1, AddressForm::Keys),
    (Transport::Http1Tls, AddressForm::Keys),
    (Transport::Http2Tls, AddressForm::Keys),
    (Transport::Http1, AddressForm::Domain),
];

/// Starts a server for this transport.
pub(crate) fn start_server(
    transport: Transport,
    response: impl Fn(&ServerRequest) -> Response + Send + Sync + 'static,
) -> HttpServer {
    let identity = || AUTHORITY.identity(&["127.0.0.1"]);
    match transport {
        Transport::Http1 => HttpServer::plain(response),
        Transport::Http1Tls => HttpServer::secure(identity(), Protocol::Http1, response),
        Transport::Http2Tls => HttpServer::secure(identity(), Protocol::Http2, response),
    }
}

/// The builder of a client of the server at `url`, with every canary that a client can have. Its
/// retries do not wait.
pub(crate) fn builder(url: &str) -> ClientBuilder {
    builder_of(AddressForm::Keys, url)
}

/// The same builder of a client with an address of this form.
pub(crate) fn builder_of(address: AddressForm, url: &str) -> ClientBuilder {
    address
        .client_builder(url, APP_ID, API_KEY)
        .user_token(TOKEN)
        .root_certificate(AUTHORITY.pem())
        .clock(TestClock::default())
}

/// Calls every operation and another path, and downloads a file. Asserts that no error and no log line contains a
/// canary.
pub(crate) async fn call_everything(
    context: &str,
    capture: &Capture,
    client: &Client,
    url: &str,
) -> Outcomes {
    let mut outcomes = call_every_operation(client, &values()).await;
    let any_request = any_request(client, &values()).await;
    outcomes.push(("request".to_owned(), any_request.map(drop)));
    let file = FileInfo::from_url(format!("{url}/{APP_ID}/{API_KEY}/files/{VALUE}"));
    let download = async { client.files().download(&file).await?.bytes().await };
    outcomes.push(("download".to_owned(), download.await.map(|_| ())));
    for (name, result) in &outcomes {
        if let Err(error) = result {
            assert_none(&format!("{context}: {name}"), &text_of(error));
        }
    }
    capture.assert_clean(context);
    outcomes
}

/// Calls everything with a client of `server`, which has this transport and form of the address; see
/// [`call_everything`].
pub(crate) async fn call_everything_over(
    (transport, address): (Transport, AddressForm),
    capture: &Capture,
    server: &HttpServer,
) -> Outcomes {
    let context = format!("{transport:?} {address:?}");
    let client = builder_of(address, server.url()).build().unwrap();
    call_everything(&context, capture, &client, server.url()).await
}

/// The path of a request below the app path, or below that of a domain.
pub(crate) fn path_of(request: &ServerRequest) -> &str {
    if let Some(path) = request.uri.path().strip_prefix("/api/") {
        return path;
    }
    let mut parts = request.uri.path().splitn(4, '/');
    parts.nth(3).unwrap_or_default()
}

/// A successful response to the request, with canaries wherever the service may return them.
pub(crate) fn success(request: &ServerRequest) -> Response {
    let path = format!("/{}", path_of(request));
    let response = catalogue::response_to(request.method.as_str(), &path, &values());
    // The content of a file, whose download is not an operation.
    let body = response.unwrap_or_else(|| json!({"note": VALUE, "user-token": TOKEN}));
    Response::json(200, body.to_string())
}
