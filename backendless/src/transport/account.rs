//! Service account: the credentials of a client that logs itself in, and the session that its requests share.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::token_header::token_header;
use crate::prepared::Prepared;
use crate::{Error, Result, TokenStore, UserToken};

/// Executes the login of a service account.
pub(super) trait LogIn: Send + Sync {
    /// Adds a token to the secrets that are searched for in messages.
    fn remember(&self, token: &UserToken);

    /// Reports an error of the store of the token.
    fn store_failed(&self, action: &'static str, error: &dyn StdError);

    fn log_in<'a>(
        &'a self,
        account: &'a Account,
    ) -> Pin<Box<dyn Future<Output = Result<UserToken>> + Send + 'a>>;
}

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
    store: OnceLock<Arc<dyn TokenStore>>,
    /// Held while the store is written. A task that holds it does not wait for `state`.
    writing: Mutex<()>,
}

#[derive(Default)]
struct State {
    session: Option<AccountSession>,
    failure: Option<LoginFailure>,
    /// Whether the token of the store was loaded, or could not be.
    is_loaded: bool,
}

/// Session of a service account.
#[derive(Clone)]
pub(super) struct AccountSession {
    pub(super) token: UserToken,
    /// The number of the login that opened it; 0 if it was loaded.
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
            store: OnceLock::new(),
            writing: Mutex::default(),
        }
    }

    /// Sets the store of the token, which is set once.
    pub(crate) fn set_store(&self, store: Arc<dyn TokenStore>) {
        self.store.get_or_init(|| store);
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
    pub(super) async fn session(
        &self,
        expired: Option<&AccountSession>,
        log_in: &dyn LogIn,
    ) -> Result<AccountSession> {
        let expired = expired.map(|session| session.login);
        let logins_at_arrival = self.logins.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        self.load(&mut state, log_in).await;
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
        if expired.is_some() {
            self.clear(log_in).await;
        }
        let outcome = log_in.log_in(self).await;
        let login = self.logins.fetch_add(1, Ordering::AcqRel) + 1;
        match outcome {
            Ok(token) => {
                let session = AccountSession { token, login };
                state.session = Some(session.clone());
                state.failure = None;
                drop(state);
                // Other requests use the session while it is saved.
                self.save(&session, log_in).await;
                Ok(session)
            }
            Err(error) => {
                state.session = None;
                state.failure = Some(LoginFailure {
                    expired,
                    login,
                    error: error.clone(),
                });
                Err(error)
            }
        }
    }

    /// Removes the session, if there is one: no request uses it afterwards.
    pub(super) async fn take(&self, log_in: &dyn LogIn) -> Option<AccountSession> {
        let mut state = self.state.lock().await;
        self.load(&mut state, log_in).await;
        let session = state.session.take();
        drop(state);
        if session.is_some() {
            self.clear(log_in).await;
        }
        session
    }

    /// Loads the token of the store, once. A token that cannot be sent is an error of the store.
    async fn load(&self, state: &mut State, log_in: &dyn LogIn) {
        let Some(store) = self.store.get().filter(|_| !state.is_loaded) else {
            return;
        };
        let loaded = store.load().await;
        state.is_loaded = true;
        match loaded {
            Ok(None) => {}
            Ok(Some(token)) => {
                log_in.remember(&token);
                match token_header(&token) {
                    Ok(_) => state.session = Some(AccountSession { token, login: 0 }),
                    Err(error) => log_in.store_failed("load", &error),
                }
            }
            Err(error) => log_in.store_failed("load", &*error),
        }
    }

    /// Stores the token of a session, unless another login replaced it in the meantime.
    async fn save(&self, session: &AccountSession, log_in: &dyn LogIn) {
        let Some(store) = self.store.get() else {
            return;
        };
        let _writing = self.writing.lock().await;
        if self.logins.load(Ordering::Acquire) != session.login {
            return;
        }
        if let Err(error) = store.save(session.token.clone()).await {
            log_in.store_failed("save", &*error);
        }
    }

    async fn clear(&self, log_in: &dyn LogIn) {
        let Some(store) = self.store.get() else {
            return;
        };
        let _writing = self.writing.lock().await;
        if let Err(error) = store.clear().await {
            log_in.store_failed("clear", &*error);
        }
    }
}
