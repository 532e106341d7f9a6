//! Permissions for files and directories.

use serde::Serialize;

use super::Files;
use crate::generated::raw;
use crate::operations::{DENY_FILE_PERMISSION, GRANT_FILE_PERMISSION, Operation};
use crate::prepared::check_path;
use crate::request::Request;
use crate::{Error, Result};

/// What a permission for a file or a directory allows. A permission for a directory also applies to everything in it.
///
/// ```
/// use backendless::FilePermission;
///
/// let permission = FilePermission::Read;
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

/// To whom a permission is granted or denied.
///
/// ```
/// use backendless::FileGrantee;
///
/// let grantee = FileGrantee::Role("AuthenticatedUser".to_owned());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileGrantee {
    /// The user with this objectId.
    User(String),
    /// The role with this name.
    Role(String),
    /// All users.
    AllUsers,
    /// All roles.
    AllRoles,
}

#[derive(Serialize)]
struct Body<'b> {
    permission: FilePermission,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'b str>,
}

impl FileGrantee {
    fn body(&self, permission: FilePermission) -> Body<'_> {
        const ALL: &str = "*";
        let (user, role) = match self {
            Self::User(id) => (Some(id.as_str()), None),
            Self::Role(name) => (None, Some(name.as_str())),
            Self::AllUsers => (Some(ALL), None),
            Self::AllRoles => (None, Some(ALL)),
        };
        Body {
            permission,
            user,
            role,
        }
    }
}

impl Files {
    /// Grants a permission for the file or the directory at `path`.
    ///
    /// The caller needs the permission to change permissions. The operation is beyond the document: it is known from the
    /// REST documentation and the official JavaScript SDK.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the path does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{FileGrantee, FilePermission};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// let signed_in = FileGrantee::Role("AuthenticatedUser".to_owned());
    /// files.deny("docs", FilePermission::Read, FileGrantee::AllRoles).await?;
    /// files.grant("docs", FilePermission::Read, signed_in).await?;
    /// assert!(files.download("docs/a.txt").await.is_err());
    /// # });
    /// ```
    pub fn grant(
        &self,
        path: impl Into<String>,
        permission: FilePermission,
        grantee: FileGrantee,
    ) -> Request<()> {
        let path = path.into();
        let checked = check(&GRANT_FILE_PERMISSION, &path);
        let body = grantee.body(permission);
        let request = checked.and_then(|()| raw::grant_file_permission(&path, &body));
        Request::new(&self.client, request)
    }

    /// Denies a permission for the file or the directory at `path`.
    ///
    /// The caller needs the permission to change permissions. The operation is beyond the document: it is known from the
    /// REST documentation and the official JavaScript SDK.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the path does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{FileGrantee, FilePermission};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.save("docs/a.txt", "one").await?;
    /// files.deny("docs/a.txt", FilePermission::Delete, FileGrantee::AllRoles).await?;
    /// assert!(files.delete("docs/a.txt").await.is_err());
    /// # });
    /// ```
    pub fn deny(
        &self,
        path: impl Into<String>,
        permission: FilePermission,
        grantee: FileGrantee,
    ) -> Request<()> {
        let path = path.into();
        let checked = check(&DENY_FILE_PERMISSION, &path);
        let body = grantee.body(permission);
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
