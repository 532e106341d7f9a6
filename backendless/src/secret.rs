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
    /// Set by the logout that was made with this token, whatever came of it.
    is_over: AtomicBool,
}

impl UserToken {
    /// The token itself, for keeping it: in a cookie of one's own, say.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// From now on, neither this token nor any clone of it goes along with a call.
    pub(crate) fn end(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }
}

impl From<String> for UserToken {
    fn from(token: String) -> Self {
        Self(Arc::new(Inner {
            secret: token.into(),
            is_over: AtomicBool::new(false),
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

/// Replaces every one of `secrets` in `text`, which somebody else wrote.
///
/// The longest goes first, so that a secret which holds another leaves no rest of itself behind.
pub(crate) fn redact(text: &str, secrets: &mut [&str]) -> String {
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(next) = rest.chars().next() {
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            if let Some(behind) = rest.strip_prefix(*secret) {
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
}
