//! Permissions of files and directories, for users and roles.
//!
//! Everything is allowed until it is denied. The rules of the path itself are applied first, and then those of the
//! directories that contain it; at each path those of the user, of all users, of the role and of all roles, in this order.
//! The roles are `AuthenticatedUser` and `NotAuthenticatedUser`.

use rusqlite::{Connection, OptionalExtension, params};

use super::{FilePath, Files, directories};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::text::shorten;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    Read,
    Write,
    Delete,
}

impl Permission {
    pub(crate) fn parse(name: &str) -> Option<Permission> {
        match name {
            "READ" => Some(Permission::Read),
            "WRITE" => Some(Permission::Write),
            "DELETE" => Some(Permission::Delete),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Permission::Read => "READ",
            Permission::Write => "WRITE",
            Permission::Delete => "DELETE",
        }
    }
}

/// A rule: a permission that is granted or denied.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) permission: Permission,
    pub(crate) is_granted: bool,
    pub(crate) grantee: Grantee,
}

/// A user by id, or a role by name; `*` is all of them.
#[derive(Debug)]
pub(crate) enum Grantee {
    User(String),
    Role(String),
}

const USER: &str = "user";
const ROLE: &str = "role";
const ALL: &str = "*";

impl Files {
    /// Stores a rule for a path, in place of an earlier one for the same grantee.
    pub(crate) async fn set_permission(
        &self,
        path: FilePath,
        grant: Grant,
    ) -> Result<(), ServiceError> {
        let write = self.database.write(move |transaction| {
            if !directories::exists(transaction, path.as_str())? {
                let path = shorten(path.as_str());
                let message = format!("there is no file or directory '{path}'");
                return Err(ServiceError::not_found(code::RESOURCE_NOT_FOUND, message));
            }
            let (kind, grantee) = match &grant.grantee {
                Grantee::User(id) => (USER, id),
                Grantee::Role(name) => (ROLE, name),
            };
            transaction.execute(
                "INSERT OR REPLACE INTO file_permission (path, permission, kind, grantee, is_granted)
                 VALUES (?, ?, ?, ?, ?)",
                params![path.as_str(), grant.permission.name(), kind, grantee, grant.is_granted],
            )?;
            Ok(())
        });
        write.await
    }

    /// Checks that the caller has a permission for a path.
    pub(crate) async fn check_permission(
        &self,
        caller: &Caller,
        path: &FilePath,
        permission: Permission,
    ) -> Result<(), ServiceError> {
        let (path, user) = (path.clone(), caller.user_id().map(str::to_owned));
        let read = self.database.read(move |connection| {
            is_allowed(connection, path.as_str(), permission, user.as_deref())
        });
        match read.await? {
            true => Ok(()),
            false => {
                let message = "User has no permissions to specified resource";
                Err(ServiceError::new(code::NO_PERMISSION, message))
            }
        }
    }
}

fn is_allowed(
    connection: &Connection,
    path: &str,
    permission: Permission,
    user: Option<&str>,
) -> Result<bool, ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT is_granted FROM file_permission WHERE path = ? AND permission = ? AND kind = ? AND grantee = ?",
    )?;
    let role = match user {
        Some(_) => "AuthenticatedUser",
        None => "NotAuthenticatedUser",
    };
    let of_user = user.into_iter().flat_map(|id| [(USER, id), (USER, ALL)]);
    let grantees: Vec<(&str, &str)> = of_user.chain([(ROLE, role), (ROLE, ALL)]).collect();
    let ends = path.match_indices('/').map(|(end, _)| end);
    let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
    ends.reverse();
    for end in ends {
        for (kind, grantee) in &grantees {
            let rule = params![&path[..end], permission.name(), kind, grantee];
            let rule = statement.query_row(rule, |row| row.get::<_, bool>(0));
            if let Some(is_granted) = rule.optional()? {
                return Ok(is_granted);
            }
        }
    }
    Ok(true)
}
