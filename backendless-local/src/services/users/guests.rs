//! Guests: users without identity and password, who may become regular users.

use serde_json::{Map, Value};

use super::properties::{SOCIAL_ACCOUNT, USER_STATUS};
use super::{Check, OWN_ACCOUNT, TABLE, Users, open_session, status};
use crate::id::new_id;
use crate::query::row::Row;
use crate::service_error::ServiceError;
use crate::services::rows;
use crate::store::schema::{OBJECT_ID, Table};

impl Users {
    /// Creates a guest, and returns it with a token.
    pub(crate) async fn register_guest(&self, check: Check) -> Result<Row, ServiceError> {
        let (life, now) = (self.session_life, self.clock.now());
        let object_id = new_id();
        let multiple_logins = self.options.multiple_logins;
        let new = rows::NewRow {
            owner_id: Some(object_id.clone()),
            object_id,
            created: now,
        };
        let mut fields = Map::new();
        fields.insert(USER_STATUS.to_owned(), Value::from(status::GUEST));
        fields.insert(SOCIAL_ACCOUNT.to_owned(), Value::from(OWN_ACCOUNT));
        let write = self.database.write(move |transaction| {
            check(transaction)?;
            let mut table = Table::existing(transaction, TABLE)?;
            rows::insert(transaction, &mut table, fields, &new)?;
            open_session(transaction, &new.object_id, life, now, multiple_logins)
        });
        write.await
    }

    /// Removes the objectId from the body of a registration if it is that of a guest, who becomes a regular user.
    pub(super) async fn take_guest(
        &self,
        body: &mut Map<String, Value>,
    ) -> Result<Option<String>, ServiceError> {
        let Some(user_id) = body.get(OBJECT_ID).and_then(Value::as_str) else {
            return Ok(None);
        };
        let user_id = user_id.to_owned();
        let read = self.database.read(move |connection| {
            let is_guest = status::of(connection, &user_id)?.as_deref() == Some(status::GUEST);
            Ok(is_guest.then_some(user_id))
        });
        let guest = read.await?;
        if guest.is_some() {
            body.remove(OBJECT_ID);
        }
        Ok(guest)
    }
}
