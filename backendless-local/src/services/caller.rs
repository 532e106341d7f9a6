//! The user who sends a request.

/// SHA-256 hash of a user token.
pub(crate) type TokenHash = [u8; 32];

/// The session of a request; `None` for an anonymous request.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Option<CallerSession>);

/// The session that the user token of a request belongs to.
#[derive(Clone, Debug)]
pub(crate) struct CallerSession {
    pub(crate) user_id: String,
    pub(crate) token: TokenHash,
}

impl Caller {
    /// Returns the objectId of the user.
    pub(crate) fn user_id(&self) -> Option<&str> {
        self.0.as_ref().map(|session| session.user_id.as_str())
    }
}
