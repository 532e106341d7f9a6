//! Permissions of files and directories, for users and roles.
//!
//! Everything is allowed until it is denied. The rules of the path itself are applied first, and then those of the
//! directories that contain it. At each path the order is that of objects, which have no other kinds of rules: the user, all
//! users, the roles of the application that the user has, its roles of the system, all roles. If several roles at the same
//! place have a rule, a denial decides.

use rusqlite::{Connection, params};

use super::{FilePath, Files, directories};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::users::roles;
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
        let (path, caller) = (path.clone(), caller.clone());
        let read = self
            .database
            .read(move |connection| is_allowed(connection, path.as_str(), permission, &caller));
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
    caller: &Caller,
) -> Result<bool, ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT is_granted FROM file_permission WHERE path = ? AND permission = ? AND kind = ? AND grantee = ?",
    )?;
    let grantees = grantees(connection, caller)?;
    let ends = path.match_indices('/').map(|(end, _)| end);
    let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
    ends.reverse();
    for end in ends {
        for (kind, names) in &grantees {
            let mut rules = Vec::new();
            for name in names {
                let rule = params![&path[..end], permission.name(), kind, name];
                let found = statement.query_map(rule, |row| row.get::<_, bool>(0))?;
                rules.extend(found.collect::<Result<Vec<_>, _>>()?);
            }
            if let Some(is_granted) = rules.into_iter().min() {
                return Ok(is_granted);
            }
        }
    }
    Ok(true)
}

/// Returns the grantees of which a caller is one, in the order in which their rules decide.
fn grantees(
    connection: &Connection,
    caller: &Caller,
) -> Result<Vec<(&'static str, Vec<String>)>, ServiceError> {
    let all = || vec![ALL.to_owned()];
    let mut grantees = Vec::new();
    if let Some(user) = caller.user_id() {
        grantees.push((USER, vec![user.to_owned()]));
        grantees.push((USER, all()));
        grantees.push((ROLE, roles::assigned(connection, user)?));
    }
    grantees.push((ROLE, roles::of_caller(connection, caller)?));
    grantees.push((ROLE, all()));
    Ok(grantees)
}
