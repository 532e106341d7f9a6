//! Permissions of single objects.

use std::fmt;

use super::Table;
use crate::generated::raw;
use crate::grantee::{Entry, Grantee};
use crate::request::Request;

/// Operation on an object that [`Table::grant`] and [`Table::deny`] allow and reject.
///
/// `Display` writes the name that the service uses.
///
/// ```
/// assert_eq!(backendless::Permission::Find.to_string(), "FIND");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// Reading the object: a search omits it without this permission.
    Find,
    /// Updating the object.
    Update,
    /// Deleting the object.
    Remove,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Self::Find => "FIND",
            Self::Update => "UPDATE",
            Self::Remove => "REMOVE",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<T> Table<T> {
    /// Allows users an operation on one object. It replaces an earlier permission of the same users.
    ///
    /// A permission of an object has priority: that of a user has priority to that of a role of the application, then the
    /// permissions of the table for roles of the application, of the owner and of system roles follow
    /// ([documentation](https://backendless.com/docs/js/data_security.html)).
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_permissions_api.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table, the object, the user or the role does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the table or the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{Grantee, Permission, Record, Registration};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let ann = client.users().register(Registration::new("pa55").email("ann@example.com")).await?;
    /// let notes = client.data::<Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// notes.deny(&note.object_id, Permission::Find, Grantee::all_roles()).await?;
    /// notes.grant(&note.object_id, Permission::Find, Grantee::user(ann.object_id)).await?;
    ///
    /// assert_eq!(notes.count().await?, 0);
    /// let session = client.users().login("ann@example.com", "pa55").await?;
    /// assert_eq!(session.client().data::<Record>("Note").count().await?, 1);
    /// # });
    /// ```
    pub fn grant(
        &self,
        object_id: impl Into<String>,
        permission: Permission,
        grantee: Grantee,
    ) -> Request<()> {
        let entry = Entry::new(permission.name(), &grantee);
        Request::new(
            &self.client,
            raw::grant_permission(&self.name, &object_id.into(), &entry),
        )
    }

    /// Denies users an operation on one object. It replaces an earlier permission of the same users; see
    /// [`grant`](Self::grant) for the priority of permissions.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_permissions_api.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table, the object, the user or the role does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the table or the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{ErrorCode, Grantee, Permission};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// notes.deny(&note.object_id, Permission::Remove, Grantee::role("NotAuthenticatedUser")).await?;
    ///
    /// let error = notes.delete(&note.object_id).await.unwrap_err();
    /// assert_eq!(error.code(), Some(ErrorCode::DELETE_DENIED));
    /// # });
    /// ```
    pub fn deny(
        &self,
        object_id: impl Into<String>,
        permission: Permission,
        grantee: Grantee,
    ) -> Request<()> {
        let entry = Entry::new(permission.name(), &grantee);
        Request::new(
            &self.client,
            raw::deny_permission(&self.name, &object_id.into(), &entry),
        )
    }
}
