//! Users: registration, login and lost passwords.
//!
//! A login answers a [`Session`], whose client calls as that user. The client that logged in stays
//! as it was, so one client in a web service serves all its users.

mod registration;
mod session;
mod user;

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use registration::Registration;
pub use session::Session;
pub use user::User;

use crate::data::{Object, Record};
use crate::generated::raw;
use crate::operations::REGISTER_USER;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::transport::LoginRequest;
use crate::{Client, Result, UserToken};

const USER_TOKEN: &str = "user-token";

/// The users of an application; made by [`Client::users`].
///
/// A handle like the client: cheap to clone, and free to move into tasks.
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

impl Users {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Registers a user, who can log in from then on unless the application asks for a
    /// confirmation by e-mail first.
    ///
    /// The call is not idempotent, and is made as nobody.
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::ErrorKind::Conflict) with code 3033 if there is a user with that identity;
    /// [`Forbidden`](crate::ErrorKind::Forbidden) if registration is closed;
    /// [`Api`](crate::ErrorKind::Api) with code 3013 if the identity is missing, which is the e-mail
    /// address unless the application says otherwise;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a property that cannot be sent; and what
    /// every call may answer.
    ///
    /// ```
    /// use backendless::{ErrorKind, Registration};
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let ann = || Registration::new("pa55").email("ann@example.com").property("age", 30);
    /// let user = client.users().register(ann()).await?;
    /// assert_eq!(user.properties["age"], 30);
    ///
    /// let again = client.users().register(ann()).await.unwrap_err();
    /// assert_eq!(again.kind(), ErrorKind::Conflict);
    /// # });
    /// ```
    pub fn register(&self, registration: Registration) -> Request<User> {
        let request = registration
            .body()
            .map_err(|error| error.with_operation(&REGISTER_USER))
            .and_then(|body| raw::register_user(&body))
            .map(|request| request.with_secret(registration.password()));
        Request::map(&self.client, request, User::from_row)
    }

    /// Logs a user in, by the identity with which they registered.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) with code 3003 if the login or the password is
    /// wrong, with 3087 if the e-mail address is not confirmed, with 3090 if the account is
    /// disabled; and what every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().login("ann@example.com", "guess").await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # });
    /// ```
    pub fn login(&self, login: impl Into<String>, password: impl Into<String>) -> Request<Session> {
        let request = login_user(login.into(), Arc::new(SecretString::from(password.into())));
        let client = self.client.clone();
        Request::map(&self.client, request, move |LoggedIn { row, token }| {
            let client = client.with_user_token(token.clone());
            Session::new(client, User::from_row(row), token)
        })
    }

    /// Ends the session of the user as whom this client calls.
    ///
    /// The token is given up from the start, whatever comes of the call: with all clones of the
    /// handle that hold it, every call but another logout is refused, with
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized), before anything is sent. A client with
    /// [`credentials`](crate::ClientBuilder::credentials) logs in again for its next call.
    ///
    /// # Errors
    ///
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized) if there is no session or it is over; and what
    /// every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let of_nobody = client.with_user_token("no session's");
    /// assert!(of_nobody.users().logout().await.unwrap_err().is_unauthorized());
    /// # });
    /// ```
    pub fn logout(&self) -> Request<()> {
        Request::new(&self.client, raw::logout_user())
    }

    /// Has the service send an e-mail with which the user can set a new password.
    ///
    /// `identity` is what the user logs in with. The call is not idempotent: done twice, it sends
    /// two e-mails. It is made as nobody.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) with code 3020 if there is no such user;
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an identity that cannot be one; and what
    /// every call may answer.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let error = client.users().restore_password("nobody@example.com").await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # });
    /// ```
    pub fn restore_password(&self, identity: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::restore_password(&identity.into()))
    }
}

fn login_user<R>(login: String, password: Arc<SecretString>) -> Result<Prepared<R>>
where
    R: DeserializeOwned,
{
    let body = raw::types::LoginRequest {
        login,
        password: password.expose_secret().to_owned(),
    };
    let request = raw::login_user(&body)?;
    Ok(request.with_secret(password))
}

/// Returns the function that creates the login request of a service account.
pub(crate) fn login_request(login: String, password: String) -> LoginRequest {
    let password = Arc::new(SecretString::from(password));
    Box::new(move || login_user(login.clone(), Arc::clone(&password)))
}

/// The answer to a login: the user's row, and beside its properties the token.
#[derive(Deserialize)]
#[serde(try_from = "Object<Record>")]
struct LoggedIn {
    row: Object<Record>,
    token: UserToken,
}

impl TryFrom<Object<Record>> for LoggedIn {
    type Error = &'static str;

    fn try_from(mut row: Object<Record>) -> Result<Self, Self::Error> {
        match row.remove(USER_TOKEN) {
            Some(serde_json::Value::String(token)) if !token.is_empty() => Ok(Self {
                row,
                token: token.into(),
            }),
            _ => Err("the answer holds no user-token"),
        }
    }
}
