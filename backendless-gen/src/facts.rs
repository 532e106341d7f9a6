//! What the specification cannot say, keyed by operationId.
//!
//! Each row gives its reason. A row whose operation, parameter or difference is gone is refused as stale, so that
//! this table never grows a tail of things that once were so.

use std::collections::BTreeSet;

use crate::Error;
use crate::model::{In, Model};

/// Whether sending the same request twice does the same as sending it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// It changes nothing.
    Safe,
    Idempotent,
    NotIdempotent,
    /// Idempotent when the query parameter is sent with this value.
    IdempotentWhen {
        query: &'static str,
        value: &'static str,
    },
}

/// One operation that is not what its method says.
struct IdempotencyRow {
    operation: &'static str,
    is: Idempotency,
    why: &'static str,
}

const IDEMPOTENCY: [IdempotencyRow; 7] = [
    IdempotencyRow {
        operation: "incrementAndGet",
        is: Idempotency::NotIdempotent,
        why: "a PUT that counts each time",
    },
    IdempotencyRow {
        operation: "incrementByAndGet",
        is: Idempotency::NotIdempotent,
        why: "a PUT that counts each time",
    },
    IdempotencyRow {
        operation: "loginUser",
        is: Idempotency::Idempotent,
        why: "a second login opens another session and harms nothing",
    },
    IdempotencyRow {
        operation: "logoutUser",
        is: Idempotency::Idempotent,
        why: "a GET that ends the session, which stays ended: repeatable, but not safe",
    },
    IdempotencyRow {
        operation: "pollMessages",
        is: Idempotency::NotIdempotent,
        why: "a GET that hands each message out once: what a lost answer held is gone",
    },
    IdempotencyRow {
        operation: "restorePassword",
        is: Idempotency::NotIdempotent,
        why: "a GET that sends an e-mail each time",
    },
    IdempotencyRow {
        operation: "uploadFile",
        is: Idempotency::IdempotentWhen {
            query: "overwrite",
            value: "true",
        },
        why: "without overwrite the second upload meets the file of the first and fails",
    },
];

/// A path parameter whose value is itself a path.
struct SegmentsRow {
    operation: &'static str,
    parameter: &'static str,
}

/// The description of `path` says so in words only: "Directory path and filename, e.g. images/photo.png".
const SEVERAL_SEGMENTS: [SegmentsRow; 2] = [
    SegmentsRow {
        operation: "uploadFile",
        parameter: "path",
    },
    SegmentsRow {
        operation: "deleteFile",
        parameter: "path",
    },
];

/// An operation whose JSON the handwritten layer reads and writes with types of its own.
struct OpenRow {
    operation: &'static str,
    why: &'static str,
}

/// The service does not keep to these schemas, so a type that does would fail on its answers or lose a part of them.
const OPEN: [OpenRow; 5] = [
    OpenRow {
        operation: "deleteObject",
        why: "the row is gone, whatever the answer says of the time",
    },
    OpenRow {
        operation: "publishMessage",
        why: "older servers write the status as a number",
    },
    OpenRow {
        operation: "saveGeoPoint",
        why: "the service answers the point inside an object, in `geopoint`",
    },
    OpenRow {
        operation: "findGeoPoints",
        why: "its points are those of saveGeoPoint",
    },
    OpenRow {
        operation: "uploadFile",
        why: "the document requires nothing, but an upload of which no address is told is no success",
    },
];

/// What RFC 9110 says of a method.
fn by_method(method: &str) -> Idempotency {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" => Idempotency::Safe,
        "PUT" | "DELETE" => Idempotency::Idempotent,
        _ => Idempotency::NotIdempotent,
    }
}

pub(crate) fn idempotency(operation: &str, method: &str) -> Idempotency {
    let row = IDEMPOTENCY.iter().find(|row| row.operation == operation);
    row.map_or_else(|| by_method(method), |row| row.is)
}

/// Why the JSON of an operation is of the caller's type, whatever its schema says.
pub(crate) fn open_reason(operation: &str) -> Option<&'static str> {
    OPEN.iter()
        .find(|row| row.operation == operation)
        .map(|row| row.why)
}

/// Why an operation is not what its method says.
pub(crate) fn idempotency_reason(operation: &str) -> Option<&'static str> {
    IDEMPOTENCY
        .iter()
        .find(|row| row.operation == operation)
        .map(|row| row.why)
}

pub(crate) fn several_segments(operation: &str, parameter: &str) -> bool {
    SEVERAL_SEGMENTS
        .iter()
        .any(|row| row.operation == operation && row.parameter == parameter)
}

/// Refuses rows that say nothing any more.
pub(crate) fn check(model: &Model) -> Result<(), Error> {
    let find = |id: &str| model.operations.iter().find(|operation| operation.id == id);
    for row in &IDEMPOTENCY {
        let Some(operation) = find(row.operation) else {
            return Err(stale(row.operation, "there is no such operation"));
        };
        if by_method(&operation.method) == row.is {
            return Err(stale(
                row.operation,
                &format!("{} says the same by itself", operation.method),
            ));
        }
        if let Idempotency::IdempotentWhen { query, .. } = row.is
            && !operation
                .parameters_in(In::Query)
                .any(|parameter| parameter.name == query)
        {
            return Err(stale(
                row.operation,
                &format!("it has no query parameter `{query}`"),
            ));
        }
    }
    for row in &OPEN {
        if find(row.operation).is_none() {
            return Err(stale(row.operation, "there is no such operation"));
        }
    }
    for row in &SEVERAL_SEGMENTS {
        let found = find(row.operation).is_some_and(|operation| {
            operation
                .parameters_in(In::Path)
                .any(|parameter| parameter.name == row.parameter)
        });
        if !found {
            let what = format!(
                "there is no such operation with a path parameter `{}`",
                row.parameter
            );
            return Err(stale(row.operation, &what));
        }
    }
    Ok(())
}

/// Refuses rows for operations whose schemas are open by themselves. `needed` are those with a schema that is not.
pub(crate) fn check_open(model: &Model, needed: &BTreeSet<&str>) -> Result<(), Error> {
    let idle = OPEN.iter().find(|row| {
        let exists = model
            .operations
            .iter()
            .any(|operation| operation.id == row.operation);
        exists && !needed.contains(row.operation)
    });
    idle.map_or(Ok(()), |row| {
        Err(stale(row.operation, "its schemas are open without it"))
    })
}

fn stale(operation: &str, what: &str) -> Error {
    Error::new(format!(
        "the row `{operation}` of backendless-gen/src/facts.rs is stale: {what}\n  \
         valid: remove the row, or write it for the operation that took its place"
    ))
}

#[cfg(test)]
mod tests {
    use super::Idempotency;
    use crate::read;

    #[test]
    fn the_operations_that_must_not_be_sent_twice_are_these() {
        let spec = include_str!("../../openapi.yaml");
        let (model, _) = read("openapi.yaml", spec).unwrap();
        let ids = |wanted: fn(Idempotency) -> bool| -> Vec<String> {
            let found = model
                .operations
                .iter()
                .filter(|operation| wanted(operation.idempotency));
            let mut ids: Vec<String> = found.map(|operation| operation.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(
            ids(|is| is == Idempotency::NotIdempotent),
            [
                "createObject",
                "incrementAndGet",
                "incrementByAndGet",
                "invokeCloudCodeService",
                "pollMessages",
                "publishMessage",
                "registerUser",
                "restorePassword",
                "saveGeoPoint",
                "sendEmail",
            ]
        );
        assert_eq!(
            ids(|is| matches!(is, Idempotency::IdempotentWhen { .. })),
            ["uploadFile"]
        );
    }
}
