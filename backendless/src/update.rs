//! Values that the service computes from the stored ones when it updates a row: expressions, and changes of parts of a
//! JSON column.
//!
//! They are values of columns: put them into the changes of [`Table::update`](crate::Table::update) or
//! [`Table::update_where`](crate::Table::update_where), as a field of a struct or in [`json!`](serde_json::json). An update
//! with such a value is not idempotent, and is retried only if [`idempotent`](crate::Request::idempotent) allows it.
//!
//! ```
//! use backendless::update;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Visit {
//!     visits: update::Expression,
//!     settings: update::JsonUpdate,
//! }
//!
//! # backendless_local::doc_example!(|client| {
//! let people = client.data::<backendless::Record>("Person");
//! let bob = serde_json::json!({"visits": 1, "settings": {"theme": "dark", "log": []}});
//! let bob = people.create(&bob).await?;
//! let visit = Visit {
//!     visits: update::expression("visits + 1"),
//!     settings: update::json().array_append("$.log", "login"),
//! };
//! let bob = people.update(&bob.object_id, &visit).await?;
//! assert_eq!(bob["visits"], 2);
//! assert_eq!(bob["settings"], serde_json::json!({"theme": "dark", "log": ["login"]}));
//! # });
//! ```

use std::fmt;

use serde::ser::{Error, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::encode::to_value;

/// Value that the service computes from the columns of the row; created by [`expression`].
///
/// ```
/// let value = backendless::update::expression("n + 1");
/// let json = serde_json::to_value(&value)?;
/// assert_eq!(json, serde_json::json!({"___class": "BackendlessExpression", "value": "n + 1"}));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Expression {
    text: String,
}

/// Sets a column to the value of an expression of the service, such as `"price * 1.2"` or `"CONCAT(first, ' ', last)"`.
///
/// The expression refers to the columns of the row, with their values before the update. It is sent unchanged: never
/// insert an untrusted value into it. An empty expression cannot be serialized.
///
/// The service rejects an expression that it cannot parse or compute, with
/// [`Api`](crate::ErrorKind::Api). In [`Table::create`](crate::Table::create) there is no stored value: the local server
/// rejects an expression there.
///
/// Source: the JS-SDK, `src/expression.js`.
///
/// ```
/// use backendless::update;
///
/// # backendless_local::doc_example!(|client| {
/// let notes = client.data::<backendless::Record>("Note");
/// let note = notes.create(&serde_json::json!({"n": 1})).await?;
/// let changes = serde_json::json!({"n": update::expression("n + 1")});
/// assert_eq!(notes.update(&note.object_id, &changes).await?["n"], 2);
/// # });
/// ```
pub fn expression(text: impl Into<String>) -> Expression {
    Expression { text: text.into() }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.text.trim().is_empty() {
            return Err(S::Error::custom(
                "the expression of a computed value is empty",
            ));
        }
        let mut expression = serializer.serialize_struct("BackendlessExpression", 2)?;
        expression.serialize_field("___class", "BackendlessExpression")?;
        expression.serialize_field("value", &self.text)?;
        expression.end()
    }
}

/// Prints no expression: it may contain data of the caller.
impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").finish_non_exhaustive()
    }
}

/// Changes of parts of a JSON column; created by [`json`].
///
/// The service applies one kind of change to a column in one update, to any number of paths. A path starts at `$`, the
/// document: `$.address.city`, `$.list[0]`, `$."first name"`. If a path is added again, its last value applies. The
/// order in which the service changes several paths is not documented.
///
/// A value that has no JSON form, such as NaN, different kinds of changes, or no change at all are reported when the update
/// is sent, as [`InvalidArgument`](crate::ErrorKind::InvalidArgument). Within [`json!`](serde_json::json) they panic, as
/// that macro does for every value that cannot be serialized.
///
/// Source: the JS-SDK, `src/data/json-update-builder.js` and `test/e2e/specs/data-json.js`.
///
/// ```
/// use backendless::update;
///
/// let changes = update::json().set("$.a", 2).set("$.b", true);
/// assert_eq!(
///     serde_json::to_value(&changes)?,
///     serde_json::json!({"___operation": "JSON_SET", "args": {"$.a": 2, "$.b": true}})
/// );
/// // Two kinds of changes need two updates.
/// assert!(serde_json::to_value(changes.remove("$.c")).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct JsonUpdate {
    operation: Option<Operation>,
    arguments: Vec<(String, Value)>,
    problem: Option<String>,
}

