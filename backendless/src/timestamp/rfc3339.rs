//! The text form: RFC 3339.

use std::fmt;
use std::str::FromStr;

use super::Timestamp;
use crate::{Error, Result};

const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1_000;

/// RFC 3339 in UTC with milliseconds: `2023-11-14T22:13:20.000Z`.
///
/// RFC 3339 has only the years 0000 to 9999. Other years are written with a sign, as in the
/// expanded form of ISO 8601: `+12023-11-14T22:13:20.000Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(MILLIS_PER_DAY));
        let millis = self.0.rem_euclid(MILLIS_PER_DAY);
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        let (hour, minute) = (minutes / 60, minutes % 60);
        let year = match year {
            0..=9999 => format!("{year:04}"),
            _ => format!("{year:+05}"),
        };
        f.pad(&format!(
            "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        ))
    }
}

/// Parses RFC 3339, and years outside of 0000 to 9999 in the form in which `Display` writes them.
///
/// Any offset is accepted. Fractions of a millisecond are rounded down; a leap second, `:60`, is
/// the first second of the next minute.
///
/// # Errors
///
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for any other text. The error does not
/// quote it.
impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(&mut Input(text.as_bytes())).ok_or_else(|| {
            Error::invalid_argument(
                "not a time in the form of RFC 3339, such as 2023-11-14T22:13:20.000Z",
            )
        })
    }
}

fn parse(input: &mut Input<'_>) -> Option<Timestamp> {
    let days = parse_date(input)?;
    input.one_of(b"Tt ")?;
    let hour = input.number(2, 2, 23)?;
    input.one_of(b":")?;
    let minute = input.number(2, 2, 59)?;
    input.one_of(b":")?;
    let second = input.number(2, 2, 60)?;
    let millis = match input.one_of(b".") {
        Some(_) => input.fraction()?,
        None => 0,
    };
    let offset = parse_offset(input)?;
    if !input.0.is_empty() {
        return None;
    }
    let seconds = (hour * 60 + minute - offset) * 60 + second;
    let millis =
        i128::from(days) * i128::from(MILLIS_PER_DAY) + i128::from(seconds * 1_000 + millis);
    i64::try_from(millis).ok().map(Timestamp)
}

/// The days since 1970-01-01.
fn parse_date(input: &mut Input<'_>) -> Option<i64> {
    let sign = input.one_of(b"+-");
    // Nine digits are enough for the range of a timestamp.
    let year = input.number(4, if sign.is_some() { 9 } else { 4 }, i64::MAX)?;
    let year = if sign == Some(b'-') { -year } else { year };
    input.one_of(b"-")?;
    let month = input.number(2, 2, 12)?;
    input.one_of(b"-")?;
    let day = input.number(2, 2, 31)?;
    if month < 1 || day < 1 {
        return None;
    }
    let days = days_of(year, month, day);
    // A day that the month does not have is one of the next month.
    (date_of(days) == (year, month, day)).then_some(days)
}

/// The offset from UTC in minutes.
fn parse_offset(input: &mut Input<'_>) -> Option<i64> {
    let sign = match input.one_of(b"Zz+-")? {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(0),
    };
    let hours = input.number(2, 2, 23)?;
    input.one_of(b":")?;
    let minutes = input.number(2, 2, 59)?;
    Some(sign * (hours * 60 + minutes))
}

/// The part of the text that is not parsed yet.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn one_of(&mut self, expected: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let found = expected.contains(first).then_some(*first)?;
        self.0 = rest;
        Some(found)
    }

    fn digit(&mut self) -> Option<i64> {
        self.one_of(b"0123456789")
            .map(|digit| i64::from(digit - b'0'))
    }

    /// A number of `min_digits` to `max_digits` digits that is at most `max`.
    fn number(&mut self, min_digits: usize, max_digits: usize, max: i64) -> Option<i64> {
        let mut number = 0;
        for count in 0..max_digits {
            match self.digit() {
                Some(digit) => number = number * 10 + digit,
                None if count >= min_digits => break,
                None => return None,
            }
        }
        (number <= max).then_some(number)
    }

    /// The milliseconds of a fraction of a second: at least one digit.
    fn fraction(&mut self) -> Option<i64> {
        let mut millis = self.digit()? * 100;
        millis += self.digit().unwrap_or(0) * 10;
        millis += self.digit().unwrap_or(0);
        while self.digit().is_some() {}
        Some(millis)
    }
}

