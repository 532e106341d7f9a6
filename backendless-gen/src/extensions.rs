//! The `x-` extensions that describe what OpenAPI has no keyword for. Overlays add them to the operations.
//!
//! | extension | where | value |
//! | --- | --- | --- |
//! | `x-idempotency` | operation | `safe`, `idempotent`, `not-idempotent`, or `idempotent-when: {query: name, value: text}` |
//! | `x-idempotency-reason` | operation, with `x-idempotency` | why |
//! | `x-session` | operation | `ends`: a success ends the session of the user token |
//! | `x-user-token` | operation | `returned`: the response may contain the token of a session |
//! | `x-error-codes` | operation | `application`: error codes are those of the application's own code |
//! | `x-open-json` | operation | why the SDK reads and writes its JSON with its own types, not those of the schemas |
//! | `x-live-path` | operation | the path that the live service expects |
//! | `x-multi-segment` | path parameter | `true`: the value is itself a path, whose slashes are kept, for all methods of the path |
//! | `x-live-name` | query parameter | the name that the live service expects |
//!
//! `live` reads the last of each group, `x-live-path` and `x-live-name`; this module reads the others.

use std::fmt;

use crate::Error;
use crate::document::At;

/// The extensions of an operation.
pub(crate) const OF_OPERATIONS: [&str; 7] = [
    IDEMPOTENCY,
    REASON,
    SESSION,
    USER_TOKEN,
    ERROR_CODES,
    OPEN_JSON,
    "x-live-path",
];
/// The extensions of a parameter.
pub(crate) const OF_PARAMETERS: [&str; 2] = [MULTI_SEGMENT, "x-live-name"];

pub(crate) const IDEMPOTENCY: &str = "x-idempotency";
pub(crate) const REASON: &str = "x-idempotency-reason";
pub(crate) const SESSION: &str = "x-session";
const USER_TOKEN: &str = "x-user-token";
const ERROR_CODES: &str = "x-error-codes";
const OPEN_JSON: &str = "x-open-json";
pub(crate) const MULTI_SEGMENT: &str = "x-multi-segment";

/// Whether a request has the same effect when it is sent twice as when it is sent once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// It changes nothing.
    Safe,
    Idempotent,
    NotIdempotent,
    /// Idempotent if the query parameter has this value.
    IdempotentWhen {
        query: String,
        value: String,
    },
}

impl fmt::Display for Idempotency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Safe => f.pad("safe"),
            Self::Idempotent => f.pad("idempotent"),
            Self::NotIdempotent => f.pad("not idempotent"),
            Self::IdempotentWhen { query, value } => {
                write!(f, "idempotent when {query}={value}")
            }
        }
    }
}

/// Whose error codes an operation returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCodes {
    Service,
    Application,
}

/// A text of an extension, and where it was read: `overlays/document.yaml:12:7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) text: String,
    pub(crate) place: String,
    /// The path of the extension in the document.
    pub(crate) pointer: String,
}

/// The extensions of one operation.
#[derive(Clone, Debug)]
pub(crate) struct Extensions {
    pub(crate) idempotency: Idempotency,
    /// Why it is so, if it was reviewed.
    pub(crate) idempotency_reason: Option<Note>,
    /// The reason that an overlay gives for another request, or for any request of this name.
    pub(crate) other_review: Option<Note>,
    /// Whether a success ends the session of the user token.
    pub(crate) ends_session: bool,
    /// Whether the response may contain the token of a session.
    pub(crate) returns_token: bool,
    pub(crate) error_codes: ErrorCodes,
    /// Why the SDK reads and writes the JSON of this operation with its own types.
    pub(crate) open_json: Option<Note>,
}

