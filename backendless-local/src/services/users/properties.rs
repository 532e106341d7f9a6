//! Names of the properties of users.

/// The property that identifies a user.
pub(super) const IDENTITY: &str = "email";
pub(crate) const PASSWORD: &str = "password";
pub(super) const USER_TOKEN: &str = "user-token";
pub(super) const LAST_LOGIN: &str = "lastLogin";
pub(super) const USER_STATUS: &str = "userStatus";
pub(super) const SOCIAL_ACCOUNT: &str = "socialAccount";

/// The properties of a user that only the server writes, besides those of every row.
pub(super) const MANAGED: [&str; 4] = [USER_TOKEN, LAST_LOGIN, USER_STATUS, SOCIAL_ACCOUNT];
