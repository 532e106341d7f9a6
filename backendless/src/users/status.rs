//! Status of an account.

use std::fmt;

/// Status of the account of a user, which [`Users::set_status`](super::Users::set_status) sets.
///
/// `Display` writes the name that the service uses, which is also that in [`User::status`](super::User::status).
///
/// ```
/// assert_eq!(backendless::UserStatus::Disabled.to_string(), "DISABLED");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserStatus {
    /// The user can log in.
    Enabled,
    /// The user cannot log in, and requests with a user token of the user are rejected.
    Disabled,
}

impl UserStatus {
    fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        }
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
