//! Helpers that several modules of this suite use.

use std::collections::HashMap;

use backendless::{Client, Error, ErrorKind, Registration, Session};
use backendless_local::Server;
use backendless_tests::{RecordedRequest, Recorder};
use serde_json::json;

/// The headers other than those that every HTTP client sends.
pub(crate) fn uncommon_headers(request: &RecordedRequest) -> Vec<(&str, &str)> {
    let common = [
        "accept",
        "accept-encoding",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ];
    let headers = request.headers.iter();
    headers
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !common.contains(name))
        .collect()
}

/// Asserts method, target and headers of an anonymous request of an operation.
#[track_caller]
pub(crate) fn assert_request_line(request: &RecordedRequest, method: &str, target: &str) {
    assert_request_line_accepting(request, method, target, "application/json");
}

/// Asserts target and headers of an anonymous download.
#[track_caller]
pub(crate) fn assert_download(request: &RecordedRequest, target: &str) {
    assert_request_line_accepting(request, "GET", target, "*/*");
}

#[track_caller]
fn assert_request_line_accepting(
    request: &RecordedRequest,
    method: &str,
    target: &str,
    accept: &str,
) {
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (method, target)
    );
    assert_eq!(uncommon_headers(request), []);
    assert_eq!(request.header("accept"), Some(accept));
    // The feature `gzip` is on.
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    let agent = request.header("user-agent").unwrap_or_default();
    assert!(agent.starts_with("backendless-rust/"), "{agent}");
}

#[track_caller]
pub(crate) fn assert_no_body(request: &RecordedRequest) {
    assert_eq!(request.body, "");
    assert_eq!(request.header("content-type"), None);
    assert!(matches!(request.header("content-length"), None | Some("0")));
}

#[track_caller]
pub(crate) fn assert_json(request: &RecordedRequest, body: &str) {
    assert_eq!(request.body, body);
    assert_eq!(request.header("content-type"), Some("application/json"));
}

/// Path values that would change the path.
pub(crate) const BAD_SEGMENTS: [&str; 8] =
    ["", ".", "..", "a\\b", "..\\..", "a\nb", "a\0b", "\u{7f}"];

/// Asserts that the call was rejected before anything was sent, and that the error names the argument.
#[track_caller]
pub(crate) fn assert_rejected(error: &Error, operation: &str, argument: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some(operation)
    );
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.status(), None);
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("{operation}: {argument}")),
        "{text}"
    );
    assert!(text.ends_with("(nothing was sent)"), "{text}");
}

/// An anonymous client of the local server.
pub(crate) fn local_client(server: &Server) -> Client {
    Client::builder(server.app_id(), server.api_key())
        .api_url(server.url())
        .build()
        .unwrap()
}

/// Registers the user with this login and the password `pa55`, and logs it in.
pub(crate) async fn log_in_new_user(client: &Client, login: &str) -> Session {
    let users = client.users();
    let registration = Registration::new("pa55").email(login);
    users.register(registration).await.unwrap();
    users.login(login, "pa55").await.unwrap()
}

/// A value that cannot be serialized as JSON: its keys are not strings.
pub(crate) fn value_without_json_form() -> HashMap<Vec<u8>, u8> {
    HashMap::from([(vec![1], 1)])
}

/// The only request of a call to a server that responds with 200 and `response`.
pub(crate) async fn recorded_request<R, F>(
    response: &str,
    call: impl FnOnce(Client) -> F,
) -> RecordedRequest
where
    F: IntoFuture<Output = Result<R, Error>>,
{
    let server = Recorder::responding(200, response).await;
    call(server.client()).await.unwrap();
    server.request()
}

/// The error envelope of the service.
pub(crate) fn error_body(code: i64) -> String {
    json!({"code": code, "message": "no", "errorData": {}}).to_string()
}
