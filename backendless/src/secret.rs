//! Secrets: user tokens, memory that is wiped, and the search for secrets in texts of the service.
//!
//! `fingerprint` decides which secrets can be searched for, `decoding` undoes the encodings in which a service may repeat
//! them, `search` combines both, and `wipe` overwrites memory before it is freed. `token_store` is the storage of a token
//! that the caller provides.

mod decoding;
mod fingerprint;
mod search;
mod token_store;
mod wipe;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::{ExposeSecret, SecretString};

pub(crate) use fingerprint::{RecentSecrets, is_distinctive};
pub(crate) use search::Search;
pub use token_store::{TokenStore, TokenStoreFuture};
pub(crate) use wipe::{secret_string, to_json, wipe, wiped_bytes};

/// Token of a user's session, as the login returns it.
///
/// Its memory is wiped when the last clone is dropped. This does not include the copies that the HTTP stack creates when a
/// request is sent, and those of the caller. `Debug` does not print it; only [`expose_secret`](Self::expose_secret)
/// returns it.
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
            secret: secret_string(token),
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
