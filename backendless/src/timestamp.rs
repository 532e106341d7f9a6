//! Points in time in the form of the service: milliseconds since 1970.

use std::time::{Duration, SystemTime};

mod arithmetic;
mod convert;
mod json;
mod rfc3339;

pub(crate) use json::TimestampVisitor;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// The service sends and expects every date in this form: `created`, `updated`, `deletionTime` and
/// the `DATETIME` columns of a table. A `Timestamp` is serialized as a JSON number; it is
/// deserialized from a number, or from a string that contains one.
///
/// `Display` writes the time as in [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), in UTC and
/// with milliseconds; [`FromStr`](std::str::FromStr) parses this form. Conversions to and from
/// `chrono::DateTime` and `time::OffsetDateTime` need the cargo features `chrono` and `time`.
///
/// ```
/// use backendless::Timestamp;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let time = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_700_000_000_000));
/// assert_eq!(time.as_millis(), 1_700_000_000_000);
/// assert_eq!(time.to_string(), "2023-11-14T22:13:20.000Z");
/// assert_eq!("2023-11-14T23:13:20+01:00".parse::<Timestamp>()?, time);
/// # Ok::<(), backendless::Error>(())
/// ```
///
/// `+` and `-` with a [`Duration`] saturate at the ends of the range, 292 million years from now;
/// [`checked_add`](Self::checked_add) and [`checked_sub`](Self::checked_sub) return `None` there.
/// The difference of two timestamps is a `Duration`, as with [`std::time::Instant`]: zero if the
/// second one is later.
///
/// ```
/// # use backendless::Timestamp;
/// # use std::time::Duration;
/// let day = Duration::from_secs(24 * 60 * 60);
/// let now = Timestamp::now();
/// assert_eq!((now + day) - now, day);
/// assert_eq!(now - (now + day), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates the timestamp `millis` milliseconds after 1970-01-01T00:00:00Z; before it if
    /// negative.
    ///
    /// ```
    /// # use backendless::Timestamp;
    /// assert!(Timestamp::from_millis(-1) < Timestamp::from_millis(0));
    /// ```
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// assert_eq!(backendless::Timestamp::from_millis(1_500).as_millis(), 1_500);
    /// ```
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the current time of the local clock.
    ///
    /// ```
    /// use backendless::Timestamp;
    ///
    /// assert!(Timestamp::now() > Timestamp::from_millis(0));
    /// ```
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Converts to a [`SystemTime`]; `None` if it is outside of the platform's range.
    ///
    /// ```
    /// # use backendless::Timestamp;
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// let time = Timestamp::from_millis(1_500);
    /// assert_eq!(time.to_system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_500)));
    /// ```
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }
}
