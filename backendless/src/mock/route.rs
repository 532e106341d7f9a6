//! The path parameters of a request. As in a server, the path is split first, and the segments are decoded then.

use httpmock::HttpMockRequest;
use percent_encoding::percent_decode_str;

use super::{API_KEY, APP_ID};
use crate::operation::{Operation, PathParameter};

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
        let segments: Vec<&str> = path.split('/').collect();
        let template: Vec<&'static str> = self
            .operation
            .path()
            .trim_start_matches('/')
            .split('/')
            .collect();
        let mut values = Vec::new();
        let mut at = 0;
        for expected in &template {
            let length = match self
                .parameter(expected)
                .filter(|parameter| parameter.multi_segment())
            {
                // All segments that remain after those of the rest of the template.
                Some(_) => (segments.len() + 1).checked_sub(template.len())?,
                None => 1,
            };
            let found = segments
                .get(at..at + length)
                .filter(|found| !found.is_empty())?;
            let decoded = found
                .iter()
                .map(|segment| decoded(segment))
                .collect::<Option<Vec<_>>>()?
                .join("/");
            values.extend(self.match_segment(expected, &decoded)?);
            at += length;
        }
        (at == segments.len()).then_some(values)
    }

    /// The parameter of a template segment that consists of a parameter alone.
    fn parameter(&self, segment: &str) -> Option<&'static PathParameter> {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        self.operation
            .path_parameters()
            .iter()
            .find(|parameter| parameter.name() == name)
    }

    /// The parameter and its value in `found`: `None` if `found` does not match the template segment `expected`,
    /// `Some(None)` if the template segment has no parameter.
    fn match_segment(
        &self,
        expected: &'static str,
        found: &str,
    ) -> Option<Option<(&'static str, String)>> {
        let Some((before, rest)) = expected.split_once('{') else {
            return (expected == found).then_some(None);
        };
        let (name, after) = rest.split_once('}')?;
        let value = found.strip_prefix(before)?.strip_suffix(after)?;
        let reserved = self
            .operation
            .path_parameters()
            .iter()
            .find(|parameter| parameter.name() == name);
        let reserved = reserved.is_some_and(|parameter| parameter.is_reserved(value));
        (!value.is_empty() && !reserved).then(|| Some((name, value.to_owned())))
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
