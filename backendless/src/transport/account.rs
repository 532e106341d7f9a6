//! Service account: the credentials of a client that logs itself in, and the session that its requests share.
//!
//! A login, with the methods of the store before and after it, is a [`SharedFuture`]: a request that is not polled, such as
//! that of a stream whose caller processes a row, does not stop the others.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::deadline::Deadline;
use super::shared_future::{SharedFuture, wake_tasks};
use super::token_storage::{Pending, TokenStorage, Write};
use crate::prepared::Prepared;
use crate::{Error, Result, TokenStore, UserToken};

/// Executes the login of a service account.
pub(super) trait LogIn: Send + Sync {
    /// Returns the same for a login that several requests share.
    fn shared(&self) -> Box<dyn LogIn>;

    /// Adds a token to the secrets that are searched for in messages.
    fn remember(&self, token: &UserToken);

    /// Returns the deadline of a call of the store that starts now.
    fn store_deadline(&self) -> Deadline;

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
    storage: OnceLock<Arc<TokenStorage>>,
}

/// What requests wait for while a job runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    Load,
    #[default]
    Login,
    Save,
    Clear,
}

/// Describes what a request waited for whose timeout has passed.
pub(super) struct Incomplete<'a> {
    account: &'a Account,
    login: &'static str,
}

impl fmt::Display for Incomplete<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.account.state().stage {
            Stage::Load => "the token store did not return the token",
            Stage::Login => self.login,
            Stage::Save => "the token store did not save the token",
            Stage::Clear => "the token store did not clear the token",
        })
    }
}

#[derive(Default)]
struct State {
    session: Option<AccountSession>,
    failure: Option<LoginFailure>,
    /// Whether the token of the store was loaded, or could not be.
    is_loaded: bool,
    /// The number of completed logins. A request that waits compares it to decide whether a login that completed in the
    /// meantime also served this request.
    logins: u64,
    /// The job that runs, unless all requests that waited for it were dropped. There is one at a time.
    job: Weak<SharedFuture>,
    /// The stage of the job.
    stage: Stage,
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

/// Request that needs a session.
#[derive(Clone, Copy)]
struct Need {
    /// The number of the session that the service rejected.
    expired: Option<u64>,
    /// The number of logins when the request arrived.
    logins: u64,
}

/// The next step of a logout.
enum LogoutStep {
    /// The session cannot be removed while another job runs.
    Wait(Arc<SharedFuture>),
    /// The session, if there was one, is removed, and the job clears the store.
    Removed(Option<AccountSession>, Arc<SharedFuture>),
}

/// The next step of a request that needs a session.
enum Step {
    Done(Result<AccountSession>),
    Wait(Arc<SharedFuture>),
    /// The request started the job.
    Run(Arc<SharedFuture>),
}

impl State {
    /// Returns the session for a request, or the error of a login that also served it; `None` before that.
    fn outcome(&self, need: Need) -> Option<Result<AccountSession>> {
        if let Some(session) = &self.session
            && Some(session.login) != need.expired
        {
            return Some(Ok(session.clone()));
        }
        let failure = self.failure.as_ref()?;
        let is_shared = failure.login > need.logins
            || need.expired.is_some() && failure.expired == need.expired;
        is_shared.then(|| Err(failure.error.clone()))
    }

    fn job(&self) -> Option<Arc<SharedFuture>> {
        self.job.upgrade().filter(|job| !job.has_ended())
    }

    fn start(&mut self, job: impl Future<Output = ()> + Send + 'static) -> Arc<SharedFuture> {
        let job = SharedFuture::new(job);
        self.job = Arc::downgrade(&job);
        job
    }
}

impl Account {
    /// Creates an account without a session. `login_request` sends `password`.
    pub(crate) fn new(login_request: LoginRequest, password: Arc<SecretString>) -> Self {
        Self {
            login_request,
            password,
            state: Mutex::default(),
            storage: OnceLock::new(),
        }
    }

    /// Sets the store of the token, which is set once.
    pub(crate) fn set_store(&self, store: Arc<dyn TokenStore>) {
        self.storage
            .get_or_init(|| Arc::new(TokenStorage::new(store)));
    }

    pub(super) fn password(&self) -> &str {
        self.password.expose_secret()
    }

    /// Returns the token of the current session.
    pub(super) fn token(&self) -> Option<UserToken> {
        let state = self.state();
        state.session.as_ref().map(|session| session.token.clone())
    }

