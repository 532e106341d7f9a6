//! Enforces permissions: of objects, which clients set, and of tables, which are settings of the server.
//!
//! [`Permissions`] documents which of them decides. The permissions that differ between rows become a condition in SQL, so
//! that a page, a count or an update has only rows that the caller may access. Services use them through `row_access`.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::permissions::{Operation, Permissions};
use crate::query::accessible::Accessible;
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::users::{self, roles};
use crate::store::schema::Table;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS object_permission (
        table_name TEXT NOT NULL,
        object_id TEXT NOT NULL,
        operation TEXT NOT NULL,
        kind TEXT NOT NULL,
        grantee TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        PRIMARY KEY (table_name, object_id, operation, kind, grantee)
    ) WITHOUT ROWID;
";

/// The grantee that represents all users, or all roles.
pub(super) const ALL: &str = "*";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

/// Whose permission of an object, a file or a directory a client sets: a user by id, or a role by name.
#[derive(Clone, Debug)]
pub(crate) enum Grantee {
    User(String),
    Role(String),
}

impl Grantee {
    /// Returns the kind and the name in the database.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Grantee::User(id) => (USER, id),
            Grantee::Role(name) => (ROLE, name),
        }
    }
}

/// Checks that the user or the role exists.
pub(crate) fn check_grantee(
    connection: &Connection,
    grantee: &Grantee,
) -> Result<(), ServiceError> {
    match grantee {
        Grantee::User(id) | Grantee::Role(id) if id == ALL => Ok(()),
        Grantee::User(id) => users::check_user(connection, id),
        Grantee::Role(name) if roles::SYSTEM_ROLES.contains(&name.as_str()) => Ok(()),
        Grantee::Role(name) => roles::check_role(connection, name),
    }
}

pub(super) const USER: &str = "user";
pub(super) const ROLE: &str = "role";

/// Sets the permission of a grantee to an operation on an object.
pub(crate) fn set(
    connection: &Connection,
    table: &Table,
    object_id: &str,
    operation: Operation,
    grantee: &Grantee,
    allowed: bool,
) -> Result<(), ServiceError> {
    let (kind, name) = grantee.parts();
    connection.execute(
        "INSERT INTO object_permission (table_name, object_id, operation, kind, grantee, allowed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (table_name, object_id, operation, kind, grantee) DO UPDATE SET allowed = ?6",
        params![
            table.name(),
            object_id,
            column_value(operation),
            kind,
            name,
            allowed
        ],
    )?;
    Ok(())
}

/// Deletes the permissions of objects that no longer exist: an object with the same objectId may be created.
pub(crate) fn delete_unused(connection: &Connection, table: &Table) -> Result<(), ServiceError> {
    let sql = format!(
        "DELETE FROM object_permission WHERE table_name = ?
         AND object_id NOT IN (SELECT object_id FROM {})",
        table.sql()
    );
    connection.prepare_cached(&sql)?.execute([table.name()])?;
    Ok(())
}

/// Deletes the permissions of all objects of a table.
pub(crate) fn delete_all(connection: &Connection, table: &str) -> Result<(), ServiceError> {
    let sql = "DELETE FROM object_permission WHERE table_name = ?";
    connection.execute(sql, [table])?;
    Ok(())
}

fn column_value(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "CREATE",
        Operation::Find => "FIND",
        Operation::Update => "UPDATE",
        Operation::Remove => "REMOVE",
        Operation::Permission => "PERMISSION",
    }
}

/// Decides which rows a caller may access.
#[derive(Clone, Debug)]
pub(crate) struct AccessControl(Arc<Permissions>);

/// Whether an operation is permitted in a table.
enum Decision {
    /// On all rows, or on none.
    AllRows(bool),
    /// On the rows that match a condition.
    Rows(Sql),
}

impl Decision {
    /// Returns the condition of the rows; `None` if it holds for all.
    fn condition(self) -> Option<Sql> {
        match self {
            Decision::AllRows(true) => None,
            Decision::AllRows(false) => Some(Sql::text("0")),
            Decision::Rows(condition) => Some(condition),
        }
    }
}

impl AccessControl {
    pub(super) fn new(permissions: Permissions) -> AccessControl {
        AccessControl(Arc::new(permissions))
    }

