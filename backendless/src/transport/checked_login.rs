//! Login of a service account only after a check has shown that the server may receive the password.

use std::pin::Pin;

use super::Transport;
use super::account::{Account, LogIn};
use super::deadline::Deadline;
use crate::{Result, UserToken};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Checks the server with a transport that sends no session.
pub(crate) type LoginCheck = for<'t> fn(&'t Transport) -> Boxed<'t, ()>;

/// Login that is sent if the check succeeds.
pub(super) struct CheckedLogin {
    transport: Transport,
    check: LoginCheck,
}

impl CheckedLogin {
    fn new(transport: &Transport, check: LoginCheck) -> Self {
        Self {
            transport: transport.clone(),
            check,
        }
    }
}

/// How a request logs a service account in.
pub(super) enum RequestLogin<'t> {
    Unchecked(&'t Transport),
    Checked(Box<CheckedLogin>),
}

impl<'t> RequestLogin<'t> {
    pub(super) fn new(transport: &'t Transport, check: Option<LoginCheck>) -> Self {
        match check {
            None => Self::Unchecked(transport),
            Some(check) => Self::Checked(Box::new(CheckedLogin::new(transport, check))),
        }
    }

    pub(super) fn get(&self) -> &dyn LogIn {
        match self {
            Self::Unchecked(transport) => *transport,
            Self::Checked(checked) => &**checked,
        }
    }
}

impl LogIn for CheckedLogin {
    fn shared(&self) -> Box<dyn LogIn> {
        Box::new(Self::new(&self.transport, self.check))
    }

    fn remember(&self, token: &UserToken) {
        self.transport.remember(token);
    }

    fn store_deadline(&self) -> Deadline {
        self.transport.store_deadline()
    }

    fn log_in<'a>(&'a self, account: &'a Account) -> Boxed<'a, UserToken> {
        Box::pin(async move {
            let anonymous = self.transport.with_caller(super::Caller::Anonymous);
            (self.check)(&anonymous).await?;
            self.transport.log_in(account).await
        })
    }
}
