//! Conversions from and to the times of other crates.
//!
//! All conversions to a `Timestamp` round down to a millisecond, towards the past.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Timestamp;
use crate::{Error, Result};

/// Fractions of a millisecond are rounded down, towards the past; a time outside of the range of
/// `i64` becomes the nearest end of it.
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

/// Fails with [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the time is outside of the
/// platform's range; the same as [`to_system_time`](Timestamp::to_system_time).
impl TryFrom<Timestamp> for SystemTime {
    type Error = Error;

    fn try_from(time: Timestamp) -> Result<Self> {
        time.to_system_time()
            .ok_or_else(|| out_of_range(time, "SystemTime"))
    }
}

fn out_of_range(time: Timestamp, target: &str) -> Error {
    Error::invalid_argument(format!("{time} is outside of the range of {target}"))
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, TimeZone, Utc};

    use super::{Error, Result, Timestamp, out_of_range};

    /// Fractions of a millisecond are rounded down, towards the past.
    impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
        fn from(time: DateTime<Tz>) -> Self {
            Self(time.timestamp_millis())
        }
    }

    /// Fails with [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for years beyond ±262,000.
    impl TryFrom<Timestamp> for DateTime<Utc> {
        type Error = Error;

        fn try_from(time: Timestamp) -> Result<Self> {
            Self::from_timestamp_millis(time.0)
                .ok_or_else(|| out_of_range(time, "chrono::DateTime"))
        }
    }
}

#[cfg(feature = "time")]
mod with_time {
    use time::OffsetDateTime;

    use super::{Error, Result, Timestamp, out_of_range};

    /// Fractions of a millisecond are rounded down, towards the past.
    impl From<OffsetDateTime> for Timestamp {
        fn from(time: OffsetDateTime) -> Self {
            let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
            // All years of `time` are within the range, with its feature `large-dates` as well.
            Self(i64::try_from(millis).unwrap_or(if millis < 0 { i64::MIN } else { i64::MAX }))
        }
    }

    /// The result is in UTC. Fails with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for years beyond ±9999.
    impl TryFrom<Timestamp> for OffsetDateTime {
        type Error = Error;

        fn try_from(time: Timestamp) -> Result<Self> {
            Self::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000)
                .map_err(|_| out_of_range(time, "time::OffsetDateTime"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const MILLIS: [i64; 8] = [
        i64::MIN,
        -62_135_596_800_000,
        -1_001,
        -1,
        0,
        1,
        1_700_000_000_123,
        i64::MAX,
    ];

    #[test]
    fn a_system_time_before_1970_is_rounded_towards_the_past() {
        let time = UNIX_EPOCH - Duration::from_micros(1_500);
        assert_eq!(Timestamp::from(time), Timestamp::from_millis(-2));
    }

    #[test]
    fn every_timestamp_within_the_platforms_range_survives_a_round_trip() {
        for millis in MILLIS {
            let time = Timestamp::from_millis(millis);
            if let Ok(system) = SystemTime::try_from(time) {
                assert_eq!(Timestamp::from(system), time);
                assert_eq!(time.to_system_time(), Some(system));
            }
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_times_are_converted() {
        use chrono::{DateTime, FixedOffset, Utc};

        for millis in MILLIS {
            let time = Timestamp::from_millis(millis);
            match DateTime::<Utc>::try_from(time) {
                Ok(converted) => {
                    assert_eq!(converted.timestamp_millis(), millis);
                    assert_eq!(Timestamp::from(converted), time);
                }
                Err(error) => {
                    assert!([i64::MIN, i64::MAX].contains(&millis), "{millis}");
                    let text = error.to_string();
                    assert!(text.ends_with("the range of chrono::DateTime"), "{text}");
                }
            }
        }
        let before = DateTime::from_timestamp_nanos(-1_500_000);
        assert_eq!(Timestamp::from(before), Timestamp::from_millis(-2));
        let hour = FixedOffset::east_opt(3_600).unwrap();
        let local = before.with_timezone(&hour);
        assert_eq!(Timestamp::from(local), Timestamp::from_millis(-2));
    }

    #[cfg(feature = "time")]
    #[test]
    fn times_of_the_time_crate_are_converted() {
        use time::{OffsetDateTime, UtcOffset};

        for millis in MILLIS {
            let time = Timestamp::from_millis(millis);
            match OffsetDateTime::try_from(time) {
                Ok(converted) => {
                    let nanos = i128::from(millis) * 1_000_000;
                    assert_eq!(converted.unix_timestamp_nanos(), nanos);
                    assert_eq!(Timestamp::from(converted), time);
                }
                Err(error) => {
                    assert!([i64::MIN, i64::MAX].contains(&millis), "{millis}");
                    let text = error.to_string();
                    assert!(
                        text.ends_with("the range of time::OffsetDateTime"),
                        "{text}"
                    );
                }
            }
        }
        let before = OffsetDateTime::from_unix_timestamp_nanos(-1_500_000).unwrap();
        assert_eq!(Timestamp::from(before), Timestamp::from_millis(-2));
        let local = before.to_offset(UtcOffset::from_hms(1, 0, 0).unwrap());
        assert_eq!(Timestamp::from(local), Timestamp::from_millis(-2));
    }
}
