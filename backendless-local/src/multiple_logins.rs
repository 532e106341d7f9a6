//! The setting of how many sessions a user may have at a time.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Number of sessions that a user may have at a time, and what a further login does; set with
/// [`Builder::multiple_logins`](crate::Builder::multiple_logins).
///
/// An application of the live service has the first three as settings, and ends the earlier sessions by default. Clients
/// that log in as the same user, such as the replicas of a service, then end each other's sessions.
///
/// ```
/// use backendless_local::MultipleLogins;
///
/// assert_eq!("end-earlier".parse::<MultipleLogins>()?, MultipleLogins::EndEarlier);
/// assert_eq!("2".parse::<MultipleLogins>()?, MultipleLogins::AtMost(2));
/// # Ok::<(), backendless_local::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultipleLogins {
    /// One session: a login ends the earlier one.
    EndEarlier,
    /// One session: a further login is rejected with code 3002.
    Reject,
    /// This many sessions: a further login is rejected with code 3044.
    AtMost(u32),
    /// Any number of sessions.
    #[default]
    Unlimited,
}

/// Returns `end-earlier`, `reject`, the number of sessions, or `unlimited`.
impl fmt::Display for MultipleLogins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MultipleLogins::EndEarlier => f.pad("end-earlier"),
            MultipleLogins::Reject => f.pad("reject"),
            MultipleLogins::AtMost(sessions) => fmt::Display::fmt(sessions, f),
            MultipleLogins::Unlimited => f.pad("unlimited"),
        }
    }
}

/// Parses the texts of its `Display`, of which the number is at least 1.
impl FromStr for MultipleLogins {
    type Err = Error;

    fn from_str(text: &str) -> Result<MultipleLogins, Error> {
        match (text, text.parse()) {
            ("end-earlier", _) => Ok(MultipleLogins::EndEarlier),
            ("reject", _) => Ok(MultipleLogins::Reject),
            ("unlimited", _) => Ok(MultipleLogins::Unlimited),
            (_, Ok(sessions @ 1..)) => Ok(MultipleLogins::AtMost(sessions)),
            _ => Err(Error::new(
                "use 'end-earlier', 'reject', 'unlimited' or the number of sessions, which is at least 1",
            )),
        }
    }
}
