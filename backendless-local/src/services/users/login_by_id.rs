//! Login by objectId, without a password, which only server-side code may request.

use super::properties::USER_TOKEN;
use super::{Users, invalid_login, record_login, sessions, status};
use crate::query::row::Row;
use crate::service_error::ServiceError;

impl Users {
    /// Returns the user with a new token.
    pub(super) async fn login_by_id(&self, user_id: String) -> Result<Row, ServiceError> {
        let now = self.clock.now();
        let (token, session) = sessions::new(&user_id, now, self.session_life);
        let multiple_logins = self.options.multiple_logins;
        let write = self.database.write(move |transaction| {
            if status::of(transaction, &user_id)?.is_none() {
                return Err(invalid_login());
            }
            status::check_login(transaction, &user_id)?;
            sessions::open(transaction, &session, now, multiple_logins)?;
            record_login(transaction, &user_id, now)
        });
        let mut user = write.await?;
        user.push(USER_TOKEN, token);
        Ok(user)
    }
}