    /// Returns the rows that the caller may access, with the related rows that it may find. Fails if it may access none.
    pub(crate) fn accessible<'t>(
        &self,
        connection: &Connection,
        caller: &Caller,
        table: &'t Table,
        operation: Operation,
    ) -> Result<Accessible<'t>, ServiceError> {
        match self.decide(connection, caller, table, operation)? {
            Decision::AllRows(false) => Err(denied(operation)),
            _ => self.accessible_if_any(connection, caller, table, operation),
        }
    }

    /// Returns the rows that the caller may access, which may be none, with the related rows that it may find.
    pub(crate) fn accessible_if_any<'t>(
        &self,
        connection: &Connection,
        caller: &Caller,
        table: &'t Table,
        operation: Operation,
    ) -> Result<Accessible<'t>, ServiceError> {
        let condition = self.decide(connection, caller, table, operation)?;
        let mut related = HashMap::new();
        for child in table.reachable() {
            let condition = self.decide(connection, caller, child, Operation::Find)?;
            if let Some(condition) = condition.condition() {
                related.insert(child.name().to_owned(), condition);
            }
        }
        Ok(Accessible::new(table, condition.condition(), related))
    }

    /// Checks that the caller may create rows in a table, which may not exist.
    pub(crate) fn check_create(
        &self,
        connection: &Connection,
        caller: &Caller,
        table: &str,
    ) -> Result<(), ServiceError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let roles = Roles::of(connection, caller)?;
        let of_table = self.of_table(table, &roles, Operation::Create);
        match of_table.or_else(|| self.of_all_tables(&roles, Operation::Create)) {
            Some(false) => Err(denied(Operation::Create)),
            Some(true) | None => Ok(()),
        }
    }

    /// Whether the caller may change the permissions of files. No setting is for files alone, so those of all tables decide.
    pub(crate) fn changes_file_permissions(
        &self,
        connection: &Connection,
        caller: &Caller,
    ) -> Result<bool, ServiceError> {
        if self.0.is_empty() || caller.is_cloud_code() {
            return Ok(true);
        }
        let roles = Roles::of(connection, caller)?;
        let permission = self.of_all_tables(&roles, Operation::Permission);
        Ok(permission.unwrap_or(true))
    }

    /// Checks that the caller may access a row, which may not exist.
    pub(crate) fn check_row(
        &self,
        connection: &Connection,
        caller: &Caller,
        table: &Table,
        operation: Operation,
        object_id: &str,
    ) -> Result<(), ServiceError> {
        let decision = self.decide(connection, caller, table, operation)?;
        let Some(condition) = decision.condition() else {
            return Ok(());
        };
        let sql = Sql::text("SELECT ")
            .append(condition)
            .then(" FROM ")
            .then(&table.sql())
            .then(" WHERE object_id = ")
            .append(text(object_id));
        let is_permitted: Option<bool> = connection
            .prepare_cached(&sql.text)?
            .query_row(params_from_iter(sql.values), |row| row.get(0))
            .optional()?;
        match is_permitted {
            Some(false) => Err(denied(operation)),
            Some(true) | None => Ok(()),
        }
    }

    fn decide(
        &self,
        connection: &Connection,
        caller: &Caller,
        table: &Table,
        operation: Operation,
    ) -> Result<Decision, ServiceError> {
        let has_entries = connection
            .prepare_cached(
                "SELECT 1 FROM object_permission WHERE table_name = ? AND operation = ?",
            )?
            .exists([table.name(), column_value(operation)])?;
        if self.0.is_empty() && !has_entries {
            return Ok(Decision::AllRows(true));
        }
        let roles = Roles::of(connection, caller)?;
        let entries = |kind, grantees: &[String]| {
            let is_used = has_entries && !grantees.is_empty();
            is_used.then(|| entry(table, operation, kind, grantees))
        };
        let user: Vec<String> = caller.user_id().into_iter().map(str::to_owned).collect();
        let all = [ALL.to_owned()];
        let mut layers = Layers::default();
        layers.rows(entries(USER, &user));
        // An anonymous request has no user.
        layers.rows(caller.user_id().and_then(|_| entries(USER, &all)));
        layers.rows(entries(ROLE, &roles.application));
        layers.table(self.0.of_table(table.name(), &roles.application, operation));
        if let Some(owner) = caller.user_id() {
            let permission = self.0.of_owner(table.name(), operation);
            layers.rows(permission.map(|allowed| of_owner(table, owner, allowed)));
        }
        layers.rows(entries(ROLE, &roles.system));
        layers.rows(entries(ROLE, &all));
        layers.table(self.0.of_table(table.name(), &roles.system, operation));
        layers.table(self.of_all_tables(&roles, operation));
        Ok(layers.decision())
    }

    fn of_table(&self, table: &str, roles: &Roles, operation: Operation) -> Option<bool> {
        let application = self.0.of_table(table, &roles.application, operation);
        application.or_else(|| self.0.of_table(table, &roles.system, operation))
    }

    fn of_all_tables(&self, roles: &Roles, operation: Operation) -> Option<bool> {
        let application = self.0.of_all_tables(&roles.application, operation);
        application.or_else(|| self.0.of_all_tables(&roles.system, operation))
    }
}

