//! Session of a user who is logged in.

use std::fmt;

use super::User;
use crate::request::Request;
use crate::{Client, UserToken};

/// Session of a user; created by [`Users::login`](super::Users::login).
///
/// It contains a client that sends its requests on behalf of that user. The session ends with [`logout`](Self::logout)
/// or when the service lets it expire; dropping this value does not end it.
///
/// ```
/// use backendless::Registration;
///
/// # backendless_local::doc_example!(|client| {
/// let users = client.users();
/// users.register(Registration::new("pa55").email("ann@example.com")).await?;
/// let session = users.login("ann@example.com", "pa55").await?;
///
/// // A web service can store the token, and use it for the next request of the same user.
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

    /// Returns the client that sends its requests on behalf of this user.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// let note = session.client().data("Note").create(&serde_json::json!({"text": "milk"}));
    /// let note: backendless::Object<backendless::Record> = note.await?;
    /// assert_eq!(note.owner_id.as_deref(), Some(session.user().object_id.as_str()));
    /// # });
    /// ```
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the client that sends its requests on behalf of this user, and drops the rest.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// let client = session.into_client();
    /// assert!(client.user_token().is_some());
    /// # });
    /// ```
    #[must_use]
    pub fn into_client(self) -> Client {
        self.client
    }

    /// Returns the user, as stored at the login.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// assert_eq!(session.user().email.as_deref(), Some("ann@example.com"));
    /// # });
    /// ```
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Returns the token of the session, which [`Client::with_user_token`] accepts.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// let as_ann = client.with_user_token(session.token());
    /// assert!(as_ann.user_token().is_some());
    /// # });
    /// ```
    #[must_use]
    pub fn token(&self) -> &UserToken {
        &self.token
    }

    /// Ends the session.
    ///
    /// The token is revoked in this process even if the request fails, as documented at
    /// [`Users::logout`](super::Users::logout). If the service was not reached, the logout can be sent again.
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) if the session is expired.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// session.logout().await?;
    /// assert!(session.client().counters().get("visits").await.unwrap_err().is_unauthorized());
    /// # });
    /// ```
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
