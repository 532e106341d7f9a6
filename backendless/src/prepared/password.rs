//! Recognition of passwords in JSON bodies.

use std::fmt;

use memchr::memchr2_iter;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::secret::secret_string;

/// Name of the property of a user that contains the password.
const PASSWORD: &str = "password";

/// Returns whether `json` may contain a property `password`: most bodies contain neither the name nor an escaped character,
/// with which it could be written.
pub(super) fn may_be_in(json: &[u8]) -> bool {
    // Bytes are searched for: a searcher for the name would have to be built for each body.
    memchr2_iter(b'w', b'\\', json).any(|at| {
        let (before, rest) = json.split_at(at);
        rest.starts_with(b"\\u") || before.ends_with(b"pass") && rest.starts_with(b"word")
    })
}

/// Maximum number of passwords of one request that are remembered: more would displace the tokens and passwords of other
/// requests from [`RecentSecrets`](crate::secret::RecentSecrets).
const MAX_VALUES: usize = 8;

/// Returns the values of the first properties `password` in `json`, at any depth and in any spelling of JSON, which is not
/// stored as a tree; `None` if there is no such property.
///
/// It parses `json`; [`may_be_in`] recognizes most bodies without a password.
pub(super) fn find(json: &[u8]) -> Option<Vec<SecretString>> {
    let mut passwords = Passwords::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = passwords.node(false).deserialize(&mut deserializer);
    // What cannot be parsed, such as more than 128 levels, may contain one.
    let is_json = read.and_then(|()| deserializer.end()).is_ok();
    (passwords.is_found || !is_json).then_some(passwords.values)
}

#[derive(Default)]
struct Passwords {
    is_found: bool,
    values: Vec<SecretString>,
}

impl Passwords {
    fn node(&mut self, is_password: bool) -> Node<'_> {
        Node {
            passwords: self,
            is_password,
        }
    }
}

/// A JSON value that is searched.
struct Node<'p> {
    passwords: &'p mut Passwords,
    /// Whether it is the value of a property `password`.
    is_password: bool,
}

impl Node<'_> {
    /// Adds a text or a number, if it is a password.
    fn add(self, value: impl FnOnce() -> String) {
        if self.is_password && self.passwords.values.len() < MAX_VALUES {
            self.passwords.values.push(secret_string(value()));
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.passwords.is_found |= self.is_password;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key { is_password }) = map.next_key()? {
            map.next_value_seed(self.passwords.node(is_password))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items
            .next_element_seed(self.passwords.node(false))?
            .is_some()
        {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.add(|| text.to_owned());
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.add(|| number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.add(|| number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        // As JSON: `1e300` instead of all digits.
        self.add(|| serde_json::Value::from(number).to_string());
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Key of an object.
struct Key {
    is_password: bool,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(Key {
            is_password: key == PASSWORD,
        })
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
    fn number_of_values_is_limited() {
        let rows: Vec<String> = (0..100).map(|n| format!(r#"{{"password":{n}}}"#)).collect();
        let json = format!("[{}]", rows.join(","));
        let found = find(json.as_bytes()).unwrap_or_default();
        let found: Vec<_> = found.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(found, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    }

    #[test]
    fn values_before_an_error_are_returned() {
        let json =
            br#"[{"password":"a","text":"\u0041"},1.5,-1,{"password":-2.5e300},{"password":tru"#;
        let found = find(json).unwrap_or_default();
        let found: Vec<_> = found.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(found, ["a", "-2.5e+300"]);
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
