//! A row: the caller's value, and around it what the service keeps for every row.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::Timestamp;

/// A row of a table: a `T` and the five properties that the service keeps for every row.
///
/// It dereferences to the `T`, so that `person.name` reads a column. `T` is decoded from the rest
/// of the row, in one pass; where `T` has a field of its own for one of the five, such as
/// `objectId`, it gets it too.
///
/// ```
/// use backendless::Object;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Person {
///     name: String,
/// }
///
/// let row = r#"{"objectId": "B2", "created": 1700000000000, "updated": null, "ownerId": null,
///               "___class": "Person", "name": "Bob", "age": 20}"#;
/// let bob: Object<Person> = serde_json::from_str(row)?;
/// assert_eq!(bob.object_id, "B2");
/// assert_eq!(bob.updated, None);
/// assert_eq!(bob.name, "Bob");
/// let person: Person = bob.into_inner();
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object<T> {
    /// The id that the service gave the row; unique in its table.
    pub object_id: String,
    /// When the row was made. Absent in rows that were asked for with
    /// [`properties`](super::Find::properties).
    pub created: Option<Timestamp>,
    /// When the row was last changed, if it ever was.
    pub updated: Option<Timestamp>,
    /// The `objectId` of the user who made the row, if a user did.
    pub owner_id: Option<String>,
    /// The `___class` of the row: the name of its table.
    pub class: Option<String>,
    pub(super) value: T,
}

impl<T> Object<T> {
    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The same row with another value, made of this one.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Object<U> {
        Object {
            object_id: self.object_id,
            created: self.created,
            updated: self.updated,
            owner_id: self.owner_id,
            class: self.class,
            value: change(self.value),
        }
    }
}

impl<T> Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Object<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> AsRef<T> for Object<T> {
    fn as_ref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Object<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("object_id", &self.object_id)
            .field("created", &self.created)
            .field("updated", &self.updated)
            .field("owner_id", &self.owner_id)
            .field("class", &self.class)
            .field("value", &self.value)
            .finish()
    }
}
