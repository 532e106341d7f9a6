//! Reserved values of path parameters: those with which the path equals that of another operation.
//!
//! `GET /data/{table-name}/{object-id}` with the object id `count` is `GET /data/{table-name}/count`: another operation.
//! A service that routes by path cannot distinguish them, so such a value must never be sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Model, Operation};
use crate::parameters::In;
use crate::template::Segment;

/// The reserved values per parameter, and notes on values that are reserved more often than necessary.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// Sorted. In a value of several segments, `{name}` matches any segment, and `{name*}` one or more segments.
    pub(crate) values: BTreeMap<String, BTreeSet<String>>,
    pub(crate) notes: BTreeSet<String>,
}

/// Values of the parameters of one operation with which its path equals that of another operation.
type Collision = BTreeMap<String, String>;

/// Determines the reserved values of the path parameters of an operation.
pub(crate) fn of(model: &Model, operation: &Operation) -> Reserved {
    let mut reserved = Reserved::default();
    let others = model
        .operations
        .iter()
        .filter(|other| other.method == operation.method && other.id != operation.id)
        .filter(|other| may_collide(operation, other));
    for other in others {
        for collision in collisions(operation, other) {
            reserve(&mut reserved, operation, other, &collision);
        }
    }
    reserved
}

/// Whether the paths of two operations can be equal: excludes most operations before their paths are expanded.
fn may_collide(operation: &Operation, other: &Operation) -> bool {
    let has_multi_segment = |one: &Operation| {
        let mut parameters = one.parameters_in(In::Path);
        parameters.any(|parameter| parameter.multi_segment)
    };
    let (own, foreign) = (&operation.template.segments, &other.template.segments);
    let literals = own.iter().zip(foreign);
    let differ = |(own, foreign): (&Segment, &Segment)| match (own.text(), foreign.text()) {
        (Some(own), Some(foreign)) => own != foreign,
        _ => false,
    };
    if has_multi_segment(operation) || has_multi_segment(other) {
        return true;
    }
    own.len() == foreign.len() && !literals.into_iter().any(differ)
}

/// Reserves one value of a collision.
///
/// If a collision requires values of several parameters, the value of the last one is reserved independently of the others:
/// rejecting more values than necessary is safe, rejecting fewer is not.
fn reserve(
    reserved: &mut Reserved,
    operation: &Operation,
    other: &Operation,
    collision: &Collision,
) {
    let ordered = operation
        .template
        .parameters()
        .filter(|name| collision.contains_key(*name));
    let Some(name) = ordered.last() else {
        return;
    };
    let value = &collision[name];
    reserved
        .values
        .entry(name.to_owned())
        .or_default()
        .insert(value.clone());
    if collision.len() > 1 {
        let needed: Vec<String> = collision
            .iter()
            .map(|(name, value)| format!("`{name}` = `{value}`"))
            .collect();
        reserved.notes.insert(format!(
            "Only the combination of {} gives the path of `{}`; `{value}` is always reserved for `{name}`.",
            needed.join(" and "),
            other.id
        ));
    }
}

