//! The Data service: rows of tables, which are created when the first row is.
//!
//! `rows` writes rows and `query` reads them. Users are rows as well, but only `users` creates,
//! changes and deletes them.

mod bulk;
pub(crate) mod object_permissions;
mod tables;
mod user_rows;
mod users_of_role;

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::id::new_id;
use crate::permissions::Operation;
use crate::query::find::Find;
use crate::query::find::grouping::{GroupPage, Grouping};
use crate::query::row::Row;
use crate::service_error::{ServiceError, code};
use crate::services::access::{self, AccessControl};
use crate::services::caller::Caller;
use crate::services::columns;
use crate::services::deep_save::DeepSave;
use crate::services::row_access::RowAccess;
use crate::services::rows;
use crate::services::system_properties;
use crate::services::users::{self, Users};
use crate::store::database::Database;
use crate::store::schema::{self, OBJECT_ID, Table};

#[derive(Clone, Debug)]
pub(crate) struct Data {
    database: Database,
    clock: Clock,
    users: Users,
    access: AccessControl,
}

impl Data {
    pub(super) fn new(
        database: Database,
        clock: Clock,
        users: Users,
        access: AccessControl,
    ) -> Data {
        Data {
            database,
            clock,
            users,
            access,
        }
    }

    /// Returns the same service with the users of another base URL.
    pub(super) fn with_users(&self, users: Users) -> Data {
        Data {
            users,
            ..self.clone()
        }
    }

    pub(crate) async fn create(
        &self,
        caller: Caller,
        table: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        system_properties::reject_object_id(&body)?;
        system_properties::check_types(&body)?;
        self.insert(caller, table, body).await
    }

    /// Creates a row, or updates it if the body has an objectId. Official clients use it for both.
    pub(crate) async fn save(
        &self,
        caller: Caller,
        table: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        system_properties::check_types(&body)?;
        match body.get(OBJECT_ID).and_then(Value::as_str) {
            None => self.insert(caller, table, body).await,
            Some(object_id) => {
                let object_id = object_id.to_owned();
                self.change(caller, table, object_id, body).await
            }
        }
    }

    /// Updates the row with the objectId of the body, or creates it with that objectId or with a new one.
    pub(crate) async fn upsert(
        &self,
        caller: Caller,
        table: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        system_properties::check_types(&body)?;
        let Some(object_id) = body.get(OBJECT_ID).and_then(Value::as_str) else {
            return self.insert(caller, table, body).await;
        };
        let object_id = object_id.to_owned();
        if table == users::TABLE {
            return self.update_user(caller, object_id, body).await;
        }
        system_properties::check_object_id(&object_id)?;
        let fields = rows::writable(body);
        let owner_id = caller.user_id().map(str::to_owned);
        let (now, access) = (self.clock.now(), self.access.clone());
        let write = self.database.write(move |transaction| {
            let mut table = Table::existing_or_new(transaction, &table)?;
            let new = rows::NewRow {
                object_id,
                owner_id,
                created: now,
            };
            RowAccess::new(&access, transaction, &caller).upsert(&mut table, fields, &new)
        });
        write.await
    }

    /// Updates the rows that match a where clause, and returns their number.
    pub(crate) async fn update_where(
        &self,
        caller: Caller,
        table: String,
        clause: String,
        changes: Map<String, Value>,
    ) -> Result<usize, ServiceError> {
        reject_users(&table)?;
        system_properties::check_types(&changes)?;
        let fields = rows::writable(changes);
        let (now, access) = (self.clock.now(), self.access.clone());
        let write = self.database.write_by_clause(move |transaction| {
            let mut table = Table::existing(transaction, &table)?;
            RowAccess::new(&access, transaction, &caller)
                .update_where(&mut table, &clause, fields, now)
        });
        write.await
    }

    /// Deletes the rows that match a where clause, and returns their number.
    pub(crate) async fn delete_where(
        &self,
        caller: Caller,
        table: String,
        clause: String,
    ) -> Result<usize, ServiceError> {
        reject_users(&table)?;
        let access = self.access.clone();
        let write = self.database.write_by_clause(move |transaction| {
            let table = Table::existing(transaction, &table)?;
            RowAccess::new(&access, transaction, &caller).delete_where(&table, &clause)
        });
        write.await
    }

    pub(crate) async fn update(
        &self,
        caller: Caller,
        table: String,
        object_id: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        system_properties::check_types(&body)?;
        let differs = |id: &Value| !id.is_null() && *id != object_id;
        if body.get(OBJECT_ID).is_some_and(differs) {
            return Err(ServiceError::new(
                code::OBJECT_ID_GIVEN,
                "The objectId of an object cannot be changed: the body has another than the path",
            ));
        }
        self.change(caller, table, object_id, body).await
    }

    /// Creates a row without a session, in a transaction of the caller. A row of the table `Users` is a registration.
    pub(crate) fn create_within(
        &self,
        transaction: &Connection,
        table: &str,
        body: Map<String, Value>,
        now: i64,
    ) -> Result<(), ServiceError> {
        if table == users::TABLE {
            return self.users.register_within(transaction, body, now).map(drop);
        }
        system_properties::reject_object_id(&body)?;
        system_properties::check_types(&body)?;
        let new = rows::NewRow {
            object_id: new_id(),
            owner_id: None,
            created: now,
        };
        let caller = Caller::anonymous();
        let mut table = Table::existing_or_new(transaction, table)?;
        let access = RowAccess::new(&self.access, transaction, &caller);
        access
            .insert(&mut table, rows::writable(body), &new)
            .map(drop)
    }

