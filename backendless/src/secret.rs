//! User tokens, and the redaction of secrets in messages of the service and of libraries.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::{ExposeSecret, SecretString};

/// Token of a user's session, as the login returns it.
///
/// It is wiped from memory when the last clone is dropped. `Debug` does not print it; only
/// [`expose_secret`](Self::expose_secret) returns it.
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
    /// Set by a logout with this token, even if the logout fails.
    is_revoked: AtomicBool,
}

impl UserToken {
    /// Returns the token itself, for example to store it in a cookie of your web service.
    ///
    /// ```
    /// let token = backendless::UserToken::from("0E5A6F40-8F3C");
    /// assert_eq!(token.expose_secret(), "0E5A6F40-8F3C");
    /// ```
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

/// Replaces each of `secrets` in `text` by `<redacted>`, whether it is plain or encoded for a URL, a form or JSON.
///
/// The longest secret is replaced first, so that no part of it remains if it contains another one.
pub(crate) fn redact(text: &str, secrets: &mut [&str]) -> String {
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(next) = rest.chars().next() {
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            if let Some(after) = strip(rest, secret) {
                clean.push_str(REDACTED);
                rest = after;
                continue 'text;
            }
        }
        clean.push(next);
        rest = &rest[next.len_utf8()..];
    }
    clean
}

/// Returns what follows `secret` in `text`, if `text` starts with it, plain or encoded.
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

/// Strips a percent-encoded character, such as `%C3%BC` or `%c3%bc`.
fn strip_percent(text: &str, character: char) -> Option<&str> {
    let mut bytes = [0; 4];
    let mut bytes = character.encode_utf8(&mut bytes).bytes();
    bytes.try_fold(text, |text, byte| {
        let digits = text.strip_prefix('%')?;
        let matches = u8::from_str_radix(digits.get(..2)?, 16) == Ok(byte);
        matches.then(|| &digits[2..])
    })
}

/// Strips a character escaped as in JSON: `\"` or `\u00fc`.
fn strip_escape(text: &str, character: char) -> Option<&str> {
    let escaped = text.strip_prefix('\\')?;
    if let Some(digits) = escaped.strip_prefix('u') {
        let matches = u32::from_str_radix(digits.get(..4)?, 16) == Ok(character.into());
        return matches.then(|| &digits[4..]);
    }
    let is_short_escape = matches!(character, '"' | '\\' | '/');
    escaped.strip_prefix(character).filter(|_| is_short_escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redact_replaces_every_occurrence_of_every_secret() {
        let mut secrets = ["KEY", "", "KEY-LONG", "ü"];
        assert_eq!(
            redact("KEY and KEY-LONG and ü: not KE", &mut secrets),
            "<redacted> and <redacted> and <redacted>: not KE"
        );
        assert_eq!(redact("", &mut secrets), "");
    }

    #[test]
    fn redact_replaces_encoded_secrets() {
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
        // A secret that looks percent-encoded is replaced as it is.
        assert_eq!(redact("a%25b %2", &mut ["a%25b"]), "<redacted> %2");
        assert_eq!(
            redact("%é \\ué %", &mut ["é", "% "]),
            "%<redacted> \\u<redacted> %"
        );
    }
}
