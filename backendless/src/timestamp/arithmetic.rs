//! Adding and subtracting durations.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use super::Timestamp;

impl Timestamp {
    /// Returns the time `duration` later; `None` if it is out of range. Fractions of a millisecond
    /// are ignored.
    ///
    /// ```
    /// # use backendless::Timestamp;
    /// # use std::time::Duration;
    /// let time = Timestamp::from_millis(i64::MAX - 5);
    /// assert_eq!(time.checked_add(Duration::from_millis(5)).map(Timestamp::as_millis), Some(i64::MAX));
    /// assert_eq!(time.checked_add(Duration::from_millis(6)), None);
    /// ```
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let millis = u64::try_from(duration.as_millis()).ok()?;
        self.0.checked_add_unsigned(millis).map(Self)
    }

    /// Returns the time `duration` earlier; `None` if it is out of range. Fractions of a
    /// millisecond are ignored.
    ///
    /// ```
    /// use backendless::Timestamp;
    /// use std::time::Duration;
    ///
    /// let time = Timestamp::from_millis(1_500);
    /// assert_eq!(time.checked_sub(Duration::from_secs(1)), Some(Timestamp::from_millis(500)));
    /// ```
    #[must_use]
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let millis = u64::try_from(duration.as_millis()).ok()?;
        self.0.checked_sub_unsigned(millis).map(Self)
    }

    /// Returns the time from `earlier` to this timestamp; zero if `earlier` is later.
    ///
    /// ```
    /// use backendless::Timestamp;
    /// use std::time::Duration;
    ///
    /// let (first, second) = (Timestamp::from_millis(0), Timestamp::from_millis(500));
    /// assert_eq!(second.duration_since(first), Duration::from_millis(500));
    /// assert_eq!(first.duration_since(second), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Duration {
        self.checked_duration_since(earlier).unwrap_or_default()
    }

    /// Returns the time from `earlier` to this timestamp; `None` if `earlier` is later.
    ///
    /// ```
    /// # use backendless::Timestamp;
    /// # use std::time::Duration;
    /// let (first, second) = (Timestamp::from_millis(-1_000), Timestamp::from_millis(500));
    /// assert_eq!(second.checked_duration_since(first), Some(Duration::from_millis(1_500)));
    /// assert_eq!(first.checked_duration_since(second), None);
    /// ```
    #[must_use]
    pub fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        (self >= earlier).then(|| Duration::from_millis(self.0.abs_diff(earlier.0)))
    }
}

/// Saturates at the latest timestamp.
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self(i64::MAX))
    }
}

/// Saturates at the latest timestamp.
impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

/// Saturates at the earliest timestamp.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).unwrap_or(Self(i64::MIN))
    }
}

/// Saturates at the earliest timestamp.
impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// The same as [`duration_since`](Timestamp::duration_since): zero if `earlier` is later.
impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: Timestamp = Timestamp(i64::MIN);
    const MAX: Timestamp = Timestamp(i64::MAX);

    #[test]
    fn operators_add_and_subtract_milliseconds() {
        let mut time = Timestamp(-5) + Duration::from_micros(7_900);
        assert_eq!(time, Timestamp(2));
        time -= Duration::from_millis(3);
        assert_eq!(time, Timestamp(-1));
        time += Duration::from_millis(1);
        assert_eq!(time, Timestamp(0));
        assert_eq!(time - Timestamp(-5), Duration::from_millis(5));
    }

    #[test]
    fn operators_saturate_and_checked_methods_return_none() {
        for duration in [Duration::from_millis(1), Duration::MAX] {
            assert_eq!((MAX + duration, MAX.checked_add(duration)), (MAX, None));
            assert_eq!((MIN - duration, MIN.checked_sub(duration)), (MIN, None));
        }
        assert_eq!(MIN - MAX, Duration::ZERO);
        // The range is as wide as a u64.
        assert_eq!(MAX - MIN, Duration::from_millis(u64::MAX));
        assert_eq!(MIN + (MAX - MIN), MAX);
        assert_eq!(MAX - (MAX - MIN), MIN);
    }
}
