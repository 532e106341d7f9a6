//! A user, as the service tells of them.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::{Object, Record};
use crate::{Error, Result, Timestamp};

/// A user of the application.
///
/// To read and search users like any other rows, use the table `Users`:
/// `client.data::<T>("Users")`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// The id of the user's row in the table `Users`.
    pub object_id: String,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// The user's name.
    pub name: Option<String>,
    /// The state of the account, as `ENABLED`, `DISABLED` or `EMAIL_CONFIRMATION_PENDING`.
    pub status: Option<String>,
    /// When the user registered.
    pub created: Option<Timestamp>,
    /// When the user's row was last changed, if it ever was.
    pub updated: Option<Timestamp>,
    /// All other columns of the user's row.
    pub properties: Record,
}

impl User {
    /// The column `name` as a value of the caller's type; `None` if it is missing or null.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) if the value does not fit `T`.
    ///
    /// ```
    /// # use backendless::Registration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key())
    /// #     .api_url(server.url()).build()?;
    /// let ann = Registration::new("pa55").email("ann@example.com").property("age", 30);
    /// let user = client.users().register(ann).await?;
    /// assert_eq!(user.property::<u8>("age")?, Some(30));
    /// assert_eq!(user.property::<u8>("height")?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn property<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value).map(Some).map_err(|_| {
                let type_name = std::any::type_name::<T>();
                Error::new(
                    crate::ErrorKind::Decode,
                    format!("the user's property {name:?} does not fit {type_name}"),
                )
            }),
        }
    }

    pub(super) fn from_row(mut row: Object<Record>) -> Self {
        // A token is no column: it is a secret, and has its own place in a session.
        row.remove(super::USER_TOKEN);
        let mut text = |name: &str| match row.remove(name) {
            Some(Value::String(text)) => Some(text),
            Some(other) => {
                row.insert(name.to_owned(), other);
                None
            }
            None => None,
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

/// Tells who the user is by id, and the names of the columns; no value of them.
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
