//! The values that may not appear in any text, and the eraser for texts that come from elsewhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::{ExposeSecret, SecretString};

/// The token of a user's session, as the login returns it.
///
/// It is wiped from memory when its last copy is dropped, and prints nothing of itself; the text
/// is had only by [`expose_secret`](Self::expose_secret).
///
/// ```
/// use backendless::UserToken;
///
/// let token = UserToken::from("0E5A6F40-8F3C");
/// assert_eq!(token.expose_secret(), "0E5A6F40-8F3C");
/// assert_eq!(format!("{token:?}"), "UserToken(<redacted>)");
/// ```
#[derive(Clone)]
pub struct UserToken(Arc<Inner>);

struct Inner {
    secret: SecretString,
    /// Set by a logout with this token, whatever its result.
    is_revoked: AtomicBool,
}

impl UserToken {
    /// The token itself, for keeping it: in a cookie of one's own, say.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// Revokes this token and its clones: no request sends them afterwards, except another logout.
    pub(crate) fn revoke(&self) {
        self.0.is_revoked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.0.is_revoked.load(Ordering::Relaxed)
    }
}

impl From<String> for UserToken {
    fn from(token: String) -> Self {
        Self(Arc::new(Inner {
            secret: token.into(),
            is_revoked: AtomicBool::new(false),
        }))
    }
}

impl From<&str> for UserToken {
    fn from(token: &str) -> Self {
        token.to_owned().into()
    }
}

impl From<&Self> for UserToken {
    fn from(token: &Self) -> Self {
        token.clone()
    }
}

impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserToken(<redacted>)")
    }
}

const REDACTED: &str = "<redacted>";

/// Replaces every one of `secrets` in `text`, which somebody else wrote: as it is, and as it stands
/// in a URL, a form or JSON.
///
/// The longest goes first, so that a secret which holds another leaves no rest of itself behind.
pub(crate) fn redact(text: &str, secrets: &mut [&str]) -> String {
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(next) = rest.chars().next() {
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            if let Some(behind) = strip(rest, secret) {
                clean.push_str(REDACTED);
                rest = behind;
                continue 'text;
            }
        }
        clean.push(next);
        rest = &rest[next.len_utf8()..];
    }
    clean
}

/// What is behind `secret` in `text`, which begins with it in one form or another.
fn strip<'t>(text: &'t str, secret: &str) -> Option<&'t str> {
    let plain = text.strip_prefix(secret);
    plain.or_else(|| secret.chars().try_fold(text, strip_encoded))
}

fn strip_encoded(text: &str, character: char) -> Option<&str> {
    strip_percent(text, character)
        .or_else(|| strip_escape(text, character))
        .or_else(|| text.strip_prefix(character))
        .or_else(|| text.strip_prefix('+').filter(|_| character == ' '))
}

/// `%C3%BC`, in capitals or not.
fn strip_percent(text: &str, character: char) -> Option<&str> {
    let mut bytes = [0; 4];
    let mut bytes = character.encode_utf8(&mut bytes).bytes();
    bytes.try_fold(text, |text, byte| {
        let digits = text.strip_prefix('%')?;
        let is_it = u8::from_str_radix(digits.get(..2)?, 16) == Ok(byte);
        is_it.then(|| &digits[2..])
    })
}

/// `\"`, or `\u00fc`.
fn strip_escape(text: &str, character: char) -> Option<&str> {
    let escaped = text.strip_prefix('\\')?;
    if let Some(digits) = escaped.strip_prefix('u') {
        let is_it = u32::from_str_radix(digits.get(..4)?, 16) == Ok(character.into());
        return is_it.then(|| &digits[4..]);
    }
    let is_one = matches!(character, '"' | '\\' | '/');
    escaped.strip_prefix(character).filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_replaced_wherever_it_stands() {
        let mut secrets = ["KEY", "", "KEY-LONG", "ü"];
        assert_eq!(
            redact("KEY and KEY-LONG and ü: no user KE", &mut secrets),
            "<redacted> and <redacted> and <redacted>: no user KE"
        );
        assert_eq!(redact("", &mut secrets), "");
    }
    #[test]
    fn a_secret_is_replaced_in_whatever_encoding() {
        for form in [
            "p+ \"ü/%",
            "p%2B%20%22%C3%BC%2F%25",
            "p%2b%20%22%c3%bc%2f%25",
            "p%2B+%22%C3%BC%2F%25",
            "p+%20%22%C3%BC/%25",
            r#"p+ \"ü/%"#,
            r#"p+ \"\u00fc\/%"#,
        ] {
            let text = format!("not {form}, p%2, p\\u00");
            let clean = redact(&text, &mut ["p+ \"ü/%"]);
            assert_eq!(clean, "not <redacted>, p%2, p\\u00", "{form}");
        }
        // What looks like an encoding is the secret itself.
        assert_eq!(redact("a%25b %2", &mut ["a%25b"]), "<redacted> %2");
        assert_eq!(
            redact("%é \\ué %", &mut ["é", "% "]),
            "%<redacted> \\u<redacted> %"
        );
    }
}
