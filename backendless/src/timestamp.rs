//! Points in time as the service writes them: milliseconds since 1970.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// The service sends and takes every date in this form: `created`, `updated`, `deletionTime` and
/// the `DATETIME` columns of a table. A `Timestamp` is written as a JSON number; it is read from a
/// number, or from a string that holds one.
///
/// ```
/// use backendless::Timestamp;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let time = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_700_000_000_000));
/// assert_eq!(time.as_millis(), 1_700_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point `millis` milliseconds after 1970-01-01T00:00:00Z; before it if negative.
    ///
    /// ```
    /// # use backendless::Timestamp;
    /// assert!(Timestamp::from_millis(-1) < Timestamp::from_millis(0));
    /// ```
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time of this machine's clock.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// The same time as a [`SystemTime`]; `None` where the platform cannot hold it.
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
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }
}

/// Fractions of a millisecond are cut off towards the past; a time outside the range of `i64`
/// becomes the nearest end of it.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => {
                let nanos = before.duration().as_nanos();
                let millis = nanos.div_ceil(1_000_000);
                Self(i64::try_from(millis).map_or(i64::MIN, |millis| -millis))
            }
        }
    }
}

/// The number of milliseconds, as in a where clause.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

pub(crate) struct TimestampVisitor;

impl Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time in milliseconds since 1970")
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(millis))
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        i64::try_from(millis)
            .map(Timestamp)
            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(millis), &self))
    }

    fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Timestamp, E> {
        // 2^63 is the first value past the range, and exact as an f64.
        const END: f64 = 9_223_372_036_854_775_808.0;
        if (-END..END).contains(&millis) {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
            Ok(Timestamp(millis.floor() as i64))
        } else {
            Err(E::invalid_value(de::Unexpected::Float(millis), &self))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse()
            .map(Timestamp)
            .map_err(|_| E::invalid_type(de::Unexpected::Other("a text"), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_before_1970_is_cut_off_towards_the_past() {
        let time = UNIX_EPOCH - Duration::from_micros(1_500);
        assert_eq!(Timestamp::from(time), Timestamp::from_millis(-2));
    }

    #[test]
    fn every_timestamp_that_the_platform_holds_comes_back_from_system_time() {
        for millis in [i64::MIN, -1_001, -1, 0, 1, 1_700_000_000_000, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            if let Some(system) = time.to_system_time() {
                assert_eq!(Timestamp::from(system), time);
            }
        }
    }

    #[test]
    fn numbers_and_texts_that_hold_one_are_read() {
        let read = |json: &str| serde_json::from_str::<Timestamp>(json).ok();
        assert_eq!(read("1700000000000"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("1.7e12"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("\"17\""), Some(Timestamp(17)));
        assert_eq!(read("1e300"), None);
        assert_eq!(read("18446744073709551615"), None);
        assert_eq!(read("\"soon\""), None);
        assert_eq!(read("{}"), None);
    }
}
