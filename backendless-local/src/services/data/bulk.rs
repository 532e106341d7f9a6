//! Writes several rows with one request, in one transaction: if a row is invalid, none is stored.

use serde_json::{Map, Value};

use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::data::Data;
use crate::services::row_access::RowAccess;
use crate::services::rows::{self, NewRow};
use crate::services::{system_properties, users};
use crate::store::schema::{OBJECT_ID, Table};
use crate::text::shorten;

/// Maximum number of objects in a request, which is that of Backendless Cloud
/// (<https://backendless.com/docs/rest/data_multiple_objects_bulk_create.html>).
const MAX_OBJECTS: usize = 100;

/// What happens to an object whose objectId exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Existing {
    Rejected,
    Updated,
}

impl Data {
    /// Creates rows and returns their objectIds in order. An object may have an objectId that no row has.
    pub(crate) async fn create_many(
        &self,
        caller: Caller,
        table: String,
        bodies: Vec<Map<String, Value>>,
    ) -> Result<Vec<String>, ServiceError> {
        self.write_many(caller, table, bodies, Existing::Rejected)
            .await
    }

    /// Creates or updates rows and returns their objectIds in order. An object without an objectId gets a new one.
    pub(crate) async fn upsert_many(
        &self,
        caller: Caller,
        table: String,
        bodies: Vec<Map<String, Value>>,
    ) -> Result<Vec<String>, ServiceError> {
        self.write_many(caller, table, bodies, Existing::Updated)
            .await
    }

    async fn write_many(
        &self,
        caller: Caller,
        table: String,
        bodies: Vec<Map<String, Value>>,
        existing: Existing,
    ) -> Result<Vec<String>, ServiceError> {
        if bodies.len() > MAX_OBJECTS {
            let message = format!(
                "the request has {} objects, and at most {MAX_OBJECTS} are allowed",
                bodies.len()
            );
            return Err(ServiceError::new(code::INVALID_VALUE, message));
        }
        if table == users::TABLE {
            return match existing {
                Existing::Rejected => self.register_users(caller, bodies).await,
                Existing::Updated => {
                    let what = "creating or changing several users with one request";
                    Err(ServiceError::not_implemented(what))
                }
            };
        }
        let objects: Result<Vec<_>, ServiceError> = bodies
            .into_iter()
            .map(|body| self.parse(&caller, body))
            .collect();
        let objects = objects?;
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let access = self.access.clone();
        let write = self.database.write(move |transaction| {
            let access = RowAccess::new(&access, transaction, &caller);
            let mut table = Table::existing_or_new(transaction, &table)?;
            let mut ids = Vec::with_capacity(objects.len());
            for (new, fields) in objects {
                if existing == Existing::Rejected
                    && rows::exists(transaction, &table, &new.object_id)?
                {
                    return Err(exists_already(&new.object_id));
                }
                access.upsert(&mut table, fields, &new)?;
                ids.push(new.object_id);
            }
            Ok(ids)
        });
        write.await
    }

    /// Returns the system properties and the other properties of an object.
    fn parse(
        &self,
        caller: &Caller,
        body: Map<String, Value>,
    ) -> Result<(NewRow, Map<String, Value>), ServiceError> {
        system_properties::check_types(&body)?;
        let object_id = body.get(OBJECT_ID).and_then(Value::as_str);
        let object_id = object_id.map_or_else(new_id, str::to_owned);
        system_properties::check_object_id(&object_id)?;
        let new = NewRow {
            object_id,
            owner_id: caller.user_id().map(str::to_owned),
            created: self.clock.now(),
        };
        Ok((new, rows::writable(body)))
    }
}

fn exists_already(object_id: &str) -> ServiceError {
    let message = format!(
        "An object with the objectId {} exists already",
        shorten(object_id)
    );
    ServiceError::new(code::DUPLICATE_ENTRY, message)
}
