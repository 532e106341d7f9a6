//! What the `wire_*` suites say of a request.

use backendless_tests::Recorded;

/// The headers that are left when those of every HTTP client are taken away.
pub(crate) fn headers_of_note(request: &Recorded) -> Vec<(&str, &str)> {
    let usual = [
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
        .filter(|(name, _)| !usual.contains(name))
        .collect()
}

/// A request of an operation, of nobody.
#[track_caller]
pub(crate) fn assert_line(request: &Recorded, method: &str, target: &str) {
    assert_line_accepting(request, method, target, "application/json");
}

/// The request of a download, of nobody.
#[track_caller]
pub(crate) fn assert_download(request: &Recorded, target: &str) {
    assert_line_accepting(request, "GET", target, "*/*");
}

#[track_caller]
fn assert_line_accepting(request: &Recorded, method: &str, target: &str, accept: &str) {
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (method, target)
    );
    assert_eq!(headers_of_note(request), []);
    assert_eq!(request.header("accept"), Some(accept));
    // By the feature `gzip`.
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
    let agent = request.header("user-agent").unwrap_or_default();
    assert!(agent.starts_with("backendless-rust/"), "{agent}");
}

#[track_caller]
pub(crate) fn assert_no_body(request: &Recorded) {
    assert_eq!(request.body, "");
    assert_eq!(request.header("content-type"), None);
    assert!(matches!(request.header("content-length"), None | Some("0")));
}

#[track_caller]
pub(crate) fn assert_json(request: &Recorded, body: &str) {
    assert_eq!(request.body, body);
    assert_eq!(request.header("content-type"), Some("application/json"));
}
