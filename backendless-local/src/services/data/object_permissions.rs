//! Sets the permissions of single objects.

use serde_json::{Map, Value};

use super::Data;
use crate::permissions::Operation;
use crate::service_error::{ServiceError, code};
use crate::services::access::{self, Grantee};
use crate::services::caller::Caller;
use crate::services::fields;
use crate::services::rows;
use crate::store::schema::Table;
use crate::text::shorten;

impl Data {
    /// Sets the permission of users to an operation on an object.
    pub(crate) async fn set_permission(
        &self,
        caller: Caller,
        table: String,
        object_id: String,
        entry: PermissionEntry,
    ) -> Result<(), ServiceError> {
        let access = self.access.clone();
        let write = self.database.write(move |transaction| {
            let table = Table::existing(transaction, &table)?;
            rows::check_exists(transaction, &table, &object_id)?;
            let permission = Operation::Permission;
            access.check_row(transaction, &caller, &table, permission, &object_id)?;
            access::check_grantee(transaction, &entry.grantee)?;
            let PermissionEntry {
                operation,
                grantee,
                allowed,
            } = entry;
            access::set(
                transaction,
                &table,
                &object_id,
                operation,
                &grantee,
                allowed,
            )
        });
        write.await
    }
}

/// A permission that a client sets.
pub(crate) struct PermissionEntry {
    pub(crate) operation: Operation,
    pub(crate) grantee: Grantee,
    pub(crate) allowed: bool,
}

impl PermissionEntry {
    /// Reads the body of a request, in which `user` has priority to `role`.
    pub(crate) fn parse(
        body: &Map<String, Value>,
        allowed: bool,
    ) -> Result<PermissionEntry, ServiceError> {
        let operation = match fields::required_text(body, "permission")? {
            "FIND" => Operation::Find,
            "UPDATE" => Operation::Update,
            "REMOVE" => Operation::Remove,
            other => {
                let other = shorten(other);
                let message = format!("'permission' is '{other}': expected FIND, UPDATE or REMOVE");
                return Err(ServiceError::new(code::INVALID_PARAMETER, message));
            }
        };
        let user = fields::text(body, "user")?.map(|id| Grantee::User(id.to_owned()));
        let role = fields::text(body, "role")?.map(|name| Grantee::Role(name.to_owned()));
        Ok(PermissionEntry {
            operation,
            grantee: user
                .or(role)
                .ok_or_else(|| fields::missing("user' or 'role"))?,
            allowed,
        })
    }
}
