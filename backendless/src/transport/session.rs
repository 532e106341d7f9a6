//! Session stage: which user token a request sends, and what happens when the service rejects it.

use super::account::{AccountSession, LogIn};
use super::caller::Caller;
use super::context::RequestContext;
use crate::operation::SessionUse;
use crate::{Error, ErrorCode, ErrorKind, Result, UserToken};

const NO_LOGIN: &str = "the login did not complete";
/// A logout waits for a login that has started.
const NO_OTHER_LOGIN: &str = "the login of another request did not complete";

/// Session of one request, across its attempts.
pub(super) struct RequestSession {
    session_use: SessionUse,
    caller: Caller,
    /// The session of the service account that the last attempt used.
    current: Option<AccountSession>,
    may_renew: bool,
}

impl RequestSession {
    pub(super) fn new(session_use: SessionUse, caller: Caller) -> Self {
        Self {
            session_use,
            caller,
            current: None,
            may_renew: session_use == SessionUse::Uses,
        }
    }

    /// Returns the user token for the next attempt. A service account may have to log in first.
    pub(super) async fn authorize(
        &mut self,
        context: &RequestContext,
        log_in: &dyn LogIn,
    ) -> Result<Option<UserToken>> {
        match (self.session_use, &self.caller) {
            (SessionUse::None, _) | (_, Caller::Anonymous) => Ok(None),
            (SessionUse::Ends, Caller::User(token)) => {
                token.revoke();
                Ok(Some(token.clone()))
            }
            (SessionUse::Uses, Caller::User(token)) if token.is_revoked() => {
                Err(context.error(ErrorKind::Unauthorized, "the session was logged out"))
            }
            (SessionUse::Uses, Caller::User(token)) => Ok(Some(token.clone())),
            (SessionUse::Uses, Caller::Account(account)) => {
                // Boxed, because most clients have no account.
                let session = Box::pin(account.session(None, log_in));
                let expired = account.incomplete(NO_LOGIN);
                let session = Box::pin(context.within_total_timeout(session, expired));
                let session = session.await??;
                Ok(Some(self.current.insert(session).token.clone()))
            }
            (SessionUse::Ends, Caller::Account(account)) => {
                if self.current.is_none() {
                    let session = Box::pin(account.take(log_in));
                    let expired = account.incomplete(NO_OTHER_LOGIN);
                    let session = Box::pin(context.within_total_timeout(session, expired));
                    self.current = session.await?;
                }
                let session = self.current.as_ref().ok_or_else(|| {
                    context.error(ErrorKind::Unauthorized, "there is no session to log out of")
                })?;
                Ok(Some(session.token.clone()))
            }
        }
    }

    /// Renews the session of a service account if `error` says that it expired; returns whether it did.
    ///
    /// It is done once per request, so that a service that rejects every session cannot cause an endless loop.
    pub(super) async fn renew(
        &mut self,
        context: &RequestContext,
        log_in: &dyn LogIn,
        error: &Error,
    ) -> Result<bool> {
        let (Caller::Account(account), Some(expired), true) =
            (&self.caller, &self.current, self.may_renew)
        else {
            return Ok(false);
        };
        if !error.code().is_some_and(ErrorCode::is_of_session) {
            return Ok(false);
        }
        self.may_renew = false;
        let renewed = Box::pin(account.session(Some(expired), log_in));
        let expired = account.incomplete(NO_LOGIN);
        let renewed = Box::pin(context.within_total_timeout(renewed, expired));
        renewed.await??;
        Ok(true)
    }
}
