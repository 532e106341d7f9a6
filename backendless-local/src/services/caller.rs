//! The user who sends a request.

/// SHA-256 hash of a user token.
pub(crate) type TokenHash = [u8; 32];

/// Whose permissions a request has: the user of its session, and the API key of its path.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// `None` for an anonymous request.
    pub(crate) session: Option<CallerSession>,
    pub(crate) key: ApiKey,
}

/// API key of the application that the path of a request contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiKey {
    Rest,
    /// The key of server-side code, which may do what no client may.
    CloudCode,
}

/// The session that the user token of a request belongs to.
#[derive(Clone, Debug)]
pub(crate) struct CallerSession {
    pub(crate) user_id: String,
    pub(crate) token: TokenHash,
}

impl Caller {
    /// An anonymous request with the REST API key.
    pub(crate) fn anonymous() -> Caller {
        Caller {
            session: None,
            key: ApiKey::Rest,
        }
    }

    /// Server-side code, such as the console: an anonymous request with the Cloud Code API key.
    pub(crate) fn server_side() -> Caller {
        Caller {
            session: None,
            key: ApiKey::CloudCode,
        }
    }

    /// Returns the objectId of the user.
    pub(crate) fn user_id(&self) -> Option<&str> {
        self.session
            .as_ref()
            .map(|session| session.user_id.as_str())
    }

    /// Whether the request comes from server-side code.
    pub(crate) fn is_cloud_code(&self) -> bool {
        self.key == ApiKey::CloudCode
    }
}
