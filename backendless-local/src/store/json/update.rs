//! Updates of parts of a JSON document, with the semantics of MySQL's functions of the same names.

use serde_json::Value;

use super::path::{Leg, Path};
use super::{MAX_DEPTH, depth, is_too_deep};
use crate::text::shorten;

/// An update of parts of a JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Replaces existing values and adds others.
    Set,
    /// Adds values that do not exist.
    Insert,
    /// Replaces values that exist.
    Replace,
    /// Removes values.
    Remove,
    /// Appends to arrays.
    ArrayAppend,
    /// Inserts into arrays.
    ArrayInsert,
}

impl Operation {
    pub(crate) const ALL: [Operation; 6] = [
        Operation::Set,
        Operation::Insert,
        Operation::Replace,
        Operation::Remove,
        Operation::ArrayAppend,
        Operation::ArrayInsert,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Set => "JSON_SET",
            Operation::Insert => "JSON_INSERT",
            Operation::Replace => "JSON_REPLACE",
            Operation::Remove => "JSON_REMOVE",
            Operation::ArrayAppend => "JSON_ARRAY_APPEND",
            Operation::ArrayInsert => "JSON_ARRAY_INSERT",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Parses a path for this operation. Returns the reason if it is invalid.
    pub(crate) fn path(self, text: &str) -> Result<Path, String> {
        let invalid = |why: &str| format!("invalid path '{}': {why}", shorten(text));
        let path = Path::parse(text).map_err(|why| invalid(&why))?;
        if path.has_wildcards() {
            return Err(invalid("wildcards and ranges are not allowed in an update"));
        }
        match (self, path.legs.last()) {
            (Operation::Remove, None) => Err(invalid("'$' cannot be removed")),
            (Operation::ArrayInsert, last) if !matches!(last, Some(Leg::Cell(_))) => {
                Err(invalid("it does not end with the index of an array"))
            }
            _ => Ok(path),
        }
    }
}

/// Why an operation was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateError {
    /// The result is nested more than [`MAX_DEPTH`] deep.
    TooDeep,
    Exceeded,
}

impl std::fmt::Display for UpdateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            UpdateError::TooDeep => write!(f, "the result is nested more than {MAX_DEPTH} deep"),
            UpdateError::Exceeded => f.write_str("it takes too long"),
        }
    }
}

/// Applies an operation to a document, path by path. Asks before each path whether to go on, because
/// one path takes at most a time that is linear in the document, but their number is not limited.
pub(crate) fn apply(
    operation: Operation,
    document: &mut Value,
    arguments: Vec<(Path, Value)>,
    is_exceeded: &dyn Fn() -> bool,
) -> Result<(), UpdateError> {
    for (path, value) in arguments {
        if is_exceeded() {
            return Err(UpdateError::Exceeded);
        }
        let legs = path.legs.as_slice();
        // The new value, or a new array around an existing one, is at most this deep. Values inside
        // of the existing one become deeper, too; they are checked at the end.
        let may_be_too_deep = legs.len() + 1 + depth(&value) > MAX_DEPTH;
        match operation {
            Operation::Set => assign(document, legs, value, true, true),
            Operation::Insert => assign(document, legs, value, false, true),
            Operation::Replace => assign(document, legs, value, true, false),
            Operation::Remove => remove(document, legs),
            Operation::ArrayAppend => append(document, legs, value),
            Operation::ArrayInsert => insert_cell(document, legs, value),
        }
        if may_be_too_deep && is_too_deep(document, MAX_DEPTH) {
            return Err(UpdateError::TooDeep);
        }
    }
    match is_too_deep(document, MAX_DEPTH) {
        true => Err(UpdateError::TooDeep),
        false => Ok(()),
    }
}

/// Returns the value at a path without wildcards.
fn find<'a>(document: &'a mut Value, legs: &[Leg]) -> Option<&'a mut Value> {
    let mut value = document;
    for leg in legs {
        value = match (leg, value) {
            (Leg::Key(key), Value::Object(members)) => members.get_mut(key)?,
            (Leg::Cell(cell), Value::Array(items)) => {
                let at = cell.within(items.len())?;
                items.get_mut(at)?
            }
            (Leg::Key(_), _) => return None,
            // A value that is no array is treated as an array with one element.
            (Leg::Cell(cell), single) if cell.within(1) == Some(0) => single,
            _ => return None,
        };
    }
    Some(value)
}

