//! The path parameters of a request. As in a server, the path is split first, and the segments are decoded then.

use httpmock::HttpMockRequest;
use percent_encoding::percent_decode_str;

use super::{API_KEY, APP_ID};
use crate::operation::Operation;

/// The path template of an operation, for comparison with requests.
#[derive(Clone, Debug)]
pub(super) struct Route {
    operation: &'static Operation,
}

impl Route {
    pub(super) fn of(operation: &'static Operation) -> Self {
        Self { operation }
    }

    /// The path parameters and their values; `None` if the path is not that of the operation.
    pub(super) fn values(&self, request: &HttpMockRequest) -> Option<Vec<(&'static str, String)>> {
        let path = raw_path(request)?;
        let segments: Vec<String> = path.split('/').map(decoded).collect::<Option<_>>()?;
        self.operation.path_values(&segments)
    }
}

fn decoded(segment: &str) -> Option<String> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// The path after the app path, or after that of a domain, without its first slash, not decoded.
fn raw_path(request: &HttpMockRequest) -> Option<String> {
    let uri = request.uri();
    if let Some(path) = uri.path().strip_prefix("/api/") {
        return Some(path.to_owned());
    }
    let rest = uri.path().strip_prefix('/')?.strip_prefix(APP_ID)?;
    let rest = rest.strip_prefix('/')?.strip_prefix(API_KEY)?;
    rest.strip_prefix('/').map(str::to_owned)
}

/// The path after the app path, for messages.
pub(super) fn after_app_path(request: &HttpMockRequest) -> Option<String> {
    raw_path(request).map(|path| format!("/{path}"))
}
