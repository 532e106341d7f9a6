//! Settings of a single request, which replace those of the client.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

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
}

impl Values {
    const UNSET: Self = Self {
        timeout: None,
        retry: None,
        idempotent: None,
    };
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
        f.debug_struct("Settings")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("idempotent", &self.idempotent)
            .finish()
    }
}
