//! A row as clients see it.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::query::result_size::ResultSize;
use crate::service_error::ServiceError;

/// Properties in the order of the table's columns.
#[derive(Debug, Default)]
pub(crate) struct Row(Vec<(String, Value)>);

impl Row {
    pub(crate) fn push(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let mut properties = self.0.iter();
        properties.find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Adds the memory of the row to that of a result. Fails if the result is too large.
    pub(crate) fn add_to(&self, size: &mut ResultSize) -> Result<(), ServiceError> {
        self.0.iter().try_for_each(|(_, value)| size.add(value))
    }

    /// Returns the value of a property that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }
}

impl From<Row> for Value {
    fn from(row: Row) -> Value {
        Value::Object(row.0.into_iter().collect())
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