fn assign(document: &mut Value, legs: &[Leg], value: Value, replaces: bool, adds: bool) {
    if let Some(existing) = find(document, legs) {
        if replaces {
            *existing = value;
        }
        return;
    }
    let Some((last, parent)) = legs.split_last().filter(|_| adds) else {
        return;
    };
    match (last, find(document, parent)) {
        (Leg::Key(key), Some(Value::Object(members))) => {
            members.insert(key.clone(), value);
        }
        (Leg::Cell(cell), Some(Value::Array(items))) => {
            items.insert(cell.insertion(items.len()), value);
        }
        (Leg::Cell(cell), Some(single)) => {
            let mut items = vec![single.take()];
            items.insert(cell.insertion(1), value);
            *single = Value::Array(items);
        }
        _ => {}
    }
}

fn remove(document: &mut Value, legs: &[Leg]) {
    let Some((last, parent)) = legs.split_last() else {
        return;
    };
    match (last, find(document, parent)) {
        (Leg::Key(key), Some(Value::Object(members))) => {
            members.remove(key);
        }
        (Leg::Cell(cell), Some(Value::Array(items))) => {
            if let Some(at) = cell.within(items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn append(document: &mut Value, legs: &[Leg], value: Value) {
    match find(document, legs) {
        Some(Value::Array(items)) => items.push(value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
        None => {}
    }
}

fn insert_cell(document: &mut Value, legs: &[Leg], value: Value) {
    if let Some((Leg::Cell(cell), parent)) = legs.split_last()
        && let Some(Value::Array(items)) = find(document, parent)
    {
        items.insert(cell.insertion(items.len()), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn updated(operation: Operation, document: Value, arguments: &[(&str, Value)]) -> Value {
        let parse = |(path, value): &(&str, Value)| (operation.path(path).unwrap(), value.clone());
        let mut document = document;
        let arguments = arguments.iter().map(parse).collect();
        apply(operation, &mut document, arguments, &|| false).unwrap();
        document
    }

    /// Expected values computed by the rules of MySQL's manual.
    #[test]
    fn values_are_set_inserted_and_replaced() {
        use Operation::{Insert, Replace, Set};
        for (operation, document, path, value, expected) in [
            (Set, json!({"a": 1}), "$.a", json!(2), json!({"a": 2})),
            (
                Set,
                json!({"a": 1}),
                "$.b",
                json!(2),
                json!({"a": 1, "b": 2}),
            ),
            (Set, json!({"a": 1}), "$.b.c", json!(2), json!({"a": 1})),
            (Set, json!({"a": 1}), "$.a.c", json!(2), json!({"a": 1})),
            (
                Set,
                json!({"a": [1]}),
                "$.a[0]",
                json!(2),
                json!({"a": [2]}),
            ),
            (
                Set,
                json!({"a": [1]}),
                "$.a[9]",
                json!(2),
                json!({"a": [1, 2]}),
            ),
            (
                Set,
                json!({"a": [1]}),
                "$.a[last]",
                json!(2),
                json!({"a": [2]}),
            ),
            (
                Set,
                json!({"a": [1]}),
                "$.a[last-5]",
                json!(2),
                json!({"a": [2, 1]}),
            ),
            (Set, json!({"a": 1}), "$.a[0]", json!(2), json!({"a": 2})),
            (
                Set,
                json!({"a": 1}),
                "$.a[1]",
                json!(2),
                json!({"a": [1, 2]}),
            ),
            (Set, json!({"a": 1}), "$", json!([]), json!([])),
            (Set, json!({"a": 1}), "$.a", json!(null), json!({"a": null})),
            (Set, json!([]), "$.a", json!(1), json!([])),
            (Insert, json!({"a": 1}), "$.a", json!(2), json!({"a": 1})),
            (
                Insert,
                json!({"a": 1}),
                "$.b",
                json!(2),
                json!({"a": 1, "b": 2}),
            ),
            (Insert, json!([1]), "$[0]", json!(2), json!([1])),
            (Insert, json!([1]), "$[1]", json!(2), json!([1, 2])),
            (Insert, json!({"a": 1}), "$", json!(2), json!({"a": 1})),
            (Replace, json!({"a": 1}), "$.a", json!(2), json!({"a": 2})),
            (Replace, json!({"a": 1}), "$.b", json!(2), json!({"a": 1})),
            (Replace, json!([1]), "$[1]", json!(2), json!([1])),
        ] {
            let found = updated(operation, document.clone(), &[(path, value)]);
            assert_eq!(found, expected, "{operation:?} {document} {path}");
        }
    }

    #[test]
    fn values_are_removed_appended_and_inserted_into_arrays() {
        use Operation::{ArrayAppend, ArrayInsert, Remove};
        for (operation, document, path, expected) in [
            (Remove, json!({"a": 1, "b": 2}), "$.a", json!({"b": 2})),
            (Remove, json!([1, 2, 3]), "$[1]", json!([1, 3])),
            (Remove, json!([1, 2, 3]), "$[last]", json!([1, 2])),
            (Remove, json!([1]), "$[1]", json!([1])),
            (Remove, json!({"a": 1}), "$.a[0]", json!({"a": 1})),
            (Remove, json!({"a": 1}), "$.b", json!({"a": 1})),
            (ArrayAppend, json!({"a": [1]}), "$.a", json!({"a": [1, 0]})),
            (ArrayAppend, json!({"a": 1}), "$.a", json!({"a": [1, 0]})),
            (ArrayAppend, json!({"a": 1}), "$", json!([{"a": 1}, 0])),
            (ArrayAppend, json!([[1], 2]), "$[0]", json!([[1, 0], 2])),
            (ArrayAppend, json!({"a": 1}), "$.b", json!({"a": 1})),
            (ArrayInsert, json!([1, 2]), "$[0]", json!([0, 1, 2])),
            (ArrayInsert, json!([1, 2]), "$[1]", json!([1, 0, 2])),
            (ArrayInsert, json!([1, 2]), "$[9]", json!([1, 2, 0])),
            (ArrayInsert, json!([1, 2]), "$[last]", json!([1, 0, 2])),
            (ArrayInsert, json!({"a": 1}), "$.a[0]", json!({"a": 1})),
            (
                ArrayInsert,
                json!({"a": [1]}),
                "$.a[0]",
                json!({"a": [0, 1]}),
            ),
        ] {
            let found = updated(operation, document.clone(), &[(path, json!(0))]);
            assert_eq!(found, expected, "{operation:?} {document} {path}");
        }
    }

    #[test]
    fn each_path_sees_the_result_of_the_ones_before() {
        let paths = [("$.a", json!({})), ("$.a.b", json!(1))];
        let found = updated(Operation::Set, json!({}), &paths);
        assert_eq!(found, json!({"a": {"b": 1}}));
    }

    #[test]
    fn path_that_an_operation_cannot_use_is_rejected() {
        for (operation, path) in [
            (Operation::Set, "$.*"),
            (Operation::Set, "$[*]"),
            (Operation::Set, "$**.a"),
            (Operation::Set, "$[0 to 1]"),
            (Operation::Set, "a"),
            (Operation::Remove, "$"),
            (Operation::ArrayInsert, "$"),
            (Operation::ArrayInsert, "$.a"),
        ] {
            assert!(operation.path(path).is_err(), "{operation:?} {path}");
        }
    }

    #[test]
    fn result_that_is_too_deep_is_rejected() {
        let mut deep = json!(1);
        for _ in 0..60 {
            deep = json!([deep]);
        }
        let path = Operation::Set
            .path(&format!("${}", "[0]".repeat(60)))
            .unwrap();
        let mut document = deep.clone();
        let result = apply(Operation::Set, &mut document, vec![(path, deep)], &|| false);
        assert_eq!(result, Err(UpdateError::TooDeep));
    }

    #[test]
    fn arrays_around_existing_values_count_as_depth() {
        let path = |n: usize| {
            let text = format!("$.a{}", "[0]".repeat(n));
            (Operation::ArrayAppend.path(&text).unwrap(), json!(1))
        };
        for (count, expected) in [(99, Ok(())), (100, Err(UpdateError::TooDeep))] {
            let mut document = json!({"a": 0});
            let paths = (0..count).map(path).collect();
            let result = apply(Operation::ArrayAppend, &mut document, paths, &|| false);
            assert_eq!(result, expected, "{count}");
        }
    }

    #[test]
    fn limit_is_checked_before_each_path() {
        let asked = std::cell::Cell::new(0);
        let is_exceeded = || asked.replace(asked.get() + 1) == 2;
        let path = Operation::Remove.path("$[0]").unwrap();
        let mut document = json!([1, 2, 3, 4]);
        let paths = vec![(path, json!(null)); 4];
        let result = apply(Operation::Remove, &mut document, paths, &is_exceeded);
        assert_eq!(result, Err(UpdateError::Exceeded));
        assert_eq!(document, json!([3, 4]));
    }
}