/// One segment, after multi-segment parameters were expanded.
#[derive(Clone, Copy)]
enum Slot<'t> {
    Segment(&'t Segment),
    /// One of the segments of the multi-segment parameter with this name.
    Part(&'t str),
}

/// All values with which the path of `operation` equals that of `other`. Excludes paths that are always equal.
fn collisions(operation: &Operation, other: &Operation) -> BTreeSet<Collision> {
    let limit = operation
        .template
        .segments
        .len()
        .max(other.template.segments.len())
        + 1;
    let mut found = BTreeSet::new();
    for own in expansions(operation, limit) {
        for foreign in expansions(other, limit) {
            if own.len() == foreign.len()
                && let Some(collision) =
                    collide(&own, &foreign).filter(|collision| !collision.is_empty())
            {
                found.insert(collision);
            }
        }
    }
    found
}

/// The template with each multi-segment parameter expanded to 1, 2, ... `limit` segments.
fn expansions(operation: &Operation, limit: usize) -> Vec<Vec<Slot<'_>>> {
    let mut found: Vec<Vec<Slot<'_>>> = vec![Vec::new()];
    for segment in &operation.template.segments {
        let multi_segment = segment
            .parameter()
            .filter(|name| operation.is_multi_segment(name));
        let endings: Vec<Vec<Slot<'_>>> = match multi_segment {
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

/// The values of the parameters in `own` with which the two paths are equal. `None` if they are never equal.
fn collide(own: &[Slot<'_>], foreign: &[Slot<'_>]) -> Option<Collision> {
    let mut collision = Collision::new();
    // The parts of each multi-segment parameter. A part that can have any value is written as `{..}`.
    let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (own, foreign) in own.iter().zip(foreign) {
        match (own, foreign_text(foreign)) {
            (Slot::Part(name), Ok(text)) => parts.entry(name).or_default().push(text.to_owned()),
            (Slot::Part(name), Err(any)) => {
                let parts = parts.entry(name).or_default();
                // `{name*}` matches all segments of a parameter.
                if !any.ends_with("*}") || parts.last() != Some(&any) {
                    parts.push(any);
                }
            }
            (Slot::Segment(segment), Ok(text)) => match segment.text() {
                Some(own) if own == text => {}
                Some(_) => return None,
                None => {
                    let (name, value) = segment.value_for(text)?;
                    collision.insert(name.to_owned(), value.to_owned());
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
            collision.insert(name.to_owned(), parts.join("/"));
        }
    }
    Some(collision)
}

/// The text of a segment of the other path, or the error `{name}` if it can have any value, or `{name*}` if it is one of
/// several segments that can.
fn foreign_text<'t>(slot: &Slot<'t>) -> Result<&'t str, String> {
    match slot {
        Slot::Part(name) => Err(format!("{{{name}*}}")),
        Slot::Segment(segment) => segment
            .text()
            .ok_or_else(|| format!("{{{}}}", segment.parameter().unwrap_or("any"))),
    }
}

/// The names of the path parameters in the order of the template.
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

    /// The reserved values of the first operation in `paths`, whose entries are an id, a method and a template. `{name*}` is a
    /// multi-segment parameter.
    fn reserved(paths: &[(&str, &str, &str)]) -> Reserved {
        let mut spec = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
        for (id, method, path) in paths {
            let names = path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next());
            let parameters: Vec<String> = names
                .map(|name| {
                    let multi_segment = match name.strip_suffix('*') {
                        Some(_) => ", x-multi-segment: true",
                        None => "",
                    };
                    let name = name.trim_end_matches('*');
                    format!(
                        "{{name: {name}, in: path, required: true, schema: {{type: string}}{multi_segment}}}"
                    )
                })
                .collect();
            let path = path.replace('*', "");
            spec.push_str(&format!(
                "  '{path}':\n    {method}: {{operationId: {id}, parameters: [{}], responses: {{}}}}\n",
                parameters.join(", ")
            ));
        }
        let (model, _) = read(&Source::new("spec.yaml", spec)).unwrap();
        of(&model, &model.operations[0])
    }

    /// The reserved values as `name=value`.
    fn values(reserved: &Reserved) -> Vec<String> {
        let all = reserved.values.iter();
        all.flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={value}")))
            .collect()
    }

    #[test]
    fn a_literal_at_the_position_of_a_parameter_is_reserved() {
        let found = reserved(&[
            ("get", "get", "/data/{table}/{id}"),
            ("count", "get", "/data/{table}/count"),
        ]);
        assert_eq!(values(&found), ["id=count"]);
        assert!(found.notes.is_empty());
    }

    #[test]
    fn the_operation_with_the_literal_has_no_reserved_values() {
        let found = reserved(&[
            ("count", "get", "/data/{table}/count"),
            ("get", "get", "/data/{table}/{id}"),
        ]);
        assert_eq!(found, Reserved::default());
    }

    #[test]
    fn paths_with_another_method_or_length_reserve_nothing() {
        let found = reserved(&[
            ("get", "get", "/data/{table}/{id}"),
            ("create", "post", "/data/{table}/create"),
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
    fn paths_with_literals_at_different_positions_collide() {
        // `/data/mine/count` matches both templates.
        let found = reserved(&[
            ("count", "get", "/data/{table}/count"),
            ("mine", "get", "/data/mine/{id}"),
        ]);
        assert_eq!(values(&found), ["table=mine"]);
    }

    #[test]
    fn a_collision_of_several_parameters_reserves_the_last_one_with_a_note() {
        let found = reserved(&[
            ("call", "post", "/{service}/{method}"),
            ("email", "post", "/messaging/email"),
        ]);
        assert_eq!(values(&found), ["method=email"]);
        let notes: Vec<&String> = found.notes.iter().collect();
        assert_eq!(
            notes,
            [
                "Only the combination of `method` = `email` and `service` = `messaging` gives the path of `email`; \
              `email` is always reserved for `method`."
            ]
        );
    }

    #[test]
    fn a_parameter_with_a_suffix_reserves_the_literal_without_it() {
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
    fn a_multi_segment_parameter_reserves_paths() {
        let found = reserved(&[
            ("deleteFile", "delete", "/files/{path*}"),
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
    fn two_multi_segment_parameters_reserve_paths_of_any_length() {
        let paths = [
            ("upload", "post", "/files/{path*}"),
            ("append", "post", "/files/append/{path*}"),
            ("create", "post", "/files/{path*}/"),
        ];
        let found = reserved(&paths);
        assert_eq!(values(&found), ["path=append/{path*}", "path={path*}/"]);
    }

    #[test]
    fn a_multi_segment_parameter_of_another_operation_reserves_nothing() {
        // The reverse case: the longer template is more specific for every value of `{name}`.
        let found = reserved(&[
            ("directory", "delete", "/files/list/{name}"),
            ("deleteFile", "delete", "/files/{path*}"),
        ]);
        assert_eq!(values(&found), Vec::<String>::new());
    }
}
