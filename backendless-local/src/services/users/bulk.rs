//! Registers several users with one request.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Check, TABLE, Users, credentials, passwords, registration};
use crate::id::new_id;
use crate::service_error::ServiceError;
use crate::services::rows;
use crate::store::schema::Table;

impl Users {
    /// Creates users and returns their objectIds in order. If one of them is invalid or exists, none is created.
    pub(crate) async fn register_many(
        &self,
        check: Check,
        bodies: Vec<Map<String, Value>>,
    ) -> Result<Vec<String>, ServiceError> {
        let registrations: Result<Vec<_>, ServiceError> =
            bodies.into_iter().map(registration::parse).collect();
        let mut users = Vec::new();
        for registration in registrations? {
            let hash = passwords::hash(registration.password).await?;
            users.push((registration.identity, registration.fields, hash));
        }
        let (options, now) = (Arc::clone(&self.options), self.clock.now());
        let write = self.database.write(move |transaction| {
            check(transaction)?;
            let mut table = Table::existing(transaction, TABLE)?;
            let mut ids = Vec::with_capacity(users.len());
            for (identity, mut fields, hash) in users {
                let object_id = new_id();
                let new = rows::NewRow {
                    object_id: object_id.clone(),
                    owner_id: Some(object_id.clone()),
                    created: now,
                };
                credentials::create(transaction, &object_id, &identity, &hash)?;
                options.complete(&mut fields);
                rows::insert(transaction, &mut table, fields, &new)?;
                options.request_confirmation(transaction, &object_id)?;
                ids.push(object_id);
            }
            Ok(ids)
        });
        write.await
    }
}
