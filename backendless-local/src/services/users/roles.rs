//! Roles: those of the system, which follow from the request, and those of the application, which are assigned to users.

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use super::properties::SOCIAL_ACCOUNT;
use super::status::text_column;
use super::{OWN_ACCOUNT, Users, check_user, find_id, unknown_user};
use crate::service_error::{ServiceError, code};
use crate::services::caller::{ApiKey, Caller};
use crate::services::fields;
use crate::text::shorten;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS role (name TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS role_assignment (
        user_id TEXT NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (user_id, role)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS role_assignment_by_role ON role_assignment (role);
";

const AUTHENTICATED: &str = "AuthenticatedUser";
const NOT_AUTHENTICATED: &str = "NotAuthenticatedUser";
const SOCIAL: &str = "SocialUser";
const REST: &str = "RestUser";
const SERVER_CODE: &str = "ServerCodeUser";

/// The roles of the system: https://backendless.com/docs/rest/users_about_roles.html.
pub(crate) const SYSTEM_ROLES: [&str; 13] = [
    NOT_AUTHENTICATED,
    AUTHENTICATED,
    SOCIAL,
    "FacebookUser",
    "GooglePlusUser",
    "TwitterUser",
    "ASUser",
    "AndroidUser",
    "DotNetUser",
    "IOSUser",
    "JSUser",
    REST,
    SERVER_CODE,
];

/// Creates roles of the application that do not exist.
pub(crate) fn create(connection: &Connection, names: &[String]) -> Result<(), ServiceError> {
    for name in names {
        connection.execute("INSERT OR IGNORE INTO role (name) VALUES (?)", [name])?;
    }
    Ok(())
}

/// Returns the roles of the system that a request has.
pub(crate) fn of_caller(
    connection: &Connection,
    caller: &Caller,
) -> Result<Vec<String>, ServiceError> {
    let account = match caller.user_id() {
        Some(user_id) => text_column(connection, user_id, SOCIAL_ACCOUNT)?,
        None => None,
    };
    let roles = of_request(caller, account.as_deref()).into_iter();
    Ok(roles.map(str::to_owned).collect())
}

fn of_request(caller: &Caller, social_account: Option<&str>) -> Vec<&'static str> {
    let mut roles = Vec::new();
    match caller.session {
        None => roles.push(NOT_AUTHENTICATED),
        Some(_) => roles.push(AUTHENTICATED),
    }
    if let Some(provider) = social_account.filter(|account| *account != OWN_ACCOUNT) {
        roles.push(SOCIAL);
        match provider {
            "FACEBOOK" => roles.push("FacebookUser"),
            "GOOGLEPLUS" | "GOOGLE" => roles.push("GooglePlusUser"),
            "TWITTER" => roles.push("TwitterUser"),
            _ => {}
        }
    }
    roles.push(match caller.key {
        ApiKey::Rest => REST,
        ApiKey::CloudCode => SERVER_CODE,
    });
    roles
}

/// Returns the roles of the application that a user has.
pub(crate) fn assigned(
    connection: &Connection,
    user_id: &str,
) -> Result<Vec<String>, ServiceError> {
    let mut statement = connection
        .prepare_cached("SELECT role FROM role_assignment WHERE user_id = ? ORDER BY role")?;
    let roles = statement.query_map([user_id], |row| row.get(0))?;
    Ok(roles.collect::<Result<_, _>>()?)
}

/// Removes all roles from a user.
pub(super) fn unassign_all(connection: &Connection, user_id: &str) -> Result<(), ServiceError> {
    connection.execute("DELETE FROM role_assignment WHERE user_id = ?", [user_id])?;
    Ok(())
}

/// A change of the roles of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Assign,
    Unassign,
}

impl Change {
    fn sql(self) -> &'static str {
        match self {
            Change::Assign => "INSERT OR IGNORE INTO role_assignment (user_id, role) VALUES (?, ?)",
            Change::Unassign => "DELETE FROM role_assignment WHERE user_id = ? AND role = ?",
        }
    }

    fn of_system_role(self, role: &str) -> ServiceError {
        let (code, verb) = match self {
            Change::Assign => (code::SYSTEM_ROLE_ASSIGNED, "assigned to"),
            Change::Unassign => (code::SYSTEM_ROLE_UNASSIGNED, "removed from"),
        };
        ServiceError::new(
            code,
            format!("The system role '{role}' cannot be {verb} a user"),
        )
    }
}

impl Users {
    /// Returns the names of the roles that a request has.
    pub(crate) async fn roles(&self, caller: Caller) -> Result<Vec<String>, ServiceError> {
        let read = self.database.read(move |connection| {
            let mut roles = of_caller(connection, &caller)?;
            if let Some(user_id) = caller.user_id() {
                roles.extend(assigned(connection, user_id)?);
            }
            Ok(roles)
        });
        read.await
    }

    /// Returns the names of the roles of the application that a user has, for server-side code:
    /// https://backendless.com/docs/rest/users_retrieving_user_roles_by_user_id.html. The page names no error code.
    pub(crate) async fn roles_of(
        &self,
        caller: Caller,
        user_id: String,
    ) -> Result<Vec<String>, ServiceError> {
        if !caller.is_cloud_code() {
            let message = "The roles of a user can be read with the Cloud Code API key only";
            return Err(ServiceError::new(code::ROLES_NOT_ALLOWED, message));
        }
        let read = self.database.read(move |connection| {
            check_user(connection, &user_id)?;
            assigned(connection, &user_id)
        });
        read.await
    }

    /// Assigns a role to a user or removes it, for server-side code.
    pub(crate) async fn change_role(
        &self,
        caller: Caller,
        body: Map<String, Value>,
        change: Change,
    ) -> Result<(), ServiceError> {
        if !caller.is_cloud_code() {
            let message = "Roles can be assigned and removed with the Cloud Code API key only";
            return Err(ServiceError::new(code::ROLES_NOT_ALLOWED, message));
        }
        let identity = match body.get("user") {
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => fields::text(&body, "user")?.map(str::to_owned),
        };
        let role = fields::text(&body, "roleName")?.map(str::to_owned);
        let (Some(identity), Some(role)) = (identity, role) else {
            let message = "the properties 'user' and 'roleName' are required";
            return Err(ServiceError::new(code::MISSING_PARAMETER, message));
        };
        let write = self.database.write(move |transaction| {
            if SYSTEM_ROLES.contains(&role.as_str()) {
                return Err(change.of_system_role(&role));
            }
            check_role(transaction, &role)?;
            let user_id = find_id(transaction, &identity)?.ok_or_else(unknown_user)?;
            transaction.execute(change.sql(), params![user_id, role])?;
            Ok(())
        });
        write.await
    }
}

/// Checks that the application has this role.
pub(crate) fn check_role(connection: &Connection, role: &str) -> Result<(), ServiceError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM role WHERE name = ?")?;
    match statement.exists([role])? {
        true => Ok(()),
        false => Err(ServiceError::not_found(
            code::UNKNOWN_ROLE,
            format!("The role '{}' does not exist", shorten(role)),
        )),
    }
}