    async fn insert(
        &self,
        caller: Caller,
        table: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        if table == users::TABLE {
            return self.register_user(caller, body).await;
        }
        let fields = rows::writable(body);
        let new = rows::NewRow {
            object_id: new_id(),
            owner_id: caller.user_id().map(str::to_owned),
            created: self.clock.now(),
        };
        let access = self.access.clone();
        let write = self.database.write(move |transaction| {
            let mut table = Table::existing_or_new(transaction, &table)?;
            RowAccess::new(&access, transaction, &caller).insert(&mut table, fields, &new)
        });
        write.await
    }

    async fn change(
        &self,
        caller: Caller,
        table: String,
        object_id: String,
        body: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        if table == users::TABLE {
            return self.update_user(caller, object_id, body).await;
        }
        let fields = rows::writable(body);
        let (now, access) = (self.clock.now(), self.access.clone());
        let write = self.database.write(move |transaction| {
            let mut table = Table::existing(transaction, &table)?;
            RowAccess::new(&access, transaction, &caller)
                .update(&mut table, &object_id, fields, now)
        });
        write.await
    }

    pub(crate) async fn get(
        &self,
        caller: Caller,
        table: String,
        object_id: String,
        find: Find,
    ) -> Result<Row, ServiceError> {
        self.read(caller, table, move |rows, table| {
            rows.check(table, Operation::Find, &object_id)?;
            let row = find.row(rows.connection, &rows.find_any(table)?, &object_id)?;
            row.ok_or_else(|| rows::unknown_object(&object_id))
        })
        .await
    }

    /// Deletes a row and returns the time of the deletion.
    pub(crate) async fn delete(
        &self,
        caller: Caller,
        table: String,
        object_id: String,
    ) -> Result<i64, ServiceError> {
        let (now, access) = (self.clock.now(), self.access.clone());
        let write = self.database.write(move |transaction| {
            let stored = Table::existing(transaction, &table)?;
            if table != users::TABLE {
                let rows = RowAccess::new(&access, transaction, &caller);
                return rows.delete(&stored, &object_id);
            }
            users::revoke_access(transaction, &caller, &object_id)?;
            access.check_row(transaction, &caller, &stored, Operation::Remove, &object_id)?;
            rows::delete(transaction, &stored, &object_id)?;
            access::delete_unused(transaction, &stored)
        });
        write.await?;
        Ok(now)
    }

    pub(crate) async fn find(
        &self,
        caller: Caller,
        table: String,
        find: Find,
    ) -> Result<Vec<Row>, ServiceError> {
        self.read(caller, table, move |rows, table| {
            find.rows(rows.connection, &rows.find(table)?)
        })
        .await
    }

    pub(crate) async fn count(
        &self,
        caller: Caller,
        table: String,
        find: Find,
    ) -> Result<i64, ServiceError> {
        self.read(caller, table, move |rows, table| {
            find.count(rows.connection, &rows.find(table)?)
        })
        .await
    }

    /// Saves a row and the rows in its relations.
    pub(crate) async fn deep_save(
        &self,
        caller: Caller,
        table: String,
        row: Map<String, Value>,
    ) -> Result<Row, ServiceError> {
        let owner_id = caller.user_id().map(str::to_owned);
        let (now, access) = (self.clock.now(), self.access.clone());
        // The number of rows is limited by the time only.
        let write = self.database.write_by_clause(move |transaction| {
            let save = DeepSave {
                rows: RowAccess::new(&access, transaction, &caller),
                owner_id,
                now,
            };
            save.save(&table, row)
        });
        write.await
    }

    /// Returns rows in groups.
    pub(crate) async fn group(
        &self,
        caller: Caller,
        table: String,
        grouping: Grouping,
    ) -> Result<GroupPage, ServiceError> {
        self.read(caller, table, move |rows, table| {
            grouping.page(rows.connection, &rows.find(table)?)
        })
        .await
    }

    /// Returns the number of groups or rows in a group.
    pub(crate) async fn count_in_group(
        &self,
        caller: Caller,
        table: String,
        grouping: Grouping,
    ) -> Result<i64, ServiceError> {
        self.read(caller, table, move |rows, table| {
            grouping.count(rows.connection, &rows.find(table)?)
        })
        .await
    }

    /// Reads a table with the permissions of the caller.
    async fn read<T: Send + 'static>(
        &self,
        caller: Caller,
        table: String,
        read: impl FnOnce(&RowAccess<'_>, &Table) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let access = self.access.clone();
        let task = self.database.read(move |connection| {
            let table = Table::existing(connection, &table)?;
            read(&RowAccess::new(&access, connection, &caller), &table)
        });
        task.await
    }

    /// Returns the descriptions of the columns of a table.
    pub(crate) async fn describe(&self, table: String) -> Result<Vec<Value>, ServiceError> {
        let read = self
            .database
            .read(move |connection| columns::describe(&Table::existing(connection, &table)?));
        read.await
    }

    /// Returns the name of the table with this id.
    pub(crate) async fn table_name(&self, id: String) -> Result<String, ServiceError> {
        let read = self
            .database
            .read(move |connection| schema::table_name(connection, &id));
        read.await
    }
}

/// Rejects the table of users: their sessions and passwords change with each of them.
fn reject_users(table: &str) -> Result<(), ServiceError> {
    if table == users::TABLE {
        let what = "changing or deleting several users by a condition";
        return Err(ServiceError::not_implemented(what));
    }
    Ok(())
}
