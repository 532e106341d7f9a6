//! Login requests: of a user, and of a service account whose client logs itself in.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::generated::raw;
use crate::prepared::Prepared;
use crate::secret::secret_string;
use crate::transport::Account;

/// Body of a login. Unlike the generated type it does not own the password, so there is no copy to wipe.
#[derive(Serialize)]
struct Credentials<'c> {
    login: &'c str,
    password: &'c str,
}

/// Creates a login request, in which the password is marked as secret.
pub(crate) fn login_user<R>(login: &str, password: Arc<SecretString>) -> Result<Prepared<R>>
where
    R: DeserializeOwned,
{
    let without_password = raw::types::LoginRequest {
        login: login.to_owned(),
        password: String::new(),
    };
    let request = raw::login_user(&without_password)?;
    let body = Credentials {
        login,
        password: password.expose_secret(),
    };
    request.with_secret_json(&body, Arc::clone(&password))
}

/// Creates the service account of a client, which logs in with these credentials.
pub(super) fn account(login: String, password: String) -> Account {
    let password = Arc::new(secret_string(password));
    let of_request = Arc::clone(&password);
    let request = Box::new(move || login_user(&login, Arc::clone(&of_request)));
    Account::new(request, password)
}
