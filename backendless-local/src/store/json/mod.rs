//! JSON documents: paths into them, as MySQL defines them, and the updates of parts of a document.

mod path;
mod update;

pub(crate) use path::Path;
pub(crate) use update::{Operation, UpdateError, apply};

use std::cmp::Ordering;

use serde_json::Value;

/// Maximum depth of a document that an update may create, as in MySQL.
const MAX_DEPTH: usize = 100;

/// The limit of the time was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

/// Returns the number of arrays and objects around the innermost value.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether the document is nested more deeply than allowed.
fn is_too_deep(value: &Value, max_depth: usize) -> bool {
    match value {
        Value::Array(items) => {
            max_depth == 0 || items.iter().any(|item| is_too_deep(item, max_depth - 1))
        }
        Value::Object(members) => {
            max_depth == 0
                || members
                    .values()
                    .any(|item| is_too_deep(item, max_depth - 1))
        }
        _ => false,
    }
}

/// Compares two documents as MySQL does: values of different types by the order of the types,
/// objects only for equality.
pub(crate) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.iter().zip(b).map(|(a, b)| compare(a, b));
            let different = pairs.into_iter().find(|order| order.is_ne());
            different.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) if a == b => Ordering::Equal,
        (Value::Object(_), Value::Object(_)) => a.to_string().cmp(&b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare_numbers(a: &serde_json::Number, b: &serde_json::Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => {
            let (a, b) = (a.as_f64().unwrap_or(0.0), b.as_f64().unwrap_or(0.0));
            a.partial_cmp(&b).unwrap_or(Ordering::Equal)
        }
    }
}

/// The order of values of different types.
pub(crate) fn rank(value: &Value) -> i64 {
    match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Bool(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_of_different_types_are_ordered_by_type() {
        let sorted = [
            json!(null),
            json!(-1.5),
            json!(1),
            json!(9_007_199_254_740_992_i64),
            json!(9_007_199_254_740_993_i64),
            json!(u64::MAX),
            json!(""),
            json!("a"),
            json!({"a": 1}),
            json!([]),
            json!([1]),
            json!([2]),
            json!(false),
            json!(true),
        ];
        for (at, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), at.cmp(&other), "{a} {b}");
            }
        }
        assert_eq!(compare(&json!(1), &json!(1.0)), Ordering::Equal);
    }
}
