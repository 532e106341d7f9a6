//! Permissions for files and directories.

use std::fmt;

use serde::Serialize;

use super::Files;
use crate::generated::raw;
use crate::grantee::{Entry, Grantee};
use crate::operations::{DENY_FILE_PERMISSION, GRANT_FILE_PERMISSION, Operation};
use crate::prepared::check_path;
use crate::request::Request;
use crate::{Error, Result};

/// What a permission for a file or a directory allows. A permission for a directory also applies to everything in it.
///
/// `Display` writes the name that the service uses.
///
/// ```
/// assert_eq!(backendless::FilePermission::Read.to_string(), "READ");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(description = "What a permission for a file or a directory allows.")
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum FilePermission {
    /// Download files and list directories.
    Read,
    /// Upload and change files.
    Write,
    /// Delete files and directories.
    Delete,
}

impl FilePermission {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for FilePermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Files {
    /// Grants a permission for the file or the directory at `path`. It replaces an earlier permission of the same users.
    ///
    /// The caller needs the permission to change permissions.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/file_permissions_api.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the path does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{FilePermission, Grantee};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// let signed_in = Grantee::role("AuthenticatedUser");
    /// files.deny("docs", FilePermission::Read, Grantee::all_roles()).await?;
    /// files.grant("docs", FilePermission::Read, signed_in).await?;
    /// assert!(files.download("docs/a.txt").await.is_err());
    /// # });
    /// ```
    pub fn grant(
        &self,
        path: impl Into<String>,
        permission: FilePermission,
        grantee: Grantee,
    ) -> Request<()> {
        let path = path.into();
        let checked = check(&GRANT_FILE_PERMISSION, &path);
        let body = Entry::new(permission.name(), &grantee);
        let request = checked.and_then(|()| raw::grant_file_permission(&path, &body));
        Request::new(&self.client, request)
    }

    /// Denies a permission for the file or the directory at `path`. It replaces an earlier permission of the same users.
    ///
    /// The caller needs the permission to change permissions.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/file_permissions_api.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the path does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{FilePermission, Grantee};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.save("docs/a.txt", "one").await?;
    /// files.deny("docs/a.txt", FilePermission::Delete, Grantee::all_roles()).await?;
    /// assert!(files.delete("docs/a.txt").await.is_err());
    /// # });
    /// ```
    pub fn deny(
        &self,
        path: impl Into<String>,
        permission: FilePermission,
        grantee: Grantee,
    ) -> Request<()> {
        let path = path.into();
        let checked = check(&DENY_FILE_PERMISSION, &path);
        let body = Entry::new(permission.name(), &grantee);
        let request = checked.and_then(|()| raw::deny_file_permission(&path, &body));
        Request::new(&self.client, request)
    }
}

fn check(operation: &'static Operation, path: &str) -> Result<()> {
    check_path(path).map_err(|problem| {
        let text = format!("the path {problem}");
        Error::invalid_argument(text).with_operation(operation)
    })
}
