//! Data of a new user.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::data::Record;
use crate::secret::secret_string;
use crate::{Error, Result, encode};

/// New user: a password, and the columns of the new row in the table `Users`. It is sent with
/// [`Users::register`](super::Users::register).
///
/// ```
/// use backendless::Registration;
///
/// let ann = Registration::new("pa55").email("ann@example.com").name("Ann").property("age", 30);
/// assert!(!format!("{ann:?}").contains("pa55"));
/// ```
#[derive(Clone)]
#[must_use = "a registration is sent with `register`"]
pub struct Registration {
    password: Arc<SecretString>,
    properties: Record,
    problem: Option<String>,
}

impl Registration {
    /// Creates a registration with this password. Its memory is wiped when the registration and its clones are dropped;
    /// this does not include the copies that the HTTP stack creates when it is sent.
    ///
    /// ```
    /// let ann = backendless::Registration::new("pa55").email("ann@example.com");
    /// ```
    pub fn new(password: impl Into<String>) -> Self {
        Self {
            password: Arc::new(secret_string(password.into())),
            properties: Record::new(),
            problem: None,
        }
    }

    /// Sets the user's e-mail address. It is the login, unless the application is configured with another identity
    /// column.
    ///
    /// ```
    /// let ann = backendless::Registration::new("pa55").email("ann@example.com");
    /// ```
    pub fn email(self, address: impl Into<String>) -> Self {
        self.property("email", address.into())
    }

    /// Sets the user's name.
    ///
    /// ```
    /// let ann = backendless::Registration::new("pa55").email("ann@example.com").name("Ann");
    /// ```
    pub fn name(self, name: impl Into<String>) -> Self {
        self.property("name", name.into())
    }

    /// Sets any other column of `Users`. A value that JSON cannot represent, and the column `password`, are rejected
    /// when the registration is sent.
    ///
    /// ```
    /// let ann = backendless::Registration::new("pa55").email("ann@example.com").property("age", 30);
    /// ```
    pub fn property(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match encode::to_value(&value) {
            _ if name == "password" => {
                self.problem =
                    Some("property \"password\": pass it to `Registration::new`".to_owned());
            }
            Ok(value) => {
                self.properties.insert(name, value);
            }
            Err(error) => self.problem = Some(format!("property {name:?}: {error}")),
        }
        self
    }

    pub(super) fn password(&self) -> Arc<SecretString> {
        Arc::clone(&self.password)
    }

    /// Returns the body of the request. It is a separate type, so that a `Registration` with its password cannot be
    /// serialized by accident.
    pub(super) fn body(&self) -> Result<Body<'_>> {
        match &self.problem {
            None => Ok(Body(self)),
            Some(problem) => Err(Error::invalid_argument(problem)),
        }
    }
}

/// Prints the names of the columns, and no values.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

pub(super) struct Body<'a>(&'a Registration);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Registration {
            password,
            properties,
            ..
        } = self.0;
        let mut map = serializer.serialize_map(Some(properties.len() + 1))?;
        for (name, value) in properties {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("password", password.expose_secret())?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn body_contains_the_password_and_the_properties() {
        let ann = Registration::new("pa55")
            .email("a@b.c")
            .name("Ann")
            .property("age", 30);
        let body = serde_json::to_value(ann.body().unwrap()).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"email": "a@b.c", "name": "Ann", "age": 30, "password": "pa55"})
        );
    }

    #[test]
    fn invalid_property_is_rejected_by_name() {
        let not_json = HashMap::from([(vec![1], 1)]);
        for (name, bad) in [
            (
                "tags",
                Registration::new("pa55")
                    .property("tags", not_json)
                    .name("Ann"),
            ),
            (
                "password",
                Registration::new("pa55").property("password", "x"),
            ),
        ] {
            let text = bad.body().err().unwrap().to_string();
            assert!(text.starts_with(&format!("property {name:?}: ")), "{text}");
        }
    }
}
