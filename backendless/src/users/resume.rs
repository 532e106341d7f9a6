//! Sessions from tokens that were stored.

use std::fmt;

use super::{Session, User, Users};
use crate::application::NonEmptyApplicationInfo;
use crate::data::{Object, Record};
use crate::generated::raw;
use crate::request::Request;
use crate::{Client, UserToken};

/// Session of a user who is not known; returned by [`Users::resume`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
/// let token = client.users().login("ann@example.com", "pa55").await?.token().clone();
/// let session = client.users().resume(token).await?;
/// assert_eq!(session.client().users().roles().await?, ["AuthenticatedUser", "RestUser"]);
/// # });
/// ```
#[derive(Clone)]
pub struct ResumedSession {
    client: Client,
    token: UserToken,
}

impl ResumedSession {
    /// Returns the client that sends its requests on behalf of this user.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// # let token = client.users().login("ann@example.com", "pa55").await?.token().clone();
    /// let session = client.users().resume(token).await?;
    /// assert!(session.client().user_token().is_some());
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
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// # let token = client.users().login("ann@example.com", "pa55").await?.token().clone();
    /// let as_ann = client.users().resume(token).await?.into_client();
    /// assert!(as_ann.user_token().is_some());
    /// # });
    /// ```
    #[must_use]
    pub fn into_client(self) -> Client {
        self.client
    }

    /// Returns the token of the session.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// # let token = client.users().login("ann@example.com", "pa55").await?.token().clone();
    /// let session = client.users().resume(&token).await?;
    /// assert_eq!(session.token().expose_secret(), token.expose_secret());
    /// # });
    /// ```
    #[must_use]
    pub fn token(&self) -> &UserToken {
        &self.token
    }

    /// Ends the session, as [`Session::logout`].
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) if the session is expired.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// # let token = client.users().login("ann@example.com", "pa55").await?.token().expose_secret().to_owned();
    /// client.users().resume(token.as_str()).await?.logout().await?;
    /// assert!(client.users().resume(token).await.unwrap_err().is_unauthorized());
    /// # });
    /// ```
    pub fn logout(&self) -> Request<()> {
        self.client.users().logout()
    }
}

/// Prints no identity.
impl fmt::Debug for ResumedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumedSession").finish_non_exhaustive()
    }
}

impl Users {
    /// Resumes the session with this token, after checking with the service that it is valid.
    ///
    /// The user of the session is not known: no operation of the service returns the user of a token. The official SDKs
    /// store the objectId of the user together with the token, which [`resume_as`](Self::resume_as) accepts.
    ///
    /// The check is one read-only request, `GET /info` with the token in its header. Unlike
    /// [`is_valid`](Self::is_valid), it does not have the token in its URL.
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) with code 3064, 3048 or 3091 if the token is unknown or expired, and
    ///   with code 3090 if the account is disabled.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a header cannot contain the token.
    ///
    /// If the service is unreachable, the error has another kind, such as [`Connect`](crate::ErrorKind::Connect): the
    /// token may be valid. See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let token = client.users().login("ann@example.com", "pa55").await?.token().clone();
    /// let session = client.users().resume(token).await?;
    ///
    /// let error = client.users().resume("0E5A6F40-8F3C").await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # });
    /// ```
    pub fn resume(&self, token: impl Into<UserToken>) -> Request<ResumedSession> {
        let token = token.into();
        let client = self.client.with_user_token(&token);
        let of_session = client.clone();
        Request::map(
            &client,
            raw::get_application_info(),
            move |NonEmptyApplicationInfo| ResumedSession {
                client: of_session,
                token,
            },
        )
    }

    /// Resumes the session with this token, of the user with this objectId, and reads the user again.
    ///
    /// It is one read-only request, of the row of the user on behalf of the session. It proves that the token is valid, and
    /// that its user may read this row, but not that the row is that of its user: take the id from where you stored it
    /// after the login, never from the sender of the token.
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) with code 3064, 3048 or 3091 if the token is unknown or expired, and
    ///   with code 3090 if the account is disabled.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no user with this id.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a header cannot contain the token, or the id cannot be a
    ///   path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// Source: the [JS-SDK](https://github.com/Backendless/JS-SDK/blob/master/src/users/index.js) reloads its current user in
    /// this way.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = client.users().login("ann@example.com", "pa55").await?;
    /// let stored = (session.token().clone(), session.user().object_id.clone());
    ///
    /// let session = client.users().resume_as(stored.0, stored.1).await?;
    /// assert_eq!(session.user().email.as_deref(), Some("ann@example.com"));
    /// # });
    /// ```
    pub fn resume_as(
        &self,
        token: impl Into<UserToken>,
        object_id: impl Into<String>,
    ) -> Request<Session> {
        let token = token.into();
        let client = self.client.with_user_token(&token);
        let of_session = client.clone();
        let request = raw::get_object_by_id::<Object<Record>>(
            "Users",
            &object_id.into(),
            None,
            None,
            None,
            None,
            None,
            None,
        );
        Request::map(&client, request, move |row| {
            Session::new(of_session, User::from_row(row), token)
        })
    }
}
