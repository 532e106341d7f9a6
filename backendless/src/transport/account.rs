//! A service account: a client that logs itself in, and again when its session is over.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::CallOptions;
use super::response::finish;
use crate::generated::raw;
use crate::generated::raw::types::LoginRequest;
use crate::operations::LOGIN_USER;
use crate::{Error, ErrorCode, Result, UserToken};

/// What an account needs of the answer to its login.
#[derive(Deserialize)]
struct LoggedIn {
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
            return Err("it is empty");
        }
        Ok(Self(token.into()))
    }
}

/// The login of a client, and the session that its calls share.
pub(crate) struct Account {
    login: String,
    password: Arc<SecretString>,
    state: Mutex<State>,
    /// How many logins have come to an end. Whoever waits for one tells by it whether one that ended
    /// in the meantime was meant for them too.
    logins: AtomicU64,
}

#[derive(Default)]
struct State {
    session: Option<AccountSession>,
    failure: Option<Failure>,
}

/// One session of an account.
#[derive(Clone)]
pub(super) struct AccountSession {
    pub(super) token: UserToken,
    /// The login that it came from.
    login: u64,
}

/// A login that failed: the session that it should have replaced, and its number.
struct Failure {
    spent: Option<u64>,
    login: u64,
    error: Error,
}

impl Account {
    pub(crate) fn new(login: String, password: SecretString) -> Self {
        Self {
            login,
            password: Arc::new(password),
            state: Mutex::default(),
            logins: AtomicU64::new(0),
        }
    }

    /// The session of the account, other than the `spent` one, which the service refused.
    ///
    /// However many calls wait for it, there is one login; if it fails, it has failed for all of them.
    /// A call that is dropped in the middle of it leaves the login to the next.
    pub(super) async fn session(
        &self,
        raw: &raw::Client,
        spent: Option<&AccountSession>,
    ) -> Result<AccountSession> {
        let spent = spent.map(|session| session.login);
        let arrived = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(session) = &state.session
            && Some(session.login) != spent
        {
            return Ok(session.clone());
        }
        if let Some(failure) = &state.failure
            && (failure.login > arrived || spent.is_some() && failure.spent == spent)
        {
            return Err(failure.error.duplicate());
        }
        let outcome = self.log_in(raw).await;
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
                *state = State {
                    session: None,
                    failure: Some(Failure {
                        spent,
                        login,
                        error: error.duplicate(),
                    }),
                };
                Err(error)
            }
        }
    }

    /// Takes the session, if there is one: no call has it from then on.
    pub(super) async fn take(&self) -> Option<AccountSession> {
        self.state.lock().await.session.take()
    }

    /// Boxed with its type written out: it leads back to the call that waits for it.
    fn log_in<'a>(
        &'a self,
        raw: &'a raw::Client,
    ) -> Pin<Box<dyn Future<Output = Result<UserToken>> + Send + 'a>> {
        Box::pin(async move {
            let secret = Arc::clone(&self.password);
            let options = CallOptions::with(|settings| settings.secret = Some(secret));
            let mut raw = raw.clone();
            raw.inner = raw.inner.with_options(options);
            let body = LoginRequest {
                login: self.login.clone(),
                password: self.password.expose_secret().to_owned(),
            };
            let answer: LoggedIn = finish(raw.login_user(&body).await, &LOGIN_USER)?;
            Ok(answer.token.0)
        })
    }
}

/// Whether the service refused the call because its session is over or unknown.
pub(super) fn is_over(error: &Error) -> bool {
    let codes = [
        ErrorCode::INVALID_USER_TOKEN,
        ErrorCode::SESSION_TIMEOUT,
        ErrorCode::SESSION_EXPIRED,
    ];
    error.code().is_some_and(|code| codes.contains(&code))
}
