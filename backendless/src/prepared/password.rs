//! Recognition of passwords in JSON bodies.

use memchr::memmem;
use secrecy::SecretString;
use serde_json::Value;

use crate::secret::secret_string;

/// Name of the property of a user that contains the password.
const PASSWORD: &str = "password";

/// Returns whether `json` may contain a property `password`: most bodies contain neither the name nor an escaped character,
/// with which it could be written.
pub(super) fn may_be_in(json: &[u8]) -> bool {
    memmem::find(json, PASSWORD.as_bytes()).is_some() || memmem::find(json, b"\\u").is_some()
}

/// Returns the values of all properties `password` in `json`, at any depth and in any spelling of JSON; `None` if there is
/// no such property.
pub(super) fn find(json: &[u8]) -> Option<Vec<SecretString>> {
    if !may_be_in(json) {
        return None;
    }
    let mut passwords = Passwords::default();
    match serde_json::from_slice(json) {
        Ok(value) => passwords.collect(value),
        // What cannot be parsed, such as more than 128 levels, may contain one.
        Err(_) => passwords.is_found = true,
    }
    passwords.is_found.then_some(passwords.values)
}

#[derive(Default)]
struct Passwords {
    is_found: bool,
    values: Vec<SecretString>,
}

impl Passwords {
    fn collect(&mut self, value: Value) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    if name == PASSWORD {
                        self.add(value);
                    } else {
                        self.collect(value);
                    }
                }
            }
            Value::Array(items) => items.into_iter().for_each(|item| self.collect(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn add(&mut self, value: Value) {
        self.is_found = true;
        match value {
            Value::String(password) => self.values.push(secret_string(password)),
            Value::Number(number) => self.values.push(secret_string(number.to_string())),
            value => self.collect(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn is_in(json: &[u8]) -> bool {
        find(json).is_some()
    }

    #[test]
    fn values_are_returned() {
        let json =
            br#"[{"password":"a\u00fc","n":1},{"password":12},{"password":{"password":"b"}}]"#;
        let found = find(json).unwrap_or_default();
        let found: Vec<_> = found.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(found, ["a\u{fc}", "12", "b"]);
    }

    #[test]
    fn property_is_recognized_in_any_spelling() {
        for json in [
            r#"{"password":"a"}"#,
            r#"{ "password" : 1 }"#,
            r#"[{"a":[{"\u0070assword":null}]}]"#,
            &("[".repeat(200) + r#"{"password":1}"# + &"]".repeat(200)),
        ] {
            assert!(is_in(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn text_about_passwords_is_not_recognized() {
        for json in [
            "{}",
            r#""password""#,
            r#"{"name":"password"}"#,
            r#"{"passwords":1,"text":"{\"password\":1}"}"#,
            r#"{"bell":"\u0007"}"#,
        ] {
            assert!(!is_in(json.as_bytes()), "{json}");
        }
    }
}
