//! A row: the caller's value and the system properties.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::Timestamp;

/// A row of a table: a `T` and the system properties, which the service keeps for every row.
///
/// It dereferences to the `T`, so that `person.name` reads a column. The value is the one that
/// `serde_json` reads from the same row as a `T`, for every serde attribute: a field for a system property,
/// such as `objectId`, is set as well, and a map, a `#[serde(flatten)]` or the tag of an enum finds the
/// system properties among the columns.
///
/// There is one difference: a struct with `#[serde(deny_unknown_fields)]` need not have fields for the
/// system properties, which every row contains. This applies to a struct of its own; an enum, or a struct
/// with `#[serde(flatten)]`, that denies unknown fields must name them all, as with `serde_json`.
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
///
/// /// Rows of several tables, which a relation may contain.
/// #[derive(Deserialize)]
/// #[serde(tag = "___class")]
/// enum Member {
///     Person { name: String },
///     Company { vat: String },
/// }
/// let member: backendless::Object<Member> = serde_json::from_str(row)?;
/// assert!(matches!(*member, Member::Person { .. }));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object<T> {
    /// The id of the row, assigned by the service; unique in its table.
    pub object_id: String,
    /// When the row was created. `None` in the rows of a search with
    /// [`properties`](super::Find::properties).
    pub created: Option<Timestamp>,
    /// When the row was last changed; `None` if never.
    pub updated: Option<Timestamp>,
    /// The `objectId` of the user who created the row; `None` if it was created without a session.
    pub owner_id: Option<String>,
    /// The `___class` of the row: the name of its table.
    pub class: Option<String>,
    pub(super) value: T,
}

impl<T> Object<T> {
    /// Creates a row with this id and value, for unit tests of code that expects rows.
    ///
    /// The other system properties are `None`; their fields are public and can be set.
    ///
    /// ```
    /// use backendless::{Object, Timestamp};
    ///
    /// let mut row = Object::new("B2", "Bob");
    /// row.created = Some(Timestamp::now());
    /// assert_eq!((row.object_id.as_str(), *row), ("B2", "Bob"));
    /// assert_eq!(row.owner_id, None);
    /// ```
    #[must_use]
    pub fn new(id: impl Into<String>, value: T) -> Self {
        Self {
            object_id: id.into(),
            created: None,
            updated: None,
            owner_id: None,
            class: None,
            value,
        }
    }

    /// Returns the value alone.
    ///
    /// A map contains the system properties too: remove `objectId` before the value is created as another row.
    ///
    /// ```
    /// let row = backendless::Object::new("B2", "Bob");
    /// assert_eq!(row.into_inner(), "Bob");
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Converts the value, and keeps the system properties.
    ///
    /// ```
    /// let row = backendless::Object::new("B2", "Bob").map(str::len);
    /// assert_eq!((row.object_id.as_str(), *row), ("B2", 3));
    /// ```
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
