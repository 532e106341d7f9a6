//! To whom a permission for an object, a file or a directory is granted or denied.

use std::fmt;

use serde::Serialize;

/// Users whose permission for an object, a file or a directory is set; an argument of
/// [`Table::grant`](crate::Table::grant), [`Files::grant`](crate::Files::grant) and their opposites.
///
/// ```
/// use backendless::Grantee;
///
/// let managers = Grantee::role("Managers");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Grantee(Kind);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    User(String),
    Role(String),
}

/// The user or the role that represents all of them.
const ALL: &str = "*";

impl Grantee {
    /// The user with this objectId.
    ///
    /// ```
    /// let ann = backendless::Grantee::user("0E5A6F40-8F3C");
    /// ```
    #[must_use]
    pub fn user(object_id: impl Into<String>) -> Self {
        Self(Kind::User(object_id.into()))
    }

    /// The users who have this role: a role of the application, or a system role such as `AuthenticatedUser`.
    ///
    /// ```
    /// let managers = backendless::Grantee::role("Managers");
    /// ```
    #[must_use]
    pub fn role(name: impl Into<String>) -> Self {
        Self(Kind::Role(name.into()))
    }

    /// All users.
    ///
    /// ```
    /// let all = backendless::Grantee::all_users();
    /// ```
    #[must_use]
    pub fn all_users() -> Self {
        Self::user(ALL)
    }

    /// All roles. Each request has a role, so that these are all requests, anonymous ones too.
    ///
    /// ```
    /// let all = backendless::Grantee::all_roles();
    /// ```
    #[must_use]
    pub fn all_roles() -> Self {
        Self::role(ALL)
    }
}

/// Prints the kind; the id and the name are the caller's data.
impl fmt::Debug for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::User(id) if id == ALL => "AllUsers",
            Kind::Role(name) if name == ALL => "AllRoles",
            Kind::User(_) => "User(..)",
            Kind::Role(_) => "Role(..)",
        })
    }
}

/// Body of a request that sets a permission.
#[derive(Serialize)]
pub(crate) struct Entry<'e> {
    permission: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'e str>,
}

impl<'e> Entry<'e> {
    /// Creates the body for the permission that the service calls `permission`.
    pub(crate) fn new(permission: &'static str, grantee: &'e Grantee) -> Self {
        let (user, role) = match &grantee.0 {
            Kind::User(id) => (Some(id.as_str()), None),
            Kind::Role(name) => (None, Some(name.as_str())),
        };
        Self {
            permission,
            user,
            role,
        }
    }
}
