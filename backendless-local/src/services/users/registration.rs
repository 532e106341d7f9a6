//! Parses the bodies of registrations, logins and updates of users, without the database.

use serde_json::{Map, Value};

use crate::service_error::{ServiceError, code};
use crate::services::rows;
use crate::services::system_properties;
use crate::services::users::properties::{IDENTITY, MANAGED, PASSWORD};
use crate::store::schema::{CREATED, OBJECT_ID, UPDATED};

/// A parsed registration. No `Debug`, because it contains the password.
pub(super) struct Registration {
    /// The normalized identity; see [`identity_key`].
    pub(super) identity: String,
    pub(super) password: String,
    /// Properties to store in the user's row.
    pub(super) fields: Map<String, Value>,
}

pub(super) fn parse(mut body: Map<String, Value>) -> Result<Registration, ServiceError> {
    system_properties::check_types(&body)?;
    let password = password(body.remove(PASSWORD))?;
    let identity = identity(body.get(IDENTITY))?;
    for (name, code) in [
        (OBJECT_ID, code::OBJECT_ID_AT_REGISTRATION),
        (UPDATED, code::UPDATED_AT_REGISTRATION),
        (CREATED, code::CREATED_AT_REGISTRATION),
    ] {
        if body.get(name).is_some_and(|value| !value.is_null()) {
            let message = format!("The property '{name}' is not allowed at registration");
            return Err(ServiceError::new(code, message));
        }
    }
    Ok(Registration {
        identity: identity_key(&identity),
        password,
        fields: own_fields(body),
    })
}

/// Removes the properties that only the server writes.
pub(super) fn own_fields(mut body: Map<String, Value>) -> Map<String, Value> {
    body.retain(|name, _| !MANAGED.contains(&name.as_str()) && name != PASSWORD);
    rows::writable(body)
}

/// Checks a password: a string that is not empty.
pub(super) fn password(value: Option<Value>) -> Result<String, ServiceError> {
    match value {
        Some(Value::String(password)) if !password.is_empty() => Ok(password),
        None | Some(Value::Null | Value::String(_)) => Err(ServiceError::new(
            code::PASSWORD_MISSING,
            "User password is missing",
        )),
        Some(_) => Err(ServiceError::new(
            code::PASSWORD_NOT_A_STRING,
            "User password must be a string",
        )),
    }
}

/// Checks an identity: an e-mail address.
pub(super) fn identity(value: Option<&Value>) -> Result<String, ServiceError> {
    match value {
        Some(Value::String(email)) if is_email(email) => Ok(email.clone()),
        None | Some(Value::Null) => Err(missing_identity()),
        Some(Value::String(email)) if email.is_empty() => Err(missing_identity()),
        Some(_) => Err(ServiceError::new(
            code::INVALID_EMAIL,
            "User email is not a valid address",
        )),
    }
}

fn missing_identity() -> ServiceError {
    ServiceError::new(
        code::IDENTITY_MISSING,
        format!("User identity is missing: '{IDENTITY}'"),
    )
}

/// Whether the text has the form `local@domain.tld`.
fn is_email(text: &str) -> bool {
    let is_invalid = |c: char| c.is_whitespace() || c.is_control();
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !local.contains('@')
                && !text.contains(is_invalid)
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        }
        None => false,
    }
}

/// Normalizes an identity: e-mail addresses are compared without regard to case.
pub(super) fn identity_key(identity: &str) -> String {
    identity.to_lowercase()
}

/// Returns the objectId of a login that has neither a login name nor a password.
pub(super) fn only_object_id(body: &Map<String, Value>) -> Option<&str> {
    let is_given = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let object_id = body.get(OBJECT_ID).and_then(Value::as_str);
    object_id.filter(|_| !is_given("login") && !is_given(PASSWORD))
}

/// Returns the login name and the password. The login name may be a number.
pub(super) fn parse_login(body: &Map<String, Value>) -> Result<(String, String), ServiceError> {
    let is_given = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    if is_given(OBJECT_ID) && !is_given("login") {
        // Server-side code has been handled by `only_object_id`.
        return Err(ServiceError::new(
            code::LOGIN_BY_OBJECT_ID,
            "Login by object id is allowed only for Code Runner API key",
        ));
    }
    let login = match body.get("login") {
        Some(Value::String(login)) if !login.is_empty() => Some(login.clone()),
        Some(Value::Number(login)) => Some(login.to_string()),
        _ => None,
    };
    let password = match body.get(PASSWORD) {
        Some(Value::String(password)) if !password.is_empty() => Some(password.clone()),
        _ => None,
    };
    login.zip(password).ok_or_else(|| {
        ServiceError::new(
            code::LOGIN_OR_PASSWORD_MISSING,
            "User login or password is missing",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn address_has_one_at_sign_and_a_dotted_domain() {
        for email in ["a@b.c", "o'h+ara@b.example", "имя@почта.рф"] {
            assert!(is_email(email), "{email}");
        }
        for email in [
            "", "a", "a@", "@b.c", "a@b", "a@@b.c", "a@b@c.d", "a b@c.d", "a@b..c", "a@b.", "a@.c",
            "a@b.c\n",
        ] {
            assert!(!is_email(email), "{email:?}");
        }
    }
}
