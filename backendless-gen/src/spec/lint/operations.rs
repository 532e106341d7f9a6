//! Checks of operations.

use super::{Check, Finding, Subject};
use crate::document::At;
use crate::extensions::Idempotency;
use crate::model::{Operation, Response};
use crate::reserved;
use crate::review;
use crate::spec::text::listed;

pub(super) const COLLISION: Check = Check {
    problem: "a value of a path parameter makes the path address another operation",
    action: "reserves the value in `operations`; the client rejects it before the request is sent",
    find: |subject| {
        let mut found = Vec::new();
        for operation in &subject.model.operations {
            for (name, values) in reserved::of(subject.model, operation).values {
                let values = listed(&values);
                let what = format!(
                    "{} {}: `{name}` = {values}",
                    operation.method, operation.template
                );
                found.push(subject.finding(operation, what));
            }
        }
        Ok(found)
    },
};

pub(super) const NORMALIZED: Check = Check {
    problem: "a part of the document is generated in another way than it is written, or not at all",
    action: "what each line says; `generate` prints the same lines as warnings",
    find: |subject| {
        let notes = subject.document.notes().iter();
        let first_line = |note: &String| note.lines().next().unwrap_or_default().to_owned();
        let findings = notes.map(first_line).filter_map(|note| {
            let (place, what) = note.split_once(": ")?;
            Some(Finding {
                place: place.to_owned(),
                what: what.to_owned(),
            })
        });
        Ok(findings.collect())
    },
};

pub(super) const SLASHES: Check =
    Check {
        problem: "the value of a path parameter is itself a path, for which OpenAPI has no keyword",
        action: "keeps its slashes and encodes each segment, because of `x-multi-segment`",
        find: |subject| {
            let mut found = Vec::new();
            for operation in &subject.model.operations {
                let names = operation.template.parameters();
                let names = names.filter(|name| operation.is_multi_segment(name));
                found.extend(names.map(|name| {
                    subject.finding(operation, format!("`{name}` of `{}`", operation.id))
                }));
            }
            Ok(found)
        },
    };

pub(super) const METHOD: Check = Check {
    problem: "the idempotency of an operation is not that of its method, so that a proxy or a client may retry or cache it wrongly",
    action: "takes its idempotency from `x-idempotency`; retries depend on that",
    find: |subject| {
        let about = |operation: &Operation| {
            let reason = operation.extensions.idempotency_reason.as_ref()?;
            let differs = operation.extensions.idempotency != of_method(&operation.method);
            differs.then(|| format!("`{}`: {}", operation.id, reason.text))
        };
        Ok(subject.each(about))
    },
};

pub(super) const NOT_REVIEWED: Check = Check {
    problem: "the idempotency of an operation is not reviewed: no overlay has `x-idempotency` for it",
    action: "retries it only if its method is safe",
    find: |subject| {
        let about = |operation: &Operation| {
            (!review::is_reviewed(operation)).then(|| review::description(operation))
        };
        Ok(subject.each(about))
    },
};

/// The idempotency of a method in RFC 9110, section 9.2.
fn of_method(method: &str) -> Idempotency {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" => Idempotency::Safe,
        "PUT" | "DELETE" => Idempotency::Idempotent,
        _ => Idempotency::NotIdempotent,
    }
}

pub(super) const SCHEME: Check = Check {
    problem: "a security scheme is not the header `user-token`",
    action: "treats every scheme as the user token: any other one needs handwritten code",
    find: |subject| {
        let schemes = subject.document.components("securitySchemes");
        let foreign = |(name, at): (&str, At<'_>)| {
            let known = at.str("in") == Some("header") && at.str("name") == Some("user-token");
            (!known).then(|| Finding {
                place: at.place(),
                what: format!("`{name}`"),
            })
        };
        Ok(schemes.into_iter().filter_map(foreign).collect())
    },
};

pub(super) const NO_ERROR: Check = Check {
    problem: "no error is declared",
    action: "reads every status but 2xx as an error with its code and message, declared or not",
    find: |subject| {
        let about = |operation: &Operation| {
            let mut statuses = subject.responses(operation).into_iter();
            let declared = statuses.any(|(status, _)| is_error(status));
            (!declared).then(|| format!("`{}`", operation.id))
        };
        Ok(subject.each(about))
    },
};

pub(super) const ERROR_WITHOUT_SCHEMA: Check = Check {
    problem: "an error is declared without a schema",
    action: "reads its body like every error body: as the envelope of the service, or as text",
    find: |subject| {
        let about = |operation: &Operation| {
            let mut bare = subject.responses(operation);
            bare.retain(|(status, at)| is_error(status) && at.child("content").is_none());
            let statuses: Vec<&str> = bare.iter().map(|(status, _)| *status).collect();
            (!bare.is_empty()).then(|| format!("`{}`: {}", operation.id, statuses.join(", ")))
        };
        Ok(subject.each(about))
    },
};

pub(super) const NO_CONTENT: Check = Check {
    problem: "a success is declared without a schema, so that its content is not accessible",
    action: "the generated function returns `()` and ignores the body",
    find: |subject| {
        let about = |operation: &Operation| {
            (operation.response == Response::Empty).then(|| format!("`{}`", operation.id))
        };
        Ok(subject.each(about))
    },
};

pub(super) const NO_DESCRIPTION: Check = Check {
    problem: "an operation has neither summary nor description",
    action: "documents it by its method and path",
    find: |subject| {
        let about = |operation: &Operation| {
            let at = subject.document.at(&operation.pointer)?;
            let bare = at.str("summary").is_none() && at.str("description").is_none();
            bare.then(|| format!("`{}`", operation.id))
        };
        Ok(subject.each(about))
    },
};

fn is_error(status: &str) -> bool {
    status == "default" || status.starts_with(['4', '5'])
}

impl<'s> Subject<'s> {
    fn finding(&self, operation: &Operation, what: String) -> Finding {
        let at = self.document.at(&operation.pointer);
        let at = at.unwrap_or_else(|| self.document.root());
        Finding {
            place: at.place(),
            what,
        }
    }

    /// A finding for each operation for which `about` returns a text.
    fn each(&self, about: impl Fn(&Operation) -> Option<String>) -> Vec<Finding> {
        let operations = self.model.operations.iter();
        operations
            .filter_map(|operation| Some(self.finding(operation, about(operation)?)))
            .collect()
    }

    fn responses(&self, operation: &Operation) -> Vec<(&'s str, At<'s>)> {
        let responses = self.document.at(&operation.pointer.join("responses"));
        responses.map(|at| at.entries()).unwrap_or_default()
    }
}
