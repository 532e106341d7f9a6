//! Recognition of passwords in JSON bodies.

use memchr::memmem;
use serde_json::Value;

/// Name of the property of a user that contains the password.
const PASSWORD: &str = "password";

/// Returns whether `json` contains an object with a property `password`, at any depth and in any spelling of JSON.
pub(super) fn is_in(json: &[u8]) -> bool {
    // Most bodies contain neither the name nor an escaped character, with which it could be written.
    if memmem::find(json, PASSWORD.as_bytes()).is_none() && memmem::find(json, b"\\u").is_none() {
        return false;
    }
    // What cannot be parsed, such as more than 128 levels, may contain one.
    serde_json::from_slice(json).map_or(true, |value: Value| has_password(&value))
}

fn has_password(value: &Value) -> bool {
    match value {
        Value::Object(map) => map
            .iter()
            .any(|(name, value)| name == PASSWORD || has_password(value)),
        Value::Array(items) => items.iter().any(has_password),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
