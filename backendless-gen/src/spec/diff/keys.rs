//! Keys of a document that no other comparison reads.

use std::collections::BTreeSet;

use super::{Change, Level, Subject};
use crate::document::At;
use crate::rules::schemas::LIMITS;

/// Keys that only describe. Extensions describe too, except those in [`LIVE`].
const TEXTS: [&str; 11] = [
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "info",
    "openapi",
    "summary",
    "tags",
    "title",
    "xml",
];

/// The extensions that change the requests of `Profile::Live`.
const LIVE: [&str; 2] = ["x-live-path", "x-live-name"];

/// A change for each key outside `known` whose values differ.
pub(super) fn compare(label: &str, from: &At<'_>, to: &At<'_>, known: &[&str]) -> Vec<Change> {
    let changed = |key: &&str| from.node().get(key) != to.node().get(key);
    let keys: BTreeSet<&str> = keys(from).into_iter().chain(keys(to)).collect();
    let keys = keys.into_iter().filter(|key| !known.contains(key));
    keys.filter(changed)
        .map(|key| {
            let at = to.child(key).unwrap_or_else(|| to.clone());
            let what = match label {
                "" => format!("`{key}` changed"),
                label => format!("the {key} of {label} changed"),
            };
            let change = Change::new(level(key), what, &at).about(subject(key));
            match note(key) {
                Some(note) => change.note(note),
                None => change,
            }
        })
        .collect()
}

fn keys<'d>(at: &At<'d>) -> Vec<&'d str> {
    at.entries().into_iter().map(|(key, _)| key).collect()
}

fn level(key: &str) -> Level {
    let describes = TEXTS.contains(&key) || key.starts_with("x-") && !LIVE.contains(&key);
    match describes {
        true => Level::Textual,
        false => Level::Behaviour,
    }
}

fn note(key: &str) -> Option<&'static str> {
    match key {
        "default" => Some("the SDK leaves the default to the service"),
        "servers" => Some(
            "the generator does not read servers: the default origin is handwritten, in \
             backendless/src/client/builder.rs",
        ),
        key if LIVE.contains(&key) => Some("`Profile::Live` sends another request"),
        key if LIMITS.contains(&key) => {
            Some("the generated types do not check limits; the service does")
        }
        _ => None,
    }
}

/// The field of the constant that a key of an operation or a parameter sets.
fn subject(key: &str) -> Option<Subject> {
    let field = match key {
        "tags" => "service",
        "x-error-codes" => "error_codes",
        "x-idempotency" => "idempotency",
        "x-multi-segment" => "path_parameters",
        "x-session" => "session",
        "x-user-token" => "returns_token",
        _ => return None,
    };
    Some(Subject::Constant(field.to_owned()))
}
