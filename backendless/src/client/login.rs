//! Login requests: of a user, and of a service account whose client logs itself in.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use crate::Result;
use crate::generated::raw;
use crate::prepared::Prepared;
use crate::transport::LoginRequest;

/// Creates a login request, in which the password is marked as secret.
pub(crate) fn login_user<R>(login: String, password: Arc<SecretString>) -> Result<Prepared<R>>
where
    R: DeserializeOwned,
{
    let body = raw::types::LoginRequest {
        login,
        password: password.expose_secret().to_owned(),
    };
    let request = raw::login_user(&body)?;
    Ok(request.with_secret(password))
}

/// Returns the function that creates the login request of a service account.
pub(super) fn login_request(login: String, password: String) -> LoginRequest {
    let password = Arc::new(SecretString::from(password));
    Box::new(move || login_user(login.clone(), Arc::clone(&password)))
}