impl Extensions {
    /// Reads the extensions of an operation. `method` is in capitals.
    pub(crate) fn read(operation: &At<'_>, method: &str) -> Result<Self, Error> {
        // A vendor's own extension is no review: it may be new, and mean something else.
        let from_overlay = |key| operation.child(key).filter(At::is_from_overlay);
        let reason = match from_overlay(REASON) {
            Some(_) => note(operation, REASON)?,
            None => None,
        };
        let stated = match (from_overlay(IDEMPOTENCY), &reason) {
            (Some(at), Some(_)) => idempotency(&at)?,
            (None, None) => unreviewed(method),
            (Some(at), None) => {
                let problem = format!("`{IDEMPOTENCY}` without its reason");
                return Err(at.error(problem, &format!("`{REASON}` beside it")));
            }
            (None, Some(reason)) => {
                let problem = format!("`{REASON}` without `{IDEMPOTENCY}`");
                let help = format!("`{IDEMPOTENCY}` beside it");
                return Err(Error::at(&reason.place, &reason.pointer, &problem, &help));
            }
        };
        let (idempotency, idempotency_reason, other_review) = match operation.is_reviewed() {
            true => (stated, reason, None),
            false => (unreviewed(method), None, reason),
        };
        Ok(Self {
            idempotency,
            idempotency_reason,
            other_review,
            ends_session: keyword(operation, SESSION, "ends")?,
            returns_token: keyword(operation, USER_TOKEN, "returned")?,
            error_codes: match keyword(operation, ERROR_CODES, "application")? {
                true => ErrorCodes::Application,
                false => ErrorCodes::Service,
            },
            open_json: note(operation, OPEN_JSON)?,
        })
    }
}

/// Whether the value of a path parameter is itself a path.
pub(crate) fn multi_segment(parameter: &At<'_>) -> Result<bool, Error> {
    let Some(at) = parameter.child(MULTI_SEGMENT) else {
        return Ok(false);
    };
    if parameter.str("in") != Some("path") {
        let problem = format!("`{MULTI_SEGMENT}` on a parameter that is not a path parameter");
        return Err(at.error(
            problem,
            "`in: path`, or the parameter without this extension",
        ));
    }
    match at.node().bool() {
        Some(true) => Ok(true),
        _ => {
            let problem = format!("`{MULTI_SEGMENT}` is {}", at.node().summary());
            Err(at.error(problem, &format!("`{MULTI_SEGMENT}: true`")))
        }
    }
}

/// The idempotency of an operation that was not reviewed. Only a safe method (RFC 9110, section 9.2.1) is trusted: a PUT
/// that counts, which HTTP does not allow, must not be sent twice.
fn unreviewed(method: &str) -> Idempotency {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" => Idempotency::Safe,
        _ => Idempotency::NotIdempotent,
    }
}

fn idempotency(at: &At<'_>) -> Result<Idempotency, Error> {
    const HELP: &str =
        "safe, idempotent, not-idempotent, or `idempotent-when: {query: name, value: text}`";
    let unknown = || at.error(format!("`{IDEMPOTENCY}` has an unknown value"), HELP);
    match at.node().str() {
        Some("safe") => return Ok(Idempotency::Safe),
        Some("idempotent") => return Ok(Idempotency::Idempotent),
        Some("not-idempotent") => return Ok(Idempotency::NotIdempotent),
        _ => {}
    }
    let entries = at.entries();
    let [("idempotent-when", condition)] = entries.as_slice() else {
        return Err(unknown());
    };
    let text = |key| condition.str(key).map(str::to_owned);
    match (text("query"), text("value"), condition.entries().len()) {
        (Some(query), Some(value), 2) => Ok(Idempotency::IdempotentWhen { query, value }),
        _ => Err(condition.error(
            "a condition is a `query` and its `value`, both strings",
            "`query: overwrite` and `value: 'true'`",
        )),
    }
}

/// Whether the extension is there. Its only valid value is `value`.
fn keyword(operation: &At<'_>, key: &str, value: &str) -> Result<bool, Error> {
    match operation.child(key) {
        None => Ok(false),
        Some(at) if at.node().str() == Some(value) => Ok(true),
        Some(at) => {
            let problem = format!("`{key}` is {}", at.node().summary());
            Err(at.error(problem, &format!("`{key}: {value}`, or no `{key}`")))
        }
    }
}

/// The text of an extension.
fn note(operation: &At<'_>, key: &str) -> Result<Option<Note>, Error> {
    let Some(at) = operation.child(key) else {
        return Ok(None);
    };
    match at.node().str().filter(|text| !text.trim().is_empty()) {
        Some(text) => Ok(Some(Note {
            text: text.trim().trim_end_matches('.').to_owned(),
            place: at.place(),
            pointer: at.pointer().to_string(),
        })),
        None => {
            let problem = format!("`{key}` is {}", at.node().summary());
            Err(at.error(problem, "a reason, as text"))
        }
    }
}
