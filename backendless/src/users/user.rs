//! A user of the application.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::data::{Object, Record, is_system_property};
use crate::{Error, Result, Timestamp, decode};

/// A user of the application.
///
/// To read and search users like other rows, use the table `Users`: `client.data::<T>("Users")`.
///
/// The serialized form is that of the service: one JSON object with `objectId`, `email`, `name`,
/// `userStatus`, `created`, `updated` and the [`properties`](Self::properties) side by side. `Debug`
/// writes the names of the properties but no values.
///
/// ```
/// # use backendless::Registration;
/// # backendless_local::doc_example!(|client| {
/// let ann = Registration::new("pa55").email("ann@example.com").property("age", 30);
/// let user = client.users().register(ann).await?;
/// assert_eq!(user.email.as_deref(), Some("ann@example.com"));
/// assert_eq!(user.properties["age"], 30);
/// # });
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The id of the user's row in the table `Users`.
    pub object_id: String,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The user's name.
    pub name: Option<String>,
    /// The status of the account: `ENABLED`, `DISABLED` or `EMAIL_CONFIRMATION_PENDING`.
    pub status: Option<String>,
    /// When the user registered.
    pub created: Option<Timestamp>,
    /// When the user's row was last changed; `None` if never.
    pub updated: Option<Timestamp>,
    /// All other columns of the user's row.
    pub properties: Record,
}

impl User {
    /// Returns the column `name`, decoded as a `T`; `None` if it is missing or null.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) if the value does not match `T`.
    ///
    /// ```
    /// # use backendless::Registration;
    /// # backendless_local::doc_example!(|client| {
    /// let ann = Registration::new("pa55").email("ann@example.com").property("age", 30);
    /// let user = client.users().register(ann).await?;
    /// assert_eq!(user.property::<u8>("age")?, Some(30));
    /// assert_eq!(user.property::<u8>("height")?, None);
    /// # });
    /// ```
    pub fn property<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => decode::from_value(value).map(Some).map_err(|problem| {
                let text = format!("the user's property {name:?} {problem}");
                Error::new(crate::ErrorKind::Decode, text)
            }),
        }
    }

    pub(super) fn from_row(mut row: Object<Record>) -> Self {
        // The token is not a column: it is a secret, and part of a session.
        row.remove(super::USER_TOKEN);
        row.retain(|name, _| !is_system_property(name));
        let mut text = |name: &str| match row.remove(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            other => {
                row.insert(name.to_owned(), other);
                None
            }
        };
        Self {
            email: text("email"),
            name: text("name"),
            status: text("userStatus"),
            object_id: row.object_id.clone(),
            created: row.created,
            updated: row.updated,
            properties: row.into_inner(),
        }
    }
}

/// Fails if there is no `objectId`. A `user-token`, as in the response to a login, is dropped.
impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::deserialize(deserializer).map(Self::from_row)
    }
}

impl Serialize for User {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = self.properties.clone();
        for (name, text) in [
            ("email", &self.email),
            ("name", &self.name),
            ("userStatus", &self.status),
        ] {
            match text {
                Some(text) => {
                    row.insert(name.to_owned(), text.as_str().into());
                }
                // A value that is not a string is among the properties.
                None => {
                    row.entry(name).or_insert(Value::Null);
                }
            }
        }
        let time = |time: Option<Timestamp>| time.map(Timestamp::as_millis).into();
        row.insert("objectId".to_owned(), self.object_id.as_str().into());
        row.insert("created".to_owned(), time(self.created));
        row.insert("updated".to_owned(), time(self.updated));
        row.serialize(serializer)
    }
}

/// Writes the id, the status, the times and the names of the properties; no values of columns.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("object_id", &self.object_id)
            .field("status", &self.status)
            .field("created", &self.created)
            .field("updated", &self.updated)
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: Value) -> User {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_user_is_written_in_the_form_of_the_service() {
        let json = json!({"objectId": "U1", "email": "ann@example.com", "name": null,
            "userStatus": "ENABLED", "created": 5, "updated": null, "age": 30, "tags": ["a", null]});
        let ann = read(json.clone());
        assert_eq!(ann.email.as_deref(), Some("ann@example.com"));
        assert_eq!(ann.created, Some(Timestamp::from_millis(5)));
        assert_eq!(ann.properties.len(), 2);
        assert_eq!(serde_json::to_value(&ann).unwrap(), json);
    }

    #[test]
    fn a_round_trip_keeps_all_columns_but_the_token() {
        for json in [
            json!({"objectId": "U1"}),
            json!({"objectId": "U1", "email": null, "name": 17, "userStatus": {"a": 1}}),
            json!({"objectId": "U1", "user-token": "secret", "age": null}),
        ] {
            let user = read(json);
            let written = serde_json::to_value(&user).unwrap();
            assert!(written.get("user-token").is_none());
            assert_eq!(read(written), user);
        }
        assert!(serde_json::from_value::<User>(json!({"name": "Ann"})).is_err());
    }

    #[test]
    fn a_property_that_does_not_match_is_described_without_its_value() {
        let ann = read(json!({"objectId": "U1", "age": "secret", "tags": [1, "secret"]}));
        let error = ann.property::<u8>("age").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Decode);
        assert_eq!(
            error.to_string(),
            "the user's property \"age\" does not match u8: expected u8, found string"
        );
        let error = ann.property::<Vec<u8>>("tags").unwrap_err().to_string();
        assert!(
            error.ends_with("at [1]: expected u8, found string"),
            "{error}"
        );
    }
}