/// The proleptic Gregorian date, with the year 0 before the year 1, `days` after 1970-01-01.
///
/// This and [`days_of`] are `civil_from_days` and `days_from_civil` of
/// <https://howardhinnant.github.io/date_algorithms.html>: a year begins in March there, so that the
/// leap day is its last day, and 400 years are an era of 146,097 days.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// The days from 1970-01-01 to a date; the inverse of [`date_of`].
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<i64> {
        text.parse::<Timestamp>().ok().map(Timestamp::as_millis)
    }

    #[test]
    fn display_writes_utc_with_milliseconds() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+10000-01-01T00:00:00.000Z"),
            (i64::MAX, "+292278994-08-17T07:12:55.807Z"),
            (i64::MIN, "-292275055-05-16T16:47:04.192Z"),
        ] {
            assert_eq!(Timestamp(millis).to_string(), text);
            assert_eq!(parsed(text), Some(millis), "{text}");
        }
        let padded = format!("[{:>26}]", Timestamp(0));
        assert_eq!(padded, "[  1970-01-01T00:00:00.000Z]");
    }

    #[test]
    fn all_forms_of_rfc_3339_are_parsed() {
        for text in [
            "2023-11-14T22:13:20Z",
            "2023-11-14t22:13:20z",
            "2023-11-14 22:13:20.0+00:00",
            "2023-11-14T22:13:20.0009999999999-00:00",
            "2023-11-15T00:43:20+02:30",
            "2023-11-14T14:13:20-08:00",
            "+002023-11-14T22:13:20Z",
        ] {
            assert_eq!(parsed(text), Some(1_700_000_000_000), "{text}");
        }
        assert_eq!(parsed("1970-01-01T00:00:00.25Z"), Some(250));
        assert_eq!(parsed("1969-12-31T23:59:59.1239Z"), Some(-877));
        assert_eq!(
            parsed("2016-12-31T23:59:60Z"),
            parsed("2017-01-01T00:00:00Z")
        );
    }

    #[test]
    fn other_texts_are_rejected_without_quoting_them() {
        for text in [
            "",
            "soon",
            "1700000000000",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14T22:13Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20Z ",
            "2023-11-14T22:13:20+0100",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:60:00Z",
            "2023-11-14T22:13:61Z",
            "2023-00-14T22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-11-00T22:13:20Z",
            "2023-11-31T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "1900-02-29T22:13:20Z",
            "12023-11-14T22:13:20Z",
            "+292278994-08-17T07:12:55.808Z",
            "-292275055-05-16T16:47:04.191Z",
            "+999999999-12-31T23:59:59Z",
            "+9999999999-12-31T23:59:59Z",
            "２023-11-14T22:13:20Z",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
        let error = "secret".parse::<Timestamp>().unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn dates_are_those_of_chrono() {
        use chrono::{DateTime, SecondsFormat, Utc};

        let days = (-800_000..4_000_000).step_by(997);
        let far = (-95_000_000..95_000_000).step_by(1_234_567);
        for day in days.chain(far) {
            let millis = day * MILLIS_PER_DAY + (day * 7_919).rem_euclid(MILLIS_PER_DAY);
            let expected = DateTime::<Utc>::from_timestamp_millis(millis).unwrap();
            let expected = expected.to_rfc3339_opts(SecondsFormat::Millis, true);
            let text = Timestamp(millis).to_string();
            assert_eq!(text, expected);
            assert_eq!(parsed(&text), Some(millis), "{text}");
        }
    }
}
