//! Executes one operation of a transaction, whose references are resolved.

use serde_json::{Map, Value};

use super::operation::{Operation, OperationType};
use crate::id::new_id;
use crate::permissions::Operation as Permission;
use crate::query::find::Find;
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::relations::{self, Change, Children, Target};
use crate::services::row_access::RowAccess;
use crate::services::users::unit_of_work::PASSWORD;
use crate::services::users::{self, Users};
use crate::services::{fields, rows, system_properties};
use crate::store::schema::{OBJECT_ID, Table, is_system};
use crate::text::shorten;

/// Maximum number of rows of a bulk operation.
const MAX_BULK: usize = 100;

/// What is the same for all operations of a transaction.
pub(super) struct Execution<'a> {
    pub(super) rows: RowAccess<'a>,
    pub(super) users: &'a Users,
    pub(super) caller: &'a Caller,
    pub(super) now: i64,
}

impl Execution<'_> {
    /// Returns the result of an operation.
    pub(super) fn execute(
        &self,
        operation: &Operation,
        payload: Value,
    ) -> Result<Value, ServiceError> {
        let mut table = Table::existing(self.rows.connection, &operation.table)?;
        let table = &mut table;
        match operation.ty {
            OperationType::Create => self.create(table, object(payload)?),
            OperationType::CreateBulk => {
                let rows = list(payload, "create")?.into_iter();
                let ids = rows.map(|row| self.create(table, object(row)?).and_then(id));
                ids.collect()
            }
            OperationType::Upsert => self.upsert(table, object(payload)?),
            OperationType::UpsertBulk => {
                let rows = list(payload, "upsert")?.into_iter();
                let ids = rows.map(|row| self.upsert(table, object(row)?).and_then(id));
                ids.collect()
            }
            OperationType::Update => {
                let changes = object(payload)?;
                let object_id = fields::text(&changes, OBJECT_ID)?;
                let object_id = object_id.ok_or_else(|| missing(OBJECT_ID))?.to_owned();
                self.update(table, &object_id, changes)
            }
            OperationType::UpdateBulk => self.update_bulk(table, object(payload)?),
            OperationType::Delete => {
                self.delete(table, &text_id(payload)?)?;
                Ok(Value::from(self.now))
            }
            OperationType::DeleteBulk => self.delete_bulk(table, object(payload)?),
            OperationType::Find => find(&self.rows, table, object(payload)?),
            OperationType::AddRelation => relate(&self.rows, table, Change::Add, object(payload)?),
            OperationType::SetRelation => relate(&self.rows, table, Change::Set, object(payload)?),
            OperationType::DeleteRelation => {
                relate(&self.rows, table, Change::Remove, object(payload)?)
            }
        }
    }

    fn create(&self, table: &mut Table, row: Map<String, Value>) -> Result<Value, ServiceError> {
        system_properties::reject_object_id(&row)?;
        if table.name() == users::TABLE {
            check_columns(table, &row)?;
            self.rows.check_create(table)?;
            let user = self
                .users
                .register_within(self.rows.connection, row, self.now);
            return user.map(Value::from);
        }
        let row = checked(table, row)?;
        let new = self.new_row(new_id());
        self.rows.insert(table, row, &new).map(Value::from)
    }

    fn new_row(&self, object_id: String) -> rows::NewRow {
        rows::NewRow {
            object_id,
            owner_id: self.caller.user_id().map(str::to_owned),
            created: self.now,
        }
    }

    fn upsert(&self, table: &mut Table, row: Map<String, Value>) -> Result<Value, ServiceError> {
        let object_id = fields::text(&row, OBJECT_ID)?;
        let new = self.new_row(object_id.map_or_else(new_id, str::to_owned));
        system_properties::check_object_id(&new.object_id)?;
        let row = checked(table, row)?;
        self.rows.upsert(table, row, &new).map(Value::from)
    }

    fn update(
        &self,
        table: &mut Table,
        object_id: &str,
        changes: Map<String, Value>,
    ) -> Result<Value, ServiceError> {
        if table.name() == users::TABLE {
            check_columns(table, &changes)?;
            self.rows.check(table, Permission::Update, object_id)?;
            let (connection, now) = (self.rows.connection, self.now);
            let user = self
                .users
                .update_within(connection, self.caller, object_id, changes, now);
            return user.map(Value::from);
        }
        let changes = checked(table, changes)?;
        self.rows
            .update(table, object_id, changes, self.now)
            .map(Value::from)
    }

    /// Deletes a row. A user loses its credentials and sessions as well.
    fn delete(&self, table: &Table, object_id: &str) -> Result<(), ServiceError> {
        if table.name() == users::TABLE {
            self.rows.check(table, Permission::Remove, object_id)?;
            users::revoke_access(self.rows.connection, self.caller, object_id)?;
        }
        self.rows.delete(table, object_id)
    }

    fn delete_bulk(
        &self,
        table: &Table,
        mut payload: Map<String, Value>,
    ) -> Result<Value, ServiceError> {
        match children(&mut payload)? {
            Children::Where(clause) => self.rows.delete_where(table, &clause).map(Value::from),
            Children::Ids(ids) => {
                let mut deleted = 0;
                for id in ids {
                    if rows::exists(self.rows.connection, table, &id)? {
                        self.delete(table, &id)?;
                        deleted += 1;
                    }
                }
                Ok(Value::from(deleted))
            }
        }
    }

    fn update_bulk(
        &self,
        table: &mut Table,
        mut payload: Map<String, Value>,
    ) -> Result<Value, ServiceError> {
        let changes = object(payload.remove("changes").unwrap_or_default())?;
        match children(&mut payload)? {
            Children::Where(clause) => {
                let changes = checked(table, changes)?;
                self.rows
                    .update_where(table, &clause, changes, self.now)
                    .map(Value::from)
            }
            Children::Ids(ids) => {
                let mut updated = 0;
                for id in ids {
                    if rows::exists(self.rows.connection, table, &id)? {
                        self.update(table, &id, changes.clone())?;
                        updated += 1;
                    }
                }
                Ok(Value::from(updated))
            }
        }
    }
}

