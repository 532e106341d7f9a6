//! Finds the users who have a role.

use rusqlite::types::Value as Stored;

use crate::query::find::Find;
use crate::query::row::Row;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::services::caller::Caller;
use crate::services::data::Data;
use crate::services::row_access::RowAccess;
use crate::services::users::{self, roles};
use crate::store::schema::{OBJECT_ID, Table};

impl Data {
    /// Returns a page of the users who have a role of the application.
    pub(crate) async fn find_by_role(
        &self,
        caller: Caller,
        role: String,
        load_roles: bool,
        find: Find,
    ) -> Result<Vec<Row>, ServiceError> {
        if roles::SYSTEM_ROLES.contains(&role.as_str()) {
            let what = "finding the users of a system role";
            return Err(ServiceError::not_implemented(what));
        }
        let access = self.access.clone();
        let read = self.database.read(move |connection| {
            roles::check_role(connection, &role)?;
            let table = Table::existing(connection, users::TABLE)?;
            let rows = RowAccess::new(&access, connection, &caller);
            let condition =
                Sql::text("object_id IN (SELECT user_id FROM role_assignment WHERE role = ")
                    .append(Sql::value(Stored::Text(role)))
                    .then(")");
            let mut users = find
                .restricted(condition)
                .rows(connection, &rows.find(&table)?)?;
            for user in users.iter_mut().filter(|_| load_roles) {
                if let Some(user_id) = user.text(OBJECT_ID) {
                    let assigned = roles::assigned(connection, user_id)?;
                    user.push("roles", assigned);
                }
            }
            Ok(users)
        });
        read.await
    }
}
