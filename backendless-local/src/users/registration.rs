//! What a registration, a login and an update of a user may have in the body. Nothing here looks
//! at the database.

use serde_json::{Map, Value};

use super::{IDENTITY, MANAGED, PASSWORD};
use crate::data::rows;
use crate::http::reply::{Failure, code};
use crate::store::schema::{CREATED, OBJECT_ID, UPDATED};

/// It has the password in it, so it is never printed: no `Debug`.
pub(super) struct Registration {
    /// The identity as it is compared: see [`identity_key`].
    pub(super) identity: String,
    pub(super) password: String,
    /// What is kept in the user's row.
    pub(super) fields: Map<String, Value>,
}

pub(super) fn read(mut body: Map<String, Value>) -> Result<Registration, Failure> {
    let password = password(body.remove(PASSWORD))?;
    let identity = identity(body.get(IDENTITY))?;
    for (name, code) in [
        (OBJECT_ID, code::REGISTERED_OBJECT_ID),
        (UPDATED, code::REGISTERED_UPDATED),
        (CREATED, code::REGISTERED_CREATED),
    ] {
        if body.get(name).is_some_and(|value| !value.is_null()) {
            let message = format!("The property '{name}' is not allowed at registration");
            return Err(Failure::new(code, message));
        }
    }
    body.retain(|name, _| !MANAGED.contains(&name.as_str()));
    let fields = rows::writable(body)?;
    Ok(Registration {
        identity: identity_key(&identity),
        password,
        fields,
    })
}

/// A password that can be one: text that is not empty.
pub(super) fn password(value: Option<Value>) -> Result<String, Failure> {
    match value {
        Some(Value::String(password)) if !password.is_empty() => Ok(password),
        None | Some(Value::Null | Value::String(_)) => Err(Failure::new(
            code::PASSWORD_MISSING,
            "User password is missing",
        )),
        Some(_) => Err(Failure::new(
            code::PASSWORD_NOT_TEXT,
            "User password must be a string",
        )),
    }
}

/// An identity that can be one: an e-mail address.
pub(super) fn identity(value: Option<&Value>) -> Result<String, Failure> {
    match value {
        Some(Value::String(email)) if is_email(email) => Ok(email.clone()),
        None | Some(Value::Null) => Err(missing_identity()),
        Some(Value::String(email)) if email.is_empty() => Err(missing_identity()),
        Some(_) => Err(Failure::new(
            code::INVALID_EMAIL,
            "User email is not a valid address",
        )),
    }
}

fn missing_identity() -> Failure {
    Failure::new(
        code::IDENTITY_MISSING,
        format!("User identity is missing: '{IDENTITY}'"),
    )
}

/// Whether it has the form `local@domain.tld`. Whether mail arrives is not for a form to say.
fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !local.contains('@')
                && !text.contains(odd)
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        }
        None => false,
    }
}

/// The identity as it is compared: without regard to case, as mail is addressed.
pub(super) fn identity_key(identity: &str) -> String {
    identity.to_lowercase()
}

/// The login and the password of a login. A login may be a number.
pub(super) fn read_login(body: &Map<String, Value>) -> Result<(String, String), Failure> {
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
        Failure::new(
            code::LOGIN_OR_PASSWORD_MISSING,
            "User login or password is missing",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn an_address_has_one_at_sign_and_a_dotted_domain() {
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
