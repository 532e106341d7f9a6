//! Service account: the credentials of a client that logs itself in, and the session that its requests share.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::prepared::Prepared;
use crate::{Error, Result, UserToken};

/// Creates the login request of a service account.
type LoginRequest = Box<dyn Fn() -> Result<Prepared<LoginResponse>> + Send + Sync>;

/// The part of the response to a login that a service account needs.
#[derive(Deserialize)]
pub(crate) struct LoginResponse {
    #[serde(rename = "user-token")]
    token: Token,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Token(UserToken);

impl TryFrom<String> for Token {
    type Error = &'static str;

    fn try_from(token: String) -> Result<Self, Self::Error> {
        if token.is_empty() {
            return Err("the user-token is empty");
        }
        Ok(Self(token.into()))
    }
}

impl LoginResponse {
    pub(super) fn into_token(self) -> UserToken {
        self.token.0
    }
}

/// Credentials of a client, and the session that its requests share.
pub(crate) struct Account {
    login_request: LoginRequest,
    password: Arc<SecretString>,
    state: Mutex<State>,
    /// The number of completed logins. A request that waits compares it to decide whether a login that
    /// completed in the meantime also served this request.
    logins: AtomicU64,
}

#[derive(Default)]
struct State {
    session: Option<AccountSession>,
    failure: Option<LoginFailure>,
}

/// Session of a service account.
#[derive(Clone)]
pub(super) struct AccountSession {
    pub(super) token: UserToken,
    /// The number of the login that opened it.
    login: u64,
}

/// Failed login: the number of the session that it should have replaced, and its own number.
struct LoginFailure {
    expired: Option<u64>,
    login: u64,
    error: Error,
}

impl Account {
    /// Creates an account without a session. `login_request` sends `password`.
    pub(crate) fn new(login_request: LoginRequest, password: Arc<SecretString>) -> Self {
        Self {
            login_request,
            password,
            state: Mutex::default(),
            logins: AtomicU64::new(0),
        }
    }

    pub(super) fn password(&self) -> &str {
        self.password.expose_secret()
    }

    pub(super) fn login_request(&self) -> Result<Prepared<LoginResponse>> {
        (self.login_request)()
    }

    /// Returns the session of the account, but not the `expired` one, which the service rejected.
    ///
    /// All requests that wait share one login, and its error if it fails. If the request that executes the login is
    /// dropped, the next one starts another login.
    pub(super) async fn session<F>(
        &self,
        expired: Option<&AccountSession>,
        log_in: impl FnOnce() -> F + Send,
    ) -> Result<AccountSession>
    where
        F: Future<Output = Result<UserToken>> + Send,
    {
        let expired = expired.map(|session| session.login);
        let logins_at_arrival = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(session) = &state.session
            && Some(session.login) != expired
        {
            return Ok(session.clone());
        }
        if let Some(failure) = &state.failure
            && (failure.login > logins_at_arrival
                || expired.is_some() && failure.expired == expired)
        {
            return Err(failure.error.clone());
        }
        let outcome = log_in().await;
        let login = self.logins.fetch_add(1, Ordering::AcqRel) + 1;
        match outcome {
            Ok(token) => {
                let session = AccountSession { token, login };
                *state = State {
                    session: Some(session.clone()),
                    failure: None,
                };
                Ok(session)
            }
            Err(error) => {
                let failure = LoginFailure {
                    expired,
                    login,
                    error: error.clone(),
                };
                *state = State {
                    session: None,
                    failure: Some(failure),
                };
                Err(error)
            }
        }
    }

    /// Removes the session, if there is one: no request uses it afterwards.
    pub(super) async fn take(&self) -> Option<AccountSession> {
        self.state.lock().await.session.take()
    }
}
