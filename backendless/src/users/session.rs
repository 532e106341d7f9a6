//! A logged-in user.

use std::fmt;

use super::User;
use crate::request::Request;
use crate::{Client, UserToken};

/// The session of a user; made by [`Users::login`](super::Users::login).
///
/// It holds a client that calls as that user. Nothing ends the session but
/// [`logout`](Self::logout), or the service in its time; dropping this value does not.
///
/// ```
/// use backendless::Registration;
///
/// # backendless_local::doc_example!(|client| {
/// let users = client.users();
/// users.register(Registration::new("pa55").email("ann@example.com")).await?;
/// let session = users.login("ann@example.com", "pa55").await?;
///
/// // A later request of the same user, of whom only the token was kept.
/// let token = session.token().expose_secret().to_owned();
/// let as_ann = client.with_user_token(token);
/// assert_eq!(as_ann.data::<backendless::Record>("Users").count().await?, 1);
/// session.logout().await?;
/// # });
/// ```
#[derive(Clone)]
pub struct Session {
    client: Client,
    user: User,
    token: UserToken,
}

impl Session {
    pub(super) fn new(client: Client, user: User, token: UserToken) -> Self {
        Self {
            client,
            user,
            token,
        }
    }

    /// The client that calls as this user.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The client that calls as this user, alone.
    #[must_use]
    pub fn into_client(self) -> Client {
        self.client
    }

    /// The user, as they were when they logged in.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The token of the session, for [`Client::with_user_token`] in a later request.
    #[must_use]
    pub fn token(&self) -> &UserToken {
        &self.token
    }

    /// Ends the session: its token is refused from then on.
    ///
    /// It is given up whatever comes of the call, as [`Users::logout`](super::Users::logout) says;
    /// where the service was not reached, the logout can be tried again.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) if the session is over already; and what
    /// every call may answer.
    pub fn logout(&self) -> Request<()> {
        self.client.users().logout()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