/// Starts changes of parts of a JSON column; see [`JsonUpdate`].
///
/// ```
/// use backendless::update;
///
/// # backendless_local::doc_example!(|client| {
/// let notes = client.data::<backendless::Record>("Note");
/// let note = notes.create(&serde_json::json!({"meta": {"a": 1, "b": 1}})).await?;
/// let changes = serde_json::json!({"meta": update::json().set("$.a", 2)});
/// let note = notes.update(&note.object_id, &changes).await?;
/// assert_eq!(note["meta"], serde_json::json!({"a": 2, "b": 1}));
/// # });
/// ```
pub fn json() -> JsonUpdate {
    JsonUpdate {
        operation: None,
        arguments: Vec::new(),
        problem: None,
    }
}

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Set,
    Insert,
    Replace,
    Remove,
    ArrayAppend,
    ArrayInsert,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Set => "JSON_SET",
            Self::Insert => "JSON_INSERT",
            Self::Replace => "JSON_REPLACE",
            Self::Remove => "JSON_REMOVE",
            Self::ArrayAppend => "JSON_ARRAY_APPEND",
            Self::ArrayInsert => "JSON_ARRAY_INSERT",
        }
    }
}

impl JsonUpdate {
    /// Sets the value at `path`, and creates it if it does not exist.
    ///
    /// ```
    /// let changes = backendless::update::json().set("$.theme", "dark");
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn set(self, path: impl Into<String>, value: impl Serialize) -> Self {
        self.with(Operation::Set, path.into(), &value)
    }

    /// Creates the value at `path`. A value that exists is not changed.
    ///
    /// ```
    /// let changes = backendless::update::json().insert("$.theme", "dark");
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn insert(self, path: impl Into<String>, value: impl Serialize) -> Self {
        self.with(Operation::Insert, path.into(), &value)
    }

    /// Replaces the value at `path`, if it exists.
    ///
    /// ```
    /// let changes = backendless::update::json().replace("$.theme", "dark");
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn replace(self, path: impl Into<String>, value: impl Serialize) -> Self {
        self.with(Operation::Replace, path.into(), &value)
    }

    /// Removes the value at `path`, if it exists.
    ///
    /// ```
    /// let changes = backendless::update::json().remove("$.theme").remove("$.list[0]");
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn remove(self, path: impl Into<String>) -> Self {
        self.with(Operation::Remove, path.into(), &())
    }

    /// Appends `value` to the array at `path`.
    ///
    /// ```
    /// let changes = backendless::update::json().array_append("$.list", 3);
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn array_append(self, path: impl Into<String>, value: impl Serialize) -> Self {
        self.with(Operation::ArrayAppend, path.into(), &value)
    }

    /// Inserts `value` into an array before the element at `path`, such as `$.list[0]`.
    ///
    /// ```
    /// let changes = backendless::update::json().array_insert("$.list[0]", 3);
    /// # assert!(serde_json::to_string(&changes).is_ok());
    /// ```
    #[must_use]
    pub fn array_insert(self, path: impl Into<String>, value: impl Serialize) -> Self {
        self.with(Operation::ArrayInsert, path.into(), &value)
    }

    fn with(mut self, operation: Operation, path: String, value: &impl Serialize) -> Self {
        let problem = match (self.operation, to_value(value)) {
            (Some(first), _) if first != operation => format!(
                "{} and {} cannot change a JSON column in one update: send two updates",
                first.name(),
                operation.name()
            ),
            (_, Err(problem)) => format!(
                "the value of {} cannot be sent: {problem}",
                operation.name()
            ),
            (_, Ok(value)) => {
                self.operation = Some(operation);
                self.arguments.retain(|(other, _)| *other != path);
                self.arguments.push((path, value));
                return self;
            }
        };
        self.problem.get_or_insert(problem);
        self
    }
}

impl Serialize for JsonUpdate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(problem) = &self.problem {
            return Err(S::Error::custom(problem));
        }
        let Some(operation) = self.operation else {
            return Err(S::Error::custom(
                "the changes of a JSON column are empty: call `set` or another method",
            ));
        };
        let mut update = serializer.serialize_struct("JsonUpdate", 2)?;
        update.serialize_field("___operation", operation.name())?;
        match operation {
            Operation::Remove => update.serialize_field("args", &Paths(&self.arguments))?,
            _ => update.serialize_field("args", &Pairs(&self.arguments))?,
        }
        update.end()
    }
}

/// Prints the kind of the changes: paths and values are data of the caller.
impl fmt::Debug for JsonUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonUpdate")
            .field("operation", &self.operation.map(Operation::name))
            .field("paths", &self.arguments.len())
            .finish_non_exhaustive()
    }
}

/// Arguments of a removal: an array of paths.
struct Paths<'u>(&'u [(String, Value)]);

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(path, _)| path))
    }
}

/// Arguments of other changes: an object with a value for each path, in the order of the calls.
struct Pairs<'u>(&'u [(String, Value)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pairs = serializer.serialize_map(Some(self.0.len()))?;
        for (path, value) in self.0 {
            pairs.serialize_entry(path, value)?;
        }
        pairs.end()
    }
}