/// Returns the columns of a row to write. In a transaction, as in the service, all of them must exist.
fn checked(table: &Table, row: Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    check_columns(table, &row)?;
    Ok(rows::writable(row))
}

/// Checks that all properties of a row are columns. The password of a user is a property without a column.
fn check_columns(table: &Table, row: &Map<String, Value>) -> Result<(), ServiceError> {
    system_properties::check_types(row)?;
    let is_password = |name: &str| name == PASSWORD && table.name() == users::TABLE;
    let exists = |name: &str| {
        table.column(name).is_some() || table.relation(name).is_some() || is_password(name)
    };
    if let Some(name) = row.keys().find(|name| !is_system(name) && !exists(name)) {
        let why = format!(
            "Column '{}' in table '{}' does not exists. All tables and columns must be present in the database before a \
             transaction is executed.",
            shorten(name),
            table.name()
        );
        return Err(ServiceError::new(code::UNKNOWN_COLUMN, why));
    }
    Ok(())
}

fn find(
    rows: &RowAccess<'_>,
    table: &Table,
    mut payload: Map<String, Value>,
) -> Result<Value, ServiceError> {
    let options = fields::object(&payload, "queryOptions")?.cloned();
    payload.remove("queryOptions");
    payload.extend(options.unwrap_or_default());
    // The names of a search that differ from those of a transaction.
    for (name, of_search) in [
        ("whereClause", "where"),
        ("havingClause", "having"),
        ("properties", "props"),
        ("related", "loadRelations"),
    ] {
        if let Some(value) = payload.remove(name) {
            payload.insert(of_search.to_owned(), value);
        }
    }
    let found = Find::from_body(payload)?.rows(rows.connection, &rows.find(table)?)?;
    Ok(found.into_iter().map(Value::from).collect())
}

fn relate(
    rows: &RowAccess<'_>,
    table: &Table,
    change: Change,
    mut payload: Map<String, Value>,
) -> Result<Value, ServiceError> {
    let column = fields::text(&payload, "relationColumn")?;
    let column = column.ok_or_else(|| missing("relationColumn"))?.to_owned();
    // A transaction creates no column.
    table.known_relation(&column)?;
    let parent = payload.remove("parentObject").unwrap_or_default();
    let target = Target {
        table: table.name().to_owned(),
        parent: text_id(parent)?,
        column,
    };
    let children = children(&mut payload)?;
    relations::change(rows, &target, change, &children).map(Value::from)
}

/// Reads which rows an operation selects: `conditional`, a where clause, or `unconditional`, a list of ids or rows.
fn children(payload: &mut Map<String, Value>) -> Result<Children, ServiceError> {
    if let Some(clause) = fields::text(payload, "conditional")? {
        return Ok(Children::Where(clause.to_owned()));
    }
    match payload.remove("unconditional") {
        Some(Value::Array(rows)) => {
            let ids = rows.into_iter().map(text_id);
            ids.collect::<Result<_, _>>().map(Children::Ids)
        }
        Some(_) => Err(ServiceError::new(
            code::INVALID_VALUE,
            "'unconditional' is not a list of ids",
        )),
        None => Err(missing("conditional' or 'unconditional")),
    }
}

/// Returns an id: a string, or the `objectId` of a row.
fn text_id(value: Value) -> Result<String, ServiceError> {
    match value {
        Value::String(id) => Ok(id),
        Value::Object(mut row) => match row.remove(OBJECT_ID) {
            Some(Value::String(id)) => Ok(id),
            _ => Err(missing(OBJECT_ID)),
        },
        _ => Err(ServiceError::new(
            code::INVALID_VALUE,
            "an id is not a string",
        )),
    }
}

fn id(row: Value) -> Result<Value, ServiceError> {
    text_id(row).map(Value::from)
}

fn object(value: Value) -> Result<Map<String, Value>, ServiceError> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(ServiceError::new(
            code::INVALID_VALUE,
            "the payload, or an element of it, is not a JSON object",
        )),
    }
}

fn list(value: Value, operation: &str) -> Result<Vec<Value>, ServiceError> {
    match value {
        Value::Array(rows) if rows.len() > MAX_BULK => {
            let why =
                format!("Bulk {operation} operation supports no more than {MAX_BULK} objects");
            Err(ServiceError::new(code::INVALID_VALUE, why))
        }
        Value::Array(rows) => Ok(rows),
        _ => Err(ServiceError::new(
            code::INVALID_VALUE,
            "the payload is not a list of objects",
        )),
    }
}

fn missing(name: &str) -> ServiceError {
    ServiceError::new(code::MISSING_PARAMETER, format!("'{name}' is missing"))
}
