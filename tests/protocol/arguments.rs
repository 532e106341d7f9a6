//! The arguments of a call of the corpus.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

/// The parameters and the body of a call, by the names of the document.
///
/// It records which of them are read, so that an argument that the runner does not know is an error.
pub(crate) struct Arguments<'a> {
    parameters: &'a Map<String, Value>,
    body: &'a Value,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(call: &'a Value) -> Self {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> =
            std::sync::LazyLock::new(Map::default);
        Self {
            parameters: call["parameters"].as_object().unwrap_or(&EMPTY),
            body: &call["body"],
            read: RefCell::default(),
        }
    }

    /// The arguments that the runner did not read.
    pub(crate) fn unread(&self) -> Vec<String> {
        let read = self.read.borrow();
        let mut names: Vec<String> = self.parameters.keys().cloned().collect();
        match self.body.as_object() {
            Some(fields) if !read.contains("body") => {
                names.extend(fields.keys().map(|name| format!("body.{name}")));
            }
            None if !self.body.is_null() => names.push("body".to_owned()),
            _ => {}
        }
        names.retain(|name| !read.contains(name));
        names
    }

    fn mark(&self, name: String) {
        self.read.borrow_mut().insert(name);
    }

    /// The parameter `name`, which every case has.
    pub(crate) fn text(&self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        self.value(name).map(text_of)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.mark(name.to_owned());
        self.parameters.get(name)
    }

    pub(crate) fn integer(&self, name: &str) -> i64 {
        self.value(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// The whole body.
    pub(crate) fn body(&self) -> &'a Value {
        self.mark("body".to_owned());
        self.body
    }

    /// The whole body as a text.
    pub(crate) fn content(&self) -> String {
        text_of(self.body())
    }

    /// The field `name` of the body.
    pub(crate) fn field(&self, name: &str) -> Option<&'a Value> {
        self.mark(format!("body.{name}"));
        self.body.get(name)
    }

    pub(crate) fn field_text(&self, name: &str) -> String {
        self.field(name).map(text_of).unwrap_or_default()
    }

    pub(crate) fn field_texts(&self, name: &str) -> Vec<String> {
        self.field(name).map(texts).unwrap_or_default()
    }

    /// An option of a query, which is a parameter or a field of the body.
    pub(crate) fn option(&self, name: &str) -> Option<&'a Value> {
        self.value(name).or_else(|| match self.body {
            Value::Object(_) => self.field(name),
            _ => None,
        })
    }

    pub(crate) fn option_text(&self, name: &str) -> Option<String> {
        self.option(name).map(text_of)
    }

    pub(crate) fn option_list(&self, name: &str) -> Option<Vec<String>> {
        self.option(name).map(|value| match value {
            Value::Array(_) => texts(value),
            other => text_of(other).split(',').map(str::to_owned).collect(),
        })
    }

    pub(crate) fn option_number<N: TryFrom<u64>>(&self, name: &str) -> Option<N> {
        let number = self.option(name)?.as_u64()?;
        N::try_from(number).ok()
    }

    pub(crate) fn seconds(&self, name: &str) -> Option<Duration> {
        let seconds = self.value(name)?.as_u64()?;
        Some(Duration::from_secs(seconds))
    }
}

pub(crate) fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text_of).collect()
}

pub(crate) fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
