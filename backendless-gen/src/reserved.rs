//! The values of a path parameter that would turn its path into that of another operation.
//!
//! `GET /data/{table-name}/{object-id}` with the object id `count` is `GET /data/{table-name}/count`: another operation.
//! A service that routes by path cannot distinguish them, so such a value must never be sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{In, Model, Operation};
use crate::template::Segment;

/// The reserved values per parameter, and notes on those that are reserved more widely than needed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// Sorted. A value of several segments can contain `{name}` for any segment.
    pub(crate) values: BTreeMap<String, BTreeSet<String>>,
    pub(crate) notes: BTreeSet<String>,
}

/// The values of the parameters of one operation with which its path is that of another.
type Collision = BTreeMap<String, String>;

pub(crate) fn of(model: &Model, operation: &Operation) -> Reserved {
    let mut reserved = Reserved::default();
    let others = model
        .operations
        .iter()
        .filter(|other| other.method == operation.method && other.id != operation.id);
    for other in others {
        for collision in collisions(operation, other) {
            reserve(&mut reserved, operation, other, &collision);
        }
    }
    reserved
}

/// Reserves one value of a collision. If several parameters have to collide jointly, the value of the last one is
/// reserved whatever the others are: to reject more than needed is safe, the opposite is not.
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
            "Only {} together make the path that of `{}`; `{value}` is reserved for `{name}` in any case.",
            needed.join(" and "),
            other.id
        ));
    }
}

/// One segment, after parameters of several segments were expanded.
#[derive(Clone, Copy)]
enum Slot<'t> {
    Segment(&'t Segment),
    /// One of the segments of the parameter.
    Part(&'t str),
}

/// All values with which the path of `operation` is that of `other`. Excludes paths that are always the same.
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

/// The template with each parameter of several segments expanded to one, two, ... segments.
fn expansions(operation: &Operation, limit: usize) -> Vec<Vec<Slot<'_>>> {
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

/// The values of the own parameters with which both paths are equal, if there are any.
fn collide(own: &[Slot<'_>], foreign: &[Slot<'_>]) -> Option<Collision> {
    let mut collision = Collision::new();
    // The parts of a parameter of several segments. A part that can be anything is written as `{..}`.
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

/// The text of a foreign segment, or `{name}` if it can be anything.
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

    /// The reserved values of the first operation of `paths`: an id, a method and a template each. `{name*}` is a parameter
    /// of several segments.
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
    fn the_operation_with_the_literal_has_no_reserved_values() {
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
    fn a_joint_collision_reserves_the_last_parameter_with_a_note() {
        let found = reserved(&[
            ("call", "post", "/{service}/{method}"),
            ("email", "post", "/messaging/email"),
        ]);
        assert_eq!(values(&found), ["method=email"]);
        let notes: Vec<&String> = found.notes.iter().collect();
        assert_eq!(
            notes,
            [
                "Only `method` = `email` and `service` = `messaging` together make the path that of `email`; \
              `email` is reserved for `method` in any case."
            ]
        );
    }

    #[test]
    fn a_segment_with_text_around_its_parameter_reserves_the_text_between() {
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
    fn a_parameter_of_several_segments_reserves_paths() {
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
    fn a_literal_path_below_a_parameter_of_several_segments_is_its_own() {
        // The other way round: whatever `{name}` is, the longer template is the more exact one.
        let found = reserved(&[
            ("directory", "delete", "/files/list/{name}"),
            ("deleteFile", "delete", "/files/{path*}"),
        ]);
        assert_eq!(values(&found), Vec::<String>::new());
    }
}
