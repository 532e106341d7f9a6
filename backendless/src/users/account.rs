//! Accounts of users: update, status, properties, and checks of tokens and passwords.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::{Session, User, UserProperty, UserStatus, Users, open_session};
use crate::generated::raw;
use crate::operations::IS_VALID_USER_TOKEN;
use crate::request::Request;
use crate::secret::secret_string;
use crate::{Error, ErrorCode, ErrorKind, Result, UserToken};

/// Body of a change of the status.
#[derive(Serialize)]
struct Status {
    #[serde(rename = "userStatus")]
    status: String,
}

/// Body of a check of a password.
#[derive(Serialize)]
struct Password<'p> {
    password: &'p str,
}

/// Response to a check of a password.
#[derive(Deserialize)]
struct Verification {
    #[serde(default)]
    valid: bool,
}

impl Users {
    /// Updates the properties of a user. `changes` serializes to a JSON object: its properties are set, all others stay as
    /// they are. With the property `password` it sets a new password.
    ///
    /// A user can update itself. The sources disagree about others: the documentation has an error code for them, and a
    /// test of the official JavaScript SDK updates one. The local server lets a user change the properties of another,
    /// except the password and the identity, and lets server-side code, that is a client with the Cloud Code API key of
    /// the application, change all.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_update_user_properties.html)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 3029 for another user, if the service does not allow it.
    /// - [`Api`](crate::ErrorKind::Api) with code 3028 for a client without a session.
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 3018 if another user has the new identity.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the changes cannot be serialized, or the id cannot be a
    ///   path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = client.users().login("ann@example.com", "pa55").await?;
    /// let id = &session.user().object_id;
    /// let user = session.client().users().update(id, &serde_json::json!({"age": 31})).await?;
    /// assert_eq!(user.properties["age"], 31);
    /// assert_eq!(user.email.as_deref(), Some("ann@example.com"));
    /// # });
    /// ```
    pub fn update<C>(&self, object_id: impl Into<String>, changes: &C) -> Request<User>
    where
        C: Serialize + ?Sized,
    {
        let request = raw::update_user(&object_id.into(), changes);
        Request::map(&self.client, request, User::from_row)
    }

    /// Returns whether the session of this client is valid: of the user on whose behalf it sends its requests.
    ///
    /// The service expects the token in the address of the request. The SDK writes the address to no error, span or log.
    /// The servers and proxies between this process and the service may log it, as they may log the API key.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) before anything is sent, if the session was logged out, or the
    ///   client has none. A client with [`credentials`](crate::ClientBuilder::credentials) has none to check: it logs in
    ///   when its session expires.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the token cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let session = client.users().login("ann@example.com", "pa55").await?;
    /// assert!(session.client().users().is_valid().await?);
    ///
    /// let unknown_token = client.with_user_token("0E5A6F40-8F3C");
    /// assert!(!unknown_token.users().is_valid().await?);
    /// # });
    /// ```
    pub fn is_valid(&self) -> Request<bool> {
        let request = self
            .session_token()
            .map_err(|error| error.with_operation(&IS_VALID_USER_TOKEN))
            .and_then(|token| raw::is_valid_user_token(token.expose_secret()));
        Request::then(&self.client, request, |result, _| match result {
            Err(error) if error.code().is_some_and(is_expired) => Ok(false),
            result => result,
        })
    }

    fn session_token(&self) -> Result<&UserToken> {
        let problem = match self.client.user_token() {
            Some(token) if !token.is_revoked() => return Ok(token),
            Some(_) => "the session was logged out",
            None => "the client has no session to check",
        };
        Err(Error::new(ErrorKind::Unauthorized, problem))
    }

    /// Creates a user without identity and password, and logs it in. The status of the account is `GUEST`.
    ///
    /// The guest keeps its data if it becomes a regular user: register with the property `objectId` of the guest. Validators
    /// and required columns of the table `Users` do not apply to a guest.
    ///
    /// The request is not idempotent: each creates another user. It is sent without a user token.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_guest_login.html)).
    ///
    /// # Errors
    ///
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) if logins are disabled.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Registration;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let session = client.users().login_as_guest().await?;
    /// assert_eq!(session.user().status.as_deref(), Some("GUEST"));
    ///
    /// let guest = &session.user().object_id;
    /// let ann = Registration::new("pa55").email("ann@example.com").property("objectId", guest);
    /// let user = client.users().register(ann).await?;
    /// assert_eq!(&user.object_id, guest);
    /// # });
    /// ```
    pub fn login_as_guest(&self) -> Request<Session> {
        open_session(&self.client, raw::login_as_guest())
    }

    /// Enables or disables the account of a user.
    ///
    /// The service carries this out only for server-side code, that is for a client with the Cloud Code API key of the
    /// application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 3054 for a client with another API key.
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 3057 if the user does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{Client, ErrorCode, Registration, UserStatus};
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// let users = client.users();
    /// let ann = users.register(Registration::new("pa55").email("ann@example.com")).await?;
    ///
    /// let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    /// code.build()?.users().set_status(&ann.object_id, UserStatus::Disabled).await?;
    /// let error = users.login("ann@example.com", "pa55").await.unwrap_err();
    /// assert_eq!(error.code(), Some(ErrorCode::ACCOUNT_DISABLED));
    /// # });
    /// ```
    pub fn set_status(&self, object_id: impl Into<String>, status: UserStatus) -> Request<()> {
        let status = Status {
            status: status.to_string(),
        };
        Request::new(
            &self.client,
            raw::set_user_status(&object_id.into(), &status),
        )
    }

    /// Returns the properties that a user can have: the columns of the table `Users`.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_retrieve_user_properties.html)).
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let properties = client.users().describe().await?;
    /// let names: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
    /// assert!(names.contains(&"email") && names.contains(&"objectId"));
    /// # });
    /// ```
    pub fn describe(&self) -> Request<Vec<UserProperty>> {
        let request = raw::describe_users::<UserProperty>();
        Request::map(&self.client, request, Option::unwrap_or_default)
    }

    /// Returns whether this is the password of the user on whose behalf this client sends its requests.
    ///
    /// The service carries this out only for server-side code, that is for a client with the Cloud Code API key of the
    /// application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 3122 for a client with another API key.
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) with code 3121 for a client without a session.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Client;
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    /// let as_ann = code.build()?.users().login("ann@example.com", "pa55").await?.into_client();
    /// assert!(as_ann.users().verify_password("pa55").await?);
    /// assert!(!as_ann.users().verify_password("guess").await?);
    /// # });
    /// ```
    pub fn verify_password(&self, password: impl Into<String>) -> Request<bool> {
        let password = Arc::new(secret_string(password.into()));
        let request = raw::verify_password::<_, Verification>(&()).and_then(|request| {
            let body = Password {
                password: password.expose_secret(),
            };
            request.with_secret_json(&body, Arc::clone(&password))
        });
        Request::map(&self.client, request, |Verification { valid }| valid)
    }
}

/// Whether the service rejected a token because its session is expired or unknown, or its account is disabled.
fn is_expired(code: ErrorCode) -> bool {
    code.is_of_session() || code == ErrorCode::ACCOUNT_DISABLED
}
