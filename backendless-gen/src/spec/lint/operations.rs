//! Checks of operations.

use super::{Check, Finding, Subject};
use crate::document::{At, Pointer};
use crate::extensions::Idempotency;
use crate::model::{Operation, Response};
use crate::reserved;
use crate::spec::text::listed;

pub(super) const COLLISION: Check = Check {
    what: "a value of a path parameter makes the path that of another operation",
    does: "reserves the value in `operations`; the client refuses it before anything is sent",
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

pub(super) const SLASHES: Check =
    Check {
        what: "a path parameter is itself a path, which the specification cannot say",
        does: "keeps its slashes and encodes each segment, because of `x-multi-segment`",
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
    what: "an operation does not do what its method says, so that a proxy or a client may repeat or cache it wrongly",
    does: "takes its idempotency from `x-idempotency`; retries depend on that",
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
    what: "the idempotency of an operation is not reviewed: no overlay has `x-idempotency` for it",
    does: "retries it only if its method is safe",
    find: |subject| {
        let about = |operation: &Operation| {
            let reviewed = operation.extensions.idempotency_reason.is_some();
            (!reviewed).then(|| format!("`{}`: {}", operation.id, operation.extensions.idempotency))
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
    what: "a security scheme is not the header `user-token`",
    does: "takes every scheme for the user token: what this one asks for has to be sent by hand",
    find: |subject| {
        let section = Pointer::of(["components", "securitySchemes"]);
        let schemes = subject.document.at(&section).map(|at| at.entries());
        let foreign = |(name, at): (&str, At<'_>)| {
            let known = at.str("in") == Some("header") && at.str("name") == Some("user-token");
            (!known).then(|| Finding {
                place: at.place(),
                what: format!("`{name}`"),
            })
        };
        Ok(schemes
            .unwrap_or_default()
            .into_iter()
            .filter_map(foreign)
            .collect())
    },
};

pub(super) const NO_ERROR: Check = Check {
    what: "no error is declared",
    does: "reads every status but 2xx as an error with its code and message, declared or not",
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
    what: "an error is declared in words only",
    does: "reads its body as every error body: as the envelope of the service, or as text",
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

pub(super) const NOTHING_BUT_WORDS: Check = Check {
    what: "a success is described in words only, so that whatever it holds is not to be had",
    does: "makes the raw function answer `()` and drops the body",
    find: |subject| {
        let about = |operation: &Operation| {
            (operation.response == Response::Empty).then(|| format!("`{}`", operation.id))
        };
        Ok(subject.each(about))
    },
};

pub(super) const NO_WORDS: Check = Check {
    what: "an operation says nothing of itself",
    does: "documents it by its method and path",
    find: |subject| {
        let about = |operation: &Operation| {
            let at = subject.document.at(&operation.pointer)?;
            let silent = at.str("summary").is_none() && at.str("description").is_none();
            silent.then(|| format!("`{}`", operation.id))
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

    /// What `about` says of each operation.
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
