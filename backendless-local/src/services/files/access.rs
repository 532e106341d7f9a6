//! Permissions of files and directories, for users and roles.
//!
//! Everything is allowed until it is denied. The rules of the path itself are applied first, and then those of the
//! directories that contain it. At each path the order is that of objects, which have no other kinds of rules: the user, all
//! users, the roles of the application that the user has, its roles of the system, all roles. If several roles at the same
//! place have a rule, a denial decides.
//!
//! An operation on a directory needs the permission of everything in it, and a listing omits what the caller may not read. The
//! service documents neither.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{FilePath, Files};
use crate::service_error::{ServiceError, code};
use crate::services::access::{ALL, Grantee, ROLE, USER};
use crate::services::caller::Caller;
use crate::services::users::roles;

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

    pub(super) fn name(self) -> &'static str {
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

impl Files {
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
            .read(move |connection| check(connection, path.as_str(), permission, &caller));
        read.await
    }
}

/// Checks that the caller has a permission for a path, which may not exist.
pub(super) fn check(
    connection: &Connection,
    path: &str,
    permission: Permission,
    caller: &Caller,
) -> Result<(), ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, grantee, is_granted FROM file_permission WHERE path = ? AND permission = ?",
    )?;
    let grantees = grantees(connection, caller)?;
    for at in containing(path) {
        let rules = statement.query_map([at, permission.name()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let rules = rules.collect::<Result<Vec<Rule>, _>>()?;
        if let Some(is_granted) = decision(&grantees, &rules) {
            return if is_granted { Ok(()) } else { Err(denied()) };
        }
    }
    Ok(())
}

/// Checks that the caller has a permission for a path and for everything below it.
pub(super) fn check_all(
    connection: &Connection,
    path: &str,
    permission: Permission,
    caller: &Caller,
) -> Result<(), ServiceError> {
    check(connection, path, permission, caller)?;
    let below = Below::load(connection, Some(path), permission, caller)?;
    match below.0.values().all(|is_granted| *is_granted) {
        true => Ok(()),
        false => Err(denied()),
    }
}

/// The decisions of the rules below a directory.
pub(super) struct Below(HashMap<String, bool>);

impl Below {
    /// Loads the rules below a directory, which is the root directory if it is `None`.
    pub(super) fn load(
        connection: &Connection,
        directory: Option<&str>,
        permission: Permission,
        caller: &Caller,
    ) -> Result<Below, ServiceError> {
        let prefix = directory.map_or_else(String::new, |path| format!("{path}/"));
        let mut statement = connection.prepare_cached(
            "SELECT path, kind, grantee, is_granted FROM file_permission
             WHERE permission = ?1 AND substr(path, 1, length(?2)) = ?2",
        )?;
        let found = statement.query_map([permission.name(), &prefix], |row| {
            let rule = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<_, String>(0)?, rule))
        })?;
        let mut rules: HashMap<String, Vec<Rule>> = HashMap::new();
        for rule in found {
            let (path, rule) = rule?;
            rules.entry(path).or_default().push(rule);
        }
        let grantees = grantees(connection, caller)?;
        let decisions = rules.into_iter();
        let decisions = decisions.filter_map(|(path, rules)| {
            decision(&grantees, &rules).map(|decision| (path, decision))
        });
        Ok(Below(decisions.collect()))
    }

    /// Whether a path below the directory is allowed to a caller to whom the directory is.
    pub(super) fn allows(&self, path: &str) -> bool {
        let mut decisions = containing(path).filter_map(|path| self.0.get(path));
        self.0.is_empty() || decisions.next().copied().unwrap_or(true)
    }
}

/// A rule of a path: its kind of grantee, its grantee, and whether it grants the permission.
type Rule = (String, String, bool);

/// Returns the decision of the rules of a path; `None` if no rule is for the caller.
fn decision(grantees: &[(&str, Vec<String>)], rules: &[Rule]) -> Option<bool> {
    grantees.iter().find_map(|(kind, names)| {
        let for_caller = rules
            .iter()
            .filter(|(of, name, _)| of == kind && names.contains(name));
        for_caller.map(|(_, _, is_granted)| *is_granted).min()
    })
}

/// Returns a path, and the directories that contain it, the innermost first.
fn containing(path: &str) -> impl Iterator<Item = &str> {
    let parents = path.rmatch_indices('/').map(|(end, _)| &path[..end]);
    std::iter::once(path).chain(parents)
}

pub(super) fn denied() -> ServiceError {
    let message = "User has no permissions to specified resource";
    ServiceError::new(code::NO_PERMISSION, message)
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