    /// Describes what a request waits for; `login` describes a login that is incomplete.
    pub(super) fn incomplete(&self, login: &'static str) -> Incomplete<'_> {
        let account = self;
        Incomplete { account, login }
    }

    pub(super) fn login_request(&self) -> Result<Prepared<LoginResponse>> {
        (self.login_request)()
    }

    /// Returns the session of the account, but not the `expired` one, which the service rejected.
    ///
    /// All requests that wait share one login, and its error if it fails. It goes on when the request that started it is
    /// dropped, as long as another one waits for it.
    pub(super) async fn session(
        self: &Arc<Self>,
        expired: Option<&AccountSession>,
        log_in: &dyn LogIn,
    ) -> Result<AccountSession> {
        let need = Need {
            expired: expired.map(|session| session.login),
            logins: self.state().logins,
        };
        loop {
            match self.step(need, log_in) {
                Step::Done(outcome) => return outcome,
                // Other requests use the session while it is saved.
                Step::Run(job) => job.run().await,
                Step::Wait(job) => {
                    let outcome = || self.state().outcome(need);
                    if let Some(outcome) = job.run_until(outcome).await {
                        return outcome;
                    }
                }
            }
        }
    }

    fn step(self: &Arc<Self>, need: Need, log_in: &dyn LogIn) -> Step {
        let mut state = self.state();
        if let Some(outcome) = state.outcome(need) {
            return Step::Done(outcome);
        }
        if let Some(job) = state.job() {
            return Step::Wait(job);
        }
        let (account, log_in) = (Arc::clone(self), log_in.shared());
        Step::Run(state.start(async move { account.open(need, &*log_in).await }))
    }

    /// Removes the session, if there is one, and clears the store: no request uses the session afterwards.
    pub(super) async fn take(self: &Arc<Self>, log_in: &dyn LogIn) -> Option<AccountSession> {
        loop {
            match self.step_of_logout(log_in) {
                LogoutStep::Wait(job) => job.run().await,
                LogoutStep::Removed(session, job) => {
                    job.run().await;
                    return session;
                }
            }
        }
    }

    fn step_of_logout(self: &Arc<Self>, log_in: &dyn LogIn) -> LogoutStep {
        let mut state = self.state();
        if let Some(job) = state.job() {
            return LogoutStep::Wait(job);
        }
        let (account, log_in) = (Arc::clone(self), log_in.shared());
        if self.storage.get().is_some() && !state.is_loaded {
            return LogoutStep::Wait(state.start(async move { account.load(&*log_in).await }));
        }
        let session = state.session.take();
        // Without a session as well: the store may contain one that could not be loaded.
        let pending = self.write(Write::Clear);
        let job = state.start(async move { account.wait(pending, &*log_in).await });
        LogoutStep::Removed(session, job)
    }

    /// Opens a session: the stored one, or that of a login, whose token is stored.
    async fn open(&self, need: Need, log_in: &dyn LogIn) {
        self.load(log_in).await;
        {
            let mut state = self.state();
            if state.outcome(need).is_some() {
                return;
            }
            state.stage = Stage::Login;
            if need.expired.is_some() {
                // The login does not wait for it.
                self.write(Write::Clear);
            }
        }
        let outcome = log_in.log_in(self).await;
        let pending = self.opened(need, outcome);
        if pending.is_some() {
            wake_tasks().await;
            self.wait(pending, log_in).await;
        }
    }

    /// Stores the outcome of a login in the state, and starts to save its token.
    fn opened(&self, need: Need, outcome: Result<UserToken>) -> Option<Pending> {
        let mut state = self.state();
        state.logins += 1;
        let login = state.logins;
        match outcome {
            Ok(token) => {
                state.failure = None;
                let write = Write::Save(token.clone());
                state.session = Some(AccountSession { token, login });
                self.write(write)
            }
            Err(error) => {
                state.session = None;
                state.failure = Some(LoginFailure {
                    expired: need.expired,
                    login,
                    error,
                });
                None
            }
        }
    }

    /// Loads the token of the store, once.
    async fn load(&self, log_in: &dyn LogIn) {
        let Some(storage) = self.storage.get() else {
            return;
        };
        {
            let mut state = self.state();
            if state.is_loaded {
                return;
            }
            state.stage = Stage::Load;
        }
        let token = storage.load(|| log_in.store_deadline()).await;
        if let Some(token) = &token {
            log_in.remember(token);
        }
        let mut state = self.state();
        state.is_loaded = true;
        state.session = token.map(|token| AccountSession { token, login: 0 });
    }

    /// Adds a write to the store, if there is one. The state is locked, so that the order of the writes is that of the changes
    /// of the session.
    fn write(&self, write: Write) -> Option<Pending> {
        self.storage.get().map(|storage| storage.add(write))
    }

    async fn wait(&self, pending: Option<Pending>, log_in: &dyn LogIn) {
        let (Some(storage), Some(pending)) = (self.storage.get(), pending) else {
            return;
        };
        self.state().stage = match pending.is_save() {
            true => Stage::Save,
            false => Stage::Clear,
        };
        storage.wait(pending, &log_in.store_deadline()).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code of a caller runs while the state is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