/// The roles of a caller.
struct Roles {
    application: Vec<String>,
    system: Vec<String>,
}

impl Roles {
    fn of(connection: &Connection, caller: &Caller) -> Result<Roles, ServiceError> {
        let application = match caller.user_id() {
            Some(user_id) => roles::assigned(connection, user_id)?,
            None => Vec::new(),
        };
        Ok(Roles {
            application,
            system: roles::of_caller(connection, caller)?,
        })
    }
}

/// The permissions that apply, the first of which decides.
#[derive(Default)]
struct Layers {
    /// Permissions that differ between rows, each 0, 1 or null.
    rows: Vec<Sql>,
    /// The permission of the rows without one of their own. It ends the layers.
    others: Option<bool>,
}

impl Layers {
    fn rows(&mut self, permission: Option<Sql>) {
        if self.others.is_none() {
            self.rows.extend(permission);
        }
    }

    fn table(&mut self, permission: Option<bool>) {
        self.others = self.others.or(permission);
    }

    fn decision(self) -> Decision {
        let others = self.others.unwrap_or(true);
        if self.rows.is_empty() {
            return Decision::AllRows(others);
        }
        let others = Sql::text(if others { "1" } else { "0" });
        let layers = self.rows.into_iter().chain([others]);
        Decision::Rows(Sql::text("coalesce(").join(layers, ", ").then(")"))
    }
}

/// The permission of grantees of one kind to a row; a denial decides.
fn entry(table: &Table, operation: Operation, kind: &str, grantees: &[String]) -> Sql {
    Sql::text(
        "(SELECT min(entry.allowed) FROM object_permission AS entry WHERE entry.table_name = ",
    )
    .append(text(table.name()))
    .then(&format!(
        " AND entry.object_id = {}.object_id AND entry.operation = ",
        table.sql()
    ))
    .append(text(column_value(operation)))
    .then(" AND entry.kind = ")
    .append(text(kind))
    .then(" AND entry.grantee IN (")
    .join(grantees.iter().map(|grantee| text(grantee)), ", ")
    .then("))")
}

/// The permission of the owner of a row.
fn of_owner(table: &Table, owner: &str, allowed: bool) -> Sql {
    Sql::text(format!("CASE WHEN {}.owner_id = ", table.sql()))
        .append(text(owner))
        .then(if allowed {
            " THEN 1 END"
        } else {
            " THEN 0 END"
        })
}

fn text(value: &str) -> Sql {
    Sql::value(Stored::Text(value.to_owned()))
}

fn denied(operation: Operation) -> ServiceError {
    let (code, what) = match operation {
        Operation::Create => (code::CREATE_DENIED, "create objects in the table"),
        Operation::Find => (
            code::FIND_DENIED,
            "read the object or the objects of the table",
        ),
        Operation::Update => (
            code::UPDATE_DENIED,
            "update the object or the objects of the table",
        ),
        Operation::Remove => (
            code::REMOVE_DENIED,
            "delete the object or the objects of the table",
        ),
        Operation::Permission => (
            code::PERMISSION_DENIED,
            "change the permissions of the object",
        ),
    };
    ServiceError::new(code, format!("The user has no permission to {what}"))
}
