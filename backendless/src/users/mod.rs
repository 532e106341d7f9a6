//! Users: registration, login and password recovery.
//!
//! A login returns a [`Session`], whose client sends its requests on behalf of that user. The client that logged in
//! does not change, so one client in a web service serves all its users.
//!
//! `account`, `confirmation`, `roles` and `social` contain the operations that the OpenAPI document lacks; `resume` opens
//! sessions from stored tokens.

mod account;
mod confirmation;
mod property;
mod registration;
mod resume;
mod roles;
mod session;
mod social;
mod status;
mod user;

use std::sync::Arc;

use serde::Deserialize;

pub use property::UserProperty;
pub use registration::Registration;
pub use resume::ResumedSession;
pub use roles::{FindByRole, FindByRoleParameters};
pub use session::Session;
pub use social::{
    AuthorizationUrl, AuthorizationUrlParameters, SocialLogin, SocialLoginParameters,
};
pub use status::UserStatus;
pub use user::User;

use crate::client::login_user;
use crate::data::{Object, Record};
use crate::generated::raw;
use crate::operations::REGISTER_USER;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::secret::secret_string;
use crate::{Client, Result, UserToken};

const USER_TOKEN: &str = "user-token";

/// Handle of the users of an application; created by [`Client::users`].
///
/// A cheap handle: clone it and move it into tasks.
///
/// ```
/// use backendless::Registration;
///
/// # backendless_local::doc_example!(|client| {
/// let users = client.users();
/// users.register(Registration::new("pa55").email("ann@example.com")).await?;
/// let session = users.login("ann@example.com", "pa55").await?;
///
/// let diary = session.client().data::<backendless::Record>("Diary");
/// let entry = diary.create(&serde_json::json!({"text": "fine day"})).await?;
/// assert_eq!(entry.owner_id.as_deref(), Some(session.user().object_id.as_str()));
/// session.logout().await?;
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
}

impl Client {
    /// Returns the handle of the users: registration, login and password recovery; see [`Users`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let users = client.users();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }
}

impl Users {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Registers a user. The user can log in at once, unless the application requires a confirmation by e-mail.
    ///
    /// The request is not idempotent, and is sent without a user token.
    ///
    /// # Errors
    ///
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 3033 if a user with that identity exists.
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) if registration is disabled.
    /// - [`Api`](crate::ErrorKind::Api) with code 3013 if the identity is missing. It is the e-mail address, unless the
    ///   application is configured with another identity column.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a property cannot be sent.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{ErrorKind, Registration};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let ann = || Registration::new("pa55").email("ann@example.com").property("age", 30);
    /// let user = client.users().register(ann()).await?;
    /// assert_eq!(user.properties["age"], 30);
    ///
    /// let second = client.users().register(ann()).await.unwrap_err();
    /// assert_eq!(second.kind(), ErrorKind::Conflict);
    /// # });
    /// ```
    pub fn register(&self, registration: Registration) -> Request<User> {
        let request = registration
            .body()
            .map_err(|error| error.with_operation(&REGISTER_USER))
            .and_then(|body| {
                let request = raw::register_user(&())?;
                request.with_secret_json(&body, registration.password())
            });
        Request::map(&self.client, request, User::from_row)
    }

    /// Logs a user in. `login` is the user's identity: the e-mail address, unless the application is configured with
    /// another identity column.
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) with code 3003 if the login or the password is wrong, with
    ///   code 3087 if the e-mail address is not confirmed, and with code 3090 if the account is disabled.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Registration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let users = client.users();
    /// users.register(Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = users.login("ann@example.com", "pa55").await?;
    /// assert_eq!(session.user().email.as_deref(), Some("ann@example.com"));
    ///
    /// let error = users.login("ann@example.com", "guess").await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # });
    /// ```
    pub fn login(&self, login: impl Into<String>, password: impl Into<String>) -> Request<Session> {
        let request = login_user(&login.into(), Arc::new(secret_string(password.into())));
        open_session(&self.client, request)
    }

    /// Ends the session of the user on whose behalf this client sends its requests.
    ///
    /// The token is revoked in this client when the request is sent, even if the logout fails: the requests of all
    /// clients and tokens that were cloned from it, except another logout, then return
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) before they are sent. A client with
    /// [`credentials`](crate::ClientBuilder::credentials) logs in again for its next request.
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) if there is no session, or it is expired.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Registration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # let users = client.users();
    /// # users.register(Registration::new("pa55").email("ann@example.com")).await?;
    /// let client = users.login("ann@example.com", "pa55").await?.into_client();
    /// client.users().logout().await?;
    ///
    /// let error = client.counters().get("visits").await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// assert_eq!(error.attempts(), 0); // nothing was sent
    /// # });
    /// ```
    pub fn logout(&self) -> Request<()> {
        Request::new(&self.client, raw::logout_user())
    }

    /// Requests an e-mail that lets the user set a new password. `identity` is what the user logs in with.
    ///
    /// The request is not idempotent: sent twice, it sends two e-mails. It is sent without a user token.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 3020 if the user does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the identity cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// client.users().restore_password("ann@example.com").await?;
    /// let error = client.users().restore_password("bob@example.com").await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # });
    /// ```
    pub fn restore_password(&self, identity: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::restore_password(&identity.into()))
    }
}

/// Creates the request of a login, which opens a session.
fn open_session(client: &Client, request: Result<Prepared<LoggedIn>>) -> Request<Session> {
    let of_session = client.clone();
    Request::map(client, request, move |LoggedIn { row, token }| {
        let client = of_session.with_user_token(token.clone());
        Session::new(client, User::from_row(row), token)
    })
}

/// Response to a login: the row of the user, with the token among its properties.
#[derive(Deserialize)]
#[serde(try_from = "Object<Record>")]
struct LoggedIn {
    row: Object<Record>,
    token: UserToken,
}

impl TryFrom<Object<Record>> for LoggedIn {
    type Error = &'static str;

    fn try_from(mut row: Object<Record>) -> std::result::Result<Self, Self::Error> {
        match row.remove(USER_TOKEN) {
            Some(serde_json::Value::String(token)) if !token.is_empty() => Ok(Self {
                row,
                token: token.into(),
            }),
            _ => Err("the response contains no user-token"),
        }
    }
}
