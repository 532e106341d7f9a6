//! Rows as a caller may read and write them. Every operation of a client on rows uses a [`RowAccess`] instead of `rows`, so
//! that it cannot forget permissions:
//!
//! - A new row needs `Create`, an existing one `Update` or `Remove`. The response to a write has the whole row.
//! - Of the rows that match a where clause, the other ones are ignored. Related rows in a clause need `Find`.
//! - A change of a relation needs `Update` on the parent, also if it was created in the same request. Children without `Find`
//!   are ignored as if they did not exist; only the relation of a deep save to one fails, because its response has the child.
//!   Setting a relation replaces also the children without `Find`: the relation belongs to the parent.
//!
//! The documentation of the service says nothing more precise about relations.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::permissions::Operation;
use crate::query::accessible::Accessible;
use crate::query::row::Row;
use crate::service_error::ServiceError;
use crate::services::access::{self, AccessControl};
use crate::services::caller::Caller;
use crate::services::rows::{self, NewRow};
use crate::store::schema::Table;

/// The permissions of a caller, in a transaction.
#[derive(Clone, Copy)]
pub(crate) struct RowAccess<'a> {
    pub(crate) connection: &'a Connection,
    access: &'a AccessControl,
    caller: &'a Caller,
}

impl<'a> RowAccess<'a> {
    pub(crate) fn new(
        access: &'a AccessControl,
        connection: &'a Connection,
        caller: &'a Caller,
    ) -> RowAccess<'a> {
        RowAccess {
            connection,
            access,
            caller,
        }
    }

    /// Returns the rows of a table that the caller may find. Fails if it may find none.
    pub(crate) fn find<'t>(&self, table: &'t Table) -> Result<Accessible<'t>, ServiceError> {
        self.accessible(table, Operation::Find)
    }

    /// Returns the rows of a table that the caller may find, which may be none.
    pub(crate) fn find_any<'t>(&self, table: &'t Table) -> Result<Accessible<'t>, ServiceError> {
        self.access
            .accessible_if_any(self.connection, self.caller, table, Operation::Find)
    }

    fn accessible<'t>(
        &self,
        table: &'t Table,
        operation: Operation,
    ) -> Result<Accessible<'t>, ServiceError> {
        self.access
            .accessible(self.connection, self.caller, table, operation)
    }

    /// Checks that the caller may access a row, which may not exist.
    pub(crate) fn check(
        &self,
        table: &Table,
        operation: Operation,
        object_id: &str,
    ) -> Result<(), ServiceError> {
        self.access
            .check_row(self.connection, self.caller, table, operation, object_id)
    }

    /// Checks that the caller may create rows.
    pub(crate) fn check_create(&self, table: &Table) -> Result<(), ServiceError> {
        self.access
            .check_create(self.connection, self.caller, table.name())
    }

    /// Inserts a row and returns it.
    pub(crate) fn insert(
        &self,
        table: &mut Table,
        fields: Map<String, Value>,
        new: &NewRow,
    ) -> Result<Row, ServiceError> {
        self.check_create(table)?;
        rows::insert(self.connection, table, fields, new)
    }

    /// Updates a row and returns it.
    pub(crate) fn update(
        &self,
        table: &mut Table,
        object_id: &str,
        fields: Map<String, Value>,
        now: i64,
    ) -> Result<Row, ServiceError> {
        self.check(table, Operation::Update, object_id)?;
        rows::update(self.connection, table, object_id, fields, now)
    }

    /// Updates the row with the id of `new`, or inserts it, and returns it.
    pub(crate) fn upsert(
        &self,
        table: &mut Table,
        fields: Map<String, Value>,
        new: &NewRow,
    ) -> Result<Row, ServiceError> {
        match rows::exists(self.connection, table, &new.object_id)? {
            true => self.check(table, Operation::Update, &new.object_id)?,
            false => self.check_create(table)?,
        }
        rows::upsert(self.connection, table, fields, new)
    }

    /// Updates the rows that match a where clause and that the caller may update, and returns their number.
    pub(crate) fn update_where(
        &self,
        table: &mut Table,
        clause: &str,
        fields: Map<String, Value>,
        now: i64,
    ) -> Result<usize, ServiceError> {
        let matching = rows::matching(&self.accessible(table, Operation::Update)?, clause)?;
        rows::update_where(self.connection, table, matching, fields, now)
    }

    /// Deletes a row and its permissions.
    pub(crate) fn delete(&self, table: &Table, object_id: &str) -> Result<(), ServiceError> {
        self.check(table, Operation::Remove, object_id)?;
        rows::delete(self.connection, table, object_id)?;
        access::delete_unused(self.connection, table)
    }

    /// Deletes the rows that match a where clause and that the caller may delete, and returns their number.
    pub(crate) fn delete_where(&self, table: &Table, clause: &str) -> Result<usize, ServiceError> {
        let matching = rows::matching(&self.accessible(table, Operation::Remove)?, clause)?;
        let deleted = rows::delete_where(self.connection, table, matching)?;
        access::delete_unused(self.connection, table)?;
        Ok(deleted)
    }
}
