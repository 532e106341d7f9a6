//! Clients grant and deny permissions of files and directories.

use rusqlite::params;

use super::access::{self, Grant};
use super::{FilePath, Files, directories, not_found};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;

impl Files {
    /// Stores a rule for a path, in place of an earlier one for the same grantee.
    pub(crate) async fn set_permission(
        &self,
        caller: Caller,
        path: FilePath,
        grant: Grant,
    ) -> Result<(), ServiceError> {
        let permissions = self.permissions.clone();
        let write = self.database.write(move |transaction| {
            if !permissions.changes_file_permissions(transaction, &caller)? {
                return Err(access::denied());
            }
            if !directories::exists(transaction, path.as_str())? {
                return Err(not_found(code::RESOURCE_NOT_FOUND, path.as_str()));
            }
            let (kind, grantee) = grant.grantee.parts();
            transaction.execute(
                "INSERT OR REPLACE INTO file_permission (path, permission, kind, grantee, is_granted)
                 VALUES (?, ?, ?, ?, ?)",
                params![path.as_str(), grant.permission.name(), kind, grantee, grant.is_granted],
            )?;
            Ok(())
        });
        write.await
    }
}
