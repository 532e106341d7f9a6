//! Settings of a single request, which replace those of the client, and what a caller adds to it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::additions::Additions;
use super::checked_login::LoginCheck;
use super::response_head::HeadSlot;
use crate::RetryPolicy;

/// Settings of a single request. Default settings allocate nothing.
#[derive(Clone, Default)]
pub(crate) struct Settings(Option<Box<Values>>);

#[derive(Clone)]
pub(crate) struct Values {
    /// The total timeout; it replaces the attempt timeout as well.
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    /// Whether the request is idempotent, in place of the idempotency of its operation.
    pub(crate) idempotent: Option<bool>,
    /// Headers and query parameters that the caller adds.
    pub(super) additions: Option<Box<Additions>>,
    /// Where the head of the response is stored for the caller.
    pub(crate) head: Option<Arc<HeadSlot>>,
    /// What a login of the service account that this request needs is preceded by.
    pub(crate) before_login: Option<LoginCheck>,
    /// The name of the request in errors, in place of that of its operation.
    pub(crate) label: Option<&'static str>,
    /// Host and port of the server of a download; `None` for a request to the API.
    pub(super) file_server: Option<Box<str>>,
}

impl Values {
    const UNSET: Self = Self {
        timeout: None,
        retry: None,
        idempotent: None,
        additions: None,
        head: None,
        before_login: None,
        label: None,
        file_server: None,
    };

    /// Returns what the caller adds to the request.
    pub(crate) fn additions(&self) -> Option<&Additions> {
        self.additions.as_deref()
    }

    /// Adds a header.
    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        self.additions.get_or_insert_default().header(name, value);
    }

    /// Adds a query parameter.
    pub(crate) fn add_query<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) {
        self.additions.get_or_insert_default().query(name, value);
    }
}

impl Deref for Settings {
    type Target = Values;

    fn deref(&self) -> &Values {
        static UNSET: Values = Values::UNSET;
        self.0.as_deref().unwrap_or(&UNSET)
    }
}

impl DerefMut for Settings {
    fn deref_mut(&mut self) -> &mut Values {
        self.0.get_or_insert_with(|| Box::new(Values::UNSET))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Settings");
        debug
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("idempotent", &self.idempotent);
        if let Some(additions) = &self.additions {
            debug.field("additions", additions);
        }
        debug.finish()
    }
}
