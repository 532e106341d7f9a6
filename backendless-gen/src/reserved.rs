//! The values of a path parameter that would turn its path into that of another operation.
//!
//! `GET /data/{table-name}/{object-id}` with the object id `count` is `GET /data/{table-name}/count`: another operation.
//! A service that routes by path cannot tell the two apart, so such a value must never be sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{In, Model, Operation};
use crate::template::Segment;

/// The reserved values per parameter, and the notes for those that are reserved more widely than needed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// Sorted. A value of several segments may hold `{name}` for a segment that can be anything.
    pub(crate) values: BTreeMap<String, BTreeSet<String>>,
    pub(crate) notes: BTreeSet<String>,
}

/// What the parameters of one operation would have to be for its path to be that of another.
type Meeting = BTreeMap<String, String>;

pub(crate) fn of(model: &Model, operation: &Operation) -> Reserved {
    let mut reserved = Reserved::default();
    let others = model
        .operations
        .iter()
        .filter(|other| other.method == operation.method && other.id != operation.id);
    for other in others {
        for meeting in meetings(operation, other) {
            reserve(&mut reserved, operation, other, &meeting);
        }
    }
    reserved
}

/// Reserves one value of a meeting. When several parameters would have to collide jointly, the value of the last one
/// is reserved whatever the others are: refusing a little more than needed is safe, the opposite is not.
fn reserve(reserved: &mut Reserved, operation: &Operation, other: &Operation, meeting: &Meeting) {
    let ordered = operation
        .template
        .parameters()
        .filter(|name| meeting.contains_key(*name));
    let Some(name) = ordered.last() else {
        return;
    };
    let value = &meeting[name];
    reserved
        .values
        .entry(name.to_owned())
        .or_default()
        .insert(value.clone());
    if meeting.len() > 1 {
        let needed: Vec<String> = meeting
            .iter()
            .map(|(name, value)| format!("`{name}` = `{value}`"))
            .collect();
        reserved.notes.insert(format!(
            "Only together do {} make the path that of `{}`; `{value}` is reserved for `{name}` in any case.",
            needed.join(" and "),
            other.id
        ));
    }
}

/// One segment after parameters of several segments were written out as several.
#[derive(Clone, Copy)]
enum Slot<'t> {
    Segment(&'t Segment),
    /// One of the segments of the parameter.
    Part(&'t str),
}

/// Every way in which the path of `operation` can be one of `other`, ways that bind nothing left out.
fn meetings(operation: &Operation, other: &Operation) -> BTreeSet<Meeting> {
    let limit = operation
        .template
        .segments
        .len()
        .max(other.template.segments.len())
        + 1;
    let mut found = BTreeSet::new();
    for own in spellings(operation, limit) {
        for foreign in spellings(other, limit) {
            if own.len() == foreign.len()
                && let Some(meeting) = meet(&own, &foreign).filter(|meeting| !meeting.is_empty())
            {
                found.insert(meeting);
            }
        }
    }
    found
}

/// The template with each parameter of several segments written as one, two, ... segments.
fn spellings(operation: &Operation, limit: usize) -> Vec<Vec<Slot<'_>>> {
    let mut found: Vec<Vec<Slot<'_>>> = vec![Vec::new()];
    for segment in &operation.template.segments {
        let several = segment
            .parameter()
            .filter(|name| operation.is_multi_segment(name));
        let endings: Vec<Vec<Slot<'_>>> = match several {
            Some(name) => (1..=limit)
                .map(|count| vec![Slot::Part(name); count])
                .collect(),
            None => vec![vec![Slot::Segment(segment)]],
        };
        found = found
            .iter()
            .flat_map(|start| endings.iter().map(|end| [start.as_slice(), end].concat()))
            .collect();
    }
    found
}

/// What the own parameters have to be so that both read the same, if that is possible.
fn meet(own: &[Slot<'_>], foreign: &[Slot<'_>]) -> Option<Meeting> {
    let mut meeting = Meeting::new();
    // The parts of a parameter of several segments; a part that may be anything stands as `{..}`.
    let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (own, foreign) in own.iter().zip(foreign) {
        match (own, foreign_text(foreign)) {
            (Slot::Part(name), Ok(text)) => parts.entry(name).or_default().push(text.to_owned()),
            (Slot::Part(name), Err(any)) => parts.entry(name).or_default().push(any),
            (Slot::Segment(segment), Ok(text)) => match segment.text() {
                Some(own) if own == text => {}
                Some(_) => return None,
                None => {
                    let (name, value) = segment.value_for(text)?;
                    meeting.insert(name.to_owned(), value.to_owned());
                }
            },
            (Slot::Segment(segment), Err(_)) => {
                if let (Some(own), Slot::Segment(foreign)) = (segment.text(), foreign) {
                    foreign.value_for(own)?;
                }
            }
        }
    }
    for (name, parts) in parts {
        if parts.iter().any(|part| !part.starts_with('{')) {
            meeting.insert(name.to_owned(), parts.join("/"));
        }
    }
    Some(meeting)
}

