//! Login by objectId, without a password, which only server-side code may request.

use super::{Users, invalid_login, open_session, status};
use crate::query::row::Row;
use crate::service_error::ServiceError;

impl Users {
    /// Returns the user with a new token.
    pub(super) async fn login_by_id(&self, user_id: String) -> Result<Row, ServiceError> {
        let (life, now) = (self.session_life, self.clock.now());
        let multiple_logins = self.options.multiple_logins;
        let write = self.database.write(move |transaction| {
            if status::of(transaction, &user_id)?.is_none() {
                return Err(invalid_login());
            }
            open_session(transaction, &user_id, life, now, multiple_logins)
        });
        write.await
    }
}
