//! Checks of schemas.

use super::{Check, Finding, Subject};
use crate::document::At;
use crate::rules::schemas::{all, has_open_properties, of_responses, reachable};

pub(super) const NUMBER_WITHOUT_FORMAT: Check = Check {
    problem: "a number has no format, so that its range is unknown",
    action: "uses i64 for an integer and f64 for a number",
    find: |subject| {
        let bare = |at: &At<'_>| {
            let kind = at.str("type");
            let found = kind.filter(|kind| matches!(*kind, "integer" | "number"))?;
            at.child("format").is_none().then(|| found.to_owned())
        };
        Ok(subject.schemas(bare))
    },
};

pub(super) const CLOSED_ENUM: Check = Check {
    problem: "an enum is closed, so that a value that the service adds breaks readers",
    action: "uses a string, and lists the known values in its documentation",
    find: |subject| {
        let values = |at: &At<'_>| {
            let values = at.child("enum")?.items();
            let values: Vec<String> = values.iter().map(|value| value.node().summary()).collect();
            Some(values.join(", "))
        };
        Ok(subject.schemas(values))
    },
};

pub(super) const NOTHING_REQUIRED: Check = Check {
    problem: "an object of a response requires none of its properties",
    action: "uses an `Option` for each; the handwritten types define which of them are always present",
    find: |subject| {
        let responses = reachable(subject.document, of_responses(subject.document));
        let mut found = Vec::new();
        for at in responses {
            let loose = at.child("properties").is_some() && at.child("required").is_none();
            // An open object is the caller's own type.
            if loose && !has_open_properties(at.node()) {
                found.push(subject.named(&at, String::new()));
            }
        }
        found.sort_by_key(|(line, _)| *line);
        Ok(found.into_iter().map(|(_, finding)| finding).collect())
    },
};

pub(super) const NOT_CONFORMING: Check = Check {
    problem: "the service does not conform to the schemas of an operation",
    action: "reads and writes its JSON with the SDK's own types, because of `x-open-json`",
    find: |subject| {
        let mut found = Vec::new();
        for operation in &subject.model.operations {
            if let (Some(note), Some(at)) = (
                &operation.extensions.open_json,
                subject.document.at(&operation.pointer),
            ) {
                found.push(Finding {
                    place: at.place(),
                    what: format!("`{}`: {}", operation.id, note.text),
                });
            }
        }
        Ok(found)
    },
};

impl Subject<'_> {
    /// A finding for each schema for which `about` returns a text, sorted by line. A shared schema is listed once.
    fn schemas(&self, about: impl Fn(&At<'_>) -> Option<String>) -> Vec<Finding> {
        let mut found = Vec::new();
        for at in all(self.document) {
            if let Some(what) = about(&at) {
                found.push(self.named(&at, what));
            }
        }
        found.sort_by_key(|(line, _)| *line);
        found.dedup_by_key(|(line, _)| *line);
        found.into_iter().map(|(_, finding)| finding).collect()
    }

    /// A finding, with the position that it is sorted by.
    fn named(&self, at: &At<'_>, what: String) -> ((usize, usize, usize), Finding) {
        let place = at.node().place;
        let owner = self.document.at(&at.pointer().parent());
        let name = match owner.as_ref().and_then(|owner| owner.str("name")) {
            Some(parameter) => format!("parameter `{parameter}`"),
            None => path_of(at),
        };
        let what = match what.is_empty() {
            true => name,
            false => format!("{name}: {what}"),
        };
        let finding = Finding {
            place: at.place(),
            what,
        };
        ((place.file, place.line, place.column), finding)
    }
}

/// The path of a schema, for readers.
fn path_of(at: &At<'_>) -> String {
    let keys: Vec<&str> = at.pointer().keys().collect();
    match keys.as_slice() {
        ["components", "schemas", rest @ ..] => {
            let names = rest.iter().filter(|key| **key != "properties");
            format!("`{}`", names.copied().collect::<Vec<_>>().join("."))
        }
        ["paths", path, method, rest @ ..] => {
            format!("{} {path}, {}", method.to_uppercase(), rest.join("/"))
        }
        _ => at.pointer().to_string(),
    }
}