/// The text of a foreign segment, or the `{name}` that stands for anything.
fn foreign_text<'t>(slot: &Slot<'t>) -> Result<&'t str, String> {
    match slot {
        Slot::Part(name) => Err(format!("{{{name}}}")),
        Slot::Segment(segment) => segment
            .text()
            .ok_or_else(|| format!("{{{}}}", segment.parameter().unwrap_or("any"))),
    }
}

/// The parameters in the order of the path.
pub(crate) fn path_parameters(operation: &Operation) -> Vec<&str> {
    let declared = |name: &&str| {
        operation
            .parameters_in(In::Path)
            .any(|parameter| parameter.name == *name)
    };
    operation.template.parameters().filter(declared).collect()
}

#[cfg(test)]
mod tests {
    use super::{Reserved, of};
    use crate::generate::read;
    use crate::source::Source;

    /// The reserved values of the first operation among `paths`: an id, a method and a template each.
    fn reserved(paths: &[(&str, &str, &str)]) -> Reserved {
        let mut spec = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
        for (id, method, path) in paths {
            let names = path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next());
            let parameters: Vec<String> = names
                .map(|name| {
                    format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}")
                })
                .collect();
            spec.push_str(&format!(
                "  '{path}':\n    {method}: {{operationId: {id}, parameters: [{}], responses: {{}}}}\n",
                parameters.join(", ")
            ));
        }
        let (model, _) = read(&Source::new("spec.yaml", spec)).unwrap();
        of(&model, &model.operations[0])
    }

    /// `name=value` for each.
    fn values(reserved: &Reserved) -> Vec<String> {
        let all = reserved.values.iter();
        all.flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={value}")))
            .collect()
    }

    #[test]
    fn a_literal_in_the_place_of_a_parameter_is_reserved() {
        let found = reserved(&[
            ("get", "get", "/data/{table}/{id}"),
            ("count", "get", "/data/{table}/count"),
        ]);
        assert_eq!(values(&found), ["id=count"]);
        assert!(found.notes.is_empty());
    }

    #[test]
    fn the_operation_with_the_literal_reserves_nothing() {
        let found = reserved(&[
            ("count", "get", "/data/{table}/count"),
            ("get", "get", "/data/{table}/{id}"),
        ]);
        assert_eq!(found, Reserved::default());
    }

    #[test]
    fn another_method_or_another_length_is_another_path() {
        let found = reserved(&[
            ("get", "get", "/data/{table}/{id}"),
            ("make", "post", "/data/{table}/make"),
            ("deep", "get", "/data/{table}/deep/{id}"),
            ("other", "get", "/users/{table}/count"),
        ]);
        assert_eq!(values(&found), Vec::<String>::new());
    }

    #[test]
    fn a_parameter_at_any_position_can_collide() {
        let found = reserved(&[
            ("get", "get", "/{service}/{id}/info"),
            ("users", "get", "/users/{name}/info"),
        ]);
        assert_eq!(values(&found), ["service=users"]);
    }

    #[test]
    fn a_literal_against_a_parameter_elsewhere_still_collides() {
        // `/data/mine/count` is both.
        let found = reserved(&[
            ("count", "get", "/data/{table}/count"),
            ("mine", "get", "/data/mine/{id}"),
        ]);
        assert_eq!(values(&found), ["table=mine"]);
    }

    #[test]
    fn a_joint_collision_reserves_the_last_parameter_and_says_so() {
        let found = reserved(&[
            ("call", "post", "/{service}/{method}"),
            ("email", "post", "/messaging/email"),
        ]);
        assert_eq!(values(&found), ["method=email"]);
        let notes: Vec<&String> = found.notes.iter().collect();
        assert_eq!(
            notes,
            [
                "Only together do `method` = `email` and `service` = `messaging` make the path that of `email`; \
              `email` is reserved for `method` in any case."
            ]
        );
    }

    #[test]
    fn a_segment_with_text_around_its_parameter_reserves_what_stands_between() {
        let found = reserved(&[
            ("page", "get", "/pages/{name}.html"),
            ("index", "get", "/pages/index.html"),
        ]);
        assert_eq!(values(&found), ["name=index"]);
        let found = reserved(&[
            ("page", "get", "/pages/{name}.html"),
            ("index", "get", "/pages/index.txt"),
        ]);
        assert_eq!(values(&found), Vec::<String>::new());
    }

    #[test]
    fn a_parameter_of_several_segments_reserves_whole_paths() {
        let found = reserved(&[
            ("deleteFile", "delete", "/files/{path}"),
            ("clear", "delete", "/files/trash"),
            ("purge", "delete", "/files/trash/all"),
            ("directory", "delete", "/files/list/{name}"),
        ]);
        assert_eq!(
            values(&found),
            ["path=list/{name}", "path=trash", "path=trash/all"]
        );
    }

    #[test]
    fn a_literal_path_below_a_parameter_of_several_segments_is_its_own() {
        // The other way round: whatever `{name}` is, the longer template stays the more exact one.
        let found = reserved(&[
            ("directory", "delete", "/files/list/{name}"),
            ("deleteFile", "delete", "/files/{path}"),
        ]);
        assert_eq!(values(&found), Vec::<String>::new());
    }
}
