//! Dates: milliseconds since 1970 in UTC, the parts of a date, and dates as text.

mod parse;

pub(crate) use parse::parse;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// A date and time in UTC, of the years 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    /// Milliseconds since midnight.
    time: i64,
}

impl Date {
    /// Returns `None` outside of the years 0 to 9999.
    pub(crate) fn from_millis(millis: i64) -> Option<Date> {
        let (year, month, day) = civil(millis.div_euclid(MILLIS_PER_DAY));
        (0..=9999).contains(&year).then_some(Date {
            year,
            month,
            day,
            time: millis.rem_euclid(MILLIS_PER_DAY),
        })
    }

    /// Returns `None` if there is no such day.
    pub(crate) fn of_day(year: i64, month: i64, day: i64) -> Option<Date> {
        let valid = (0..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of_month(year, month)).contains(&day);
        valid.then_some(Date {
            year,
            month,
            day,
            time: 0,
        })
    }

    pub(crate) fn with_time(self, time: i64) -> Date {
        Date { time, ..self }
    }

    pub(crate) fn to_millis(self) -> i64 {
        self.days() * MILLIS_PER_DAY + self.time
    }

    /// Days since 1970.
    pub(crate) fn days(self) -> i64 {
        days(self.year, self.month, self.day)
    }

    pub(crate) fn hour(self) -> i64 {
        self.time / 3_600_000
    }

    pub(crate) fn minute(self) -> i64 {
        self.time / 60_000 % 60
    }

    pub(crate) fn second(self) -> i64 {
        self.time / 1_000 % 60
    }

    pub(crate) fn millisecond(self) -> i64 {
        self.time % 1_000
    }

    /// 0 is Monday.
    pub(crate) fn weekday(self) -> i64 {
        weekday(self.days(), true)
    }

    /// 1 is the first of January.
    pub(crate) fn day_of_year(self) -> i64 {
        self.days() - days(self.year, 1, 1) + 1
    }

    pub(crate) fn last_day_of_month(self) -> Date {
        Date {
            day: days_of_month(self.year, self.month),
            time: 0,
            ..self
        }
    }

    /// Adds months; the day is reduced to the last day of the month if needed.
    pub(crate) fn plus_months(self, months: i64) -> Option<Date> {
        let month = (self.year * 12 + self.month - 1).checked_add(months)?;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let in_range = (0..=9999).contains(&year);
        in_range.then(|| Date {
            year,
            month,
            day: self.day.min(days_of_month(year, month)),
            time: self.time,
        })
    }

    /// The week of the year as MySQL's `WEEK(date, mode)` counts it. Bit 0 of the mode: weeks begin
    /// on Monday; bit 1: weeks are 1 to 53 and may belong to the year before or after; bit 2: the
    /// rule for the first week.
    pub(crate) fn week(self, mode: i64) -> i64 {
        let monday_first = mode & 1 != 0;
        let mut counts_from_one = mode & 2 != 0;
        let needs_first_weekday = (mode & 4 != 0) == monday_first;
        let starts_late = |first: i64| match needs_first_weekday {
            true => first != 0,
            false => first >= 4,
        };
        let (mut year, mut january) = (self.year, days(self.year, 1, 1));
        let mut first = weekday(january, monday_first);
        if self.month == 1 && self.day <= 7 - first {
            if !counts_from_one && starts_late(first) {
                return 0;
            }
            counts_from_one = true;
            year -= 1;
            january -= days_of_year(year);
            first = (first + 53 * 7 - days_of_year(year)) % 7;
        }
        let begin = match starts_late(first) {
            true => january + 7 - first,
            false => january - first,
        };
        let passed = self.days() - begin;
        if counts_from_one && passed >= 52 * 7 {
            let next = (first + days_of_year(year)) % 7;
            if !starts_late(next) {
                return 1;
            }
        }
        passed / 7 + 1
    }

    /// `2020-06-23`.
    pub(crate) fn date_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `11:19:06`.
    pub(crate) fn time_text(self) -> String {
        let (hour, minute, second) = (self.hour(), self.minute(), self.second());
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_year(year: i64) -> i64 {
    if is_leap_year(year) { 366 } else { 365 }
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns 0 for Monday, or for Sunday.
fn weekday(days: i64, monday_first: bool) -> i64 {
    // The first of January 1970 was a Thursday.
    (days + if monday_first { 3 } else { 4 }).rem_euclid(7)
}

/// Days from 1970 to a day of the proleptic Gregorian calendar. Years begin in March here, so that
/// the leap day is the last day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of `days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_survives_a_round_trip() {
        for day in -719_528..2_932_897 {
            let date = Date::from_millis(day * MILLIS_PER_DAY).unwrap();
            assert_eq!(date.days(), day, "{date:?}");
        }
        assert_eq!(Date::from_millis(2_932_897 * MILLIS_PER_DAY), None);
        assert_eq!(Date::from_millis(i64::MIN), None);
        assert_eq!(Date::from_millis(i64::MAX), None);
    }

    #[test]
    fn parts_are_those_of_utc() {
        let date = Date::from_millis(-1).unwrap();
        assert_eq!(date.date_text(), "1969-12-31");
        assert_eq!(date.time_text(), "23:59:59");
        assert_eq!(date.millisecond(), 999);
        assert_eq!((date.weekday(), date.day_of_year()), (2, 365));
    }

    /// Values from the manual of MySQL and from ISO 8601.
    #[test]
    fn weeks_are_counted_as_in_mysql() {
        let week = |year, month, day, mode| Date::of_day(year, month, day).unwrap().week(mode);
        assert_eq!(week(2008, 2, 20, 0), 7);
        assert_eq!(week(2008, 2, 20, 1), 8);
        assert_eq!(week(2008, 12, 31, 1), 53);
        assert_eq!(week(2000, 1, 1, 0), 0);
        assert_eq!(week(2000, 1, 1, 2), 52);
        assert_eq!(week(2021, 1, 3, 3), 53);
        assert_eq!(week(2018, 12, 31, 3), 1);
        assert_eq!(week(2016, 1, 1, 3), 53);
    }

    #[test]
    fn months_are_added_with_the_last_day_of_the_month() {
        let date = Date::of_day(2020, 1, 31).unwrap();
        assert_eq!(date.plus_months(1).unwrap().date_text(), "2020-02-29");
        assert_eq!(date.plus_months(-11).unwrap().date_text(), "2019-02-28");
        assert_eq!(date.plus_months(i64::MAX), None);
    }
}
