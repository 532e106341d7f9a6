//! The values of a path parameter that would turn its path into that of another operation.
//!
//! `GET /data/{table-name}/{object-id}` with the object id `count` is `GET /data/{table-name}/count`: another operation.
//! A service that routes by path cannot tell the two apart, so such a value must never be sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts;
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
            .filter(|name| facts::several_segments(&operation.id, name));
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
