//! The user on whose behalf a client sends its requests.

use std::fmt;
use std::sync::Arc;

use super::account::Account;
use crate::UserToken;
use crate::secret::RecentSecrets;

/// User on whose behalf a client sends its requests.
#[derive(Clone)]
pub(crate) enum Caller {
    Anonymous,
    User(UserToken),
    /// A service account, whose sessions are opened and renewed by the client.
    Account(Arc<Account>),
}

impl Caller {
    /// Adds the secrets of the caller to those that are searched for in the messages of other requests.
    pub(super) fn remember(&self, recent: &RecentSecrets) {
        match self {
            Self::Anonymous => {}
            Self::User(token) => recent.add(token.expose_secret()),
            Self::Account(account) => recent.add(account.password()),
        }
    }

    /// Returns the token of the current session of a service account.
    pub(super) fn account_token(&self) -> Option<UserToken> {
        match self {
            Self::Anonymous | Self::User(_) => None,
            Self::Account(account) => account.token(),
        }
    }
}

/// Prints the kind of the caller, and no identity.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::User(_) => "User",
            Self::Account(_) => "Account",
        })
    }
}
