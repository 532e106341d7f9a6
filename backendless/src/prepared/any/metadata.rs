//! Metadata of a request to any path.
//!
//! The request of a documented operation has the metadata of this operation, however the caller wrote it. Any other request
//! has metadata that depend on its method.

use http::Method;

use crate::operation::{ErrorCodes, Idempotency, Operation, Origin, SessionUse};
use crate::operations::ALL;
use crate::prepared::any::template::Filled;

/// Operations of requests that the document does not contain, one for each method.
static SERVICE: [Operation; 7] = of_methods(ErrorCodes::Service);

/// As [`SERVICE`], for paths at which the application's own code responds.
static APPLICATION: [Operation; 7] = of_methods(ErrorCodes::Application);

const fn of_methods(error_codes: ErrorCodes) -> [Operation; 7] {
    use Idempotency::{Idempotent, NotIdempotent, Safe};
    [
        of_method("GET", Safe, error_codes),
        of_method("HEAD", Safe, error_codes),
        of_method("OPTIONS", Safe, error_codes),
        of_method("PUT", Idempotent, error_codes),
        of_method("DELETE", Idempotent, error_codes),
        of_method("POST", NotIdempotent, error_codes),
        of_method("PATCH", NotIdempotent, error_codes),
    ]
}

const fn of_method(
    method: &'static str,
    idempotency: Idempotency,
    error_codes: ErrorCodes,
) -> Operation {
    Operation {
        id: "request",
        service: "Any",
        method,
        path: "{path}",
        origin: Origin::Overlay,
        session: SessionUse::Uses,
        idempotency,
        error_codes,
        returns_token: false,
        path_parameters: &[],
    }
}

/// Operation of a request with a method that is not supported, and is not sent.
pub(super) static UNSUPPORTED: Operation =
    of_method("", Idempotency::NotIdempotent, ErrorCodes::Service);

/// Returns the operation of a request with this method, whatever its path; `None` for a method that is not supported.
pub(super) fn of(method: &Method) -> Option<&'static Operation> {
    SERVICE.iter().find(|row| row.method == method.as_str())
}

/// Returns the metadata of a request with the method of `any` to the path with these segments. A slash at its end is
/// ignored, unless it is a part of a documented path: the service may ignore it as well.
pub(super) fn find(any: &'static Operation, segments: &[String]) -> &'static Operation {
    let documented = documented(any, segments);
    let documented = documented.or_else(|| self::documented(any, without_slash(segments)?));
    if let Some(documented) = documented {
        return documented;
    }
    let is_application = ALL
        .iter()
        .filter(|known| known.error_codes == ErrorCodes::Application)
        .any(|known| known.is_prefix_of(segments));
    if !is_application {
        return any;
    }
    let mut rows = APPLICATION.iter();
    rows.find(|row| row.method == any.method).unwrap_or(any)
}

/// Returns the operation that a value selects: with any other value, the request would be that of another operation. `None`
/// if the path template alone selects the operation.
pub(super) fn find_selected(
    any: &'static Operation,
    filled: &Filled,
) -> Option<&'static Operation> {
    let segments = filled.segments.iter().zip(&filled.neutral);
    let mut values = segments.filter(|(segment, neutral)| segment != neutral);
    if !values.any(|(value, _)| is_literal(value)) {
        return None;
    }
    let found = find(any, &filled.segments);
    if found != find(any, &filled.neutral) {
        return Some(found);
    }
    // The service has operations that are not documented, with the paths of documented ones and other methods, such as
    // `DELETE /data/bulk/{table}`.
    let mut known = ALL.iter().copied();
    known
        .find(|known| matches(known, &filled.segments) && !matches(known, &filled.neutral_segments))
}

/// Returns whether these are the segments of the path of `known`, also with a slash at its end.
fn matches(known: &Operation, segments: &[String]) -> bool {
    let is_path = |segments: &[String]| known.path_values(segments).is_some();
    is_path(segments) || without_slash(segments).is_some_and(is_path)
}

/// Returns the segments before the slash at the end; `None` without one.
fn without_slash(segments: &[String]) -> Option<&[String]> {
    let (last, segments) = segments.split_last()?;
    last.is_empty().then_some(segments)
}

/// Returns whether a documented path contains this segment.
fn is_literal(segment: &str) -> bool {
    ALL.iter().any(|known| {
        let parameters = known.path_parameters.iter();
        let reserved = parameters.flat_map(|parameter| parameter.reserved());
        let mut texts = std::iter::once(&known.path).chain(reserved);
        texts.any(|text| text.split('/').any(|literal| literal == segment))
    })
}

fn documented(any: &Operation, segments: &[String]) -> Option<&'static Operation> {
    let mut same_method = ALL
        .iter()
        .copied()
        .filter(|known| known.method == any.method);
    same_method.find(|known| known.path_values(segments).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_by(method: &str, path: &str) -> &'static Operation {
        let any = of(&method.parse().unwrap()).unwrap();
        let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        find(any, &segments)
    }

    #[test]
    fn request_of_a_documented_operation_has_its_metadata() {
        for (method, path, id) in [
            ("GET", "/data/Person/count", "countObjects"),
            ("GET", "/data/Person/B2", "getObjectById"),
            ("PUT", "/counters/visits/increment/get", "incrementAndGet"),
            ("GET", "/users/logout", "logoutUser"),
            ("DELETE", "/files/a/b/c.txt", "deleteFile"),
            ("PUT", "/counters/visits/increment/get/", "incrementAndGet"),
            ("GET", "/users/logout/", "logoutUser"),
            ("GET", "/files/", "listRootDirectory"),
            ("GET", "/files/a/", "listFiles"),
        ] {
            assert_eq!(find_by(method, path).id, id, "{method} {path}");
        }
    }

    #[test]
    fn any_other_request_has_the_metadata_of_its_method() {
        for (method, is_idempotent) in [
            ("GET", true),
            ("HEAD", true),
            ("OPTIONS", true),
            ("PUT", true),
            ("DELETE", true),
            ("POST", false),
            ("PATCH", false),
        ] {
            let operation = find_by(method, "/hive/primary");
            assert_eq!((operation.id, operation.method), ("request", method));
            let idempotency = operation.idempotency;
            assert_eq!(idempotency != Idempotency::NotIdempotent, is_idempotent);
            assert_eq!(operation.error_codes, ErrorCodes::Service);
            assert_eq!(operation.session, SessionUse::Uses);
        }
    }

    #[test]
    fn paths_of_the_application_have_its_error_codes() {
        for path in ["/services/Shop/items/5/parts", "/servercode/events/a/b"] {
            let operation = find_by("PATCH", path);
            assert_eq!((operation.id, operation.method), ("request", "PATCH"));
            assert_eq!(operation.error_codes, ErrorCodes::Application);
        }
    }

    #[test]
    fn methods_of_connections_and_extensions_are_not_supported() {
        for method in ["CONNECT", "TRACE", "PROPFIND"] {
            assert!(of(&method.parse().unwrap()).is_none(), "{method}");
        }
    }
}
