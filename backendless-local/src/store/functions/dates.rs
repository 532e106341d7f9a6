//! Functions of dates, which are milliseconds since 1970, in UTC.

use rusqlite::types::{Value as Stored, ValueRef};

use super::{Arguments, Failure, Function, saturate};
use crate::store::date::{self, Date};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub(super) const FUNCTIONS: [(&str, Function); 23] = [
    ("local_date_of_text", |arguments| match arguments.value(0) {
        ValueRef::Null => Ok(Stored::Null),
        _ => Ok(date::parse(arguments.text(0)?).map_or(Stored::Null, Stored::Integer)),
    }),
    ("local_date", |arguments| {
        of_date(arguments, |date| {
            Stored::Integer(date.with_time(0).to_millis())
        })
    }),
    ("local_time", |arguments| {
        of_date(arguments, |date| Stored::Text(date.time_text()))
    }),
    ("local_year", |arguments| part(arguments, |date| date.year)),
    ("local_quarter", |arguments| {
        part(arguments, |date| (date.month + 2) / 3)
    }),
    ("local_month", |arguments| {
        part(arguments, |date| date.month)
    }),
    ("local_day", |arguments| part(arguments, |date| date.day)),
    ("local_hour", |arguments| part(arguments, Date::hour)),
    ("local_minute", |arguments| part(arguments, Date::minute)),
    ("local_second", |arguments| part(arguments, Date::second)),
    ("local_microsecond", |arguments| {
        part(arguments, |date| date.millisecond() * 1_000)
    }),
    ("local_weekday", |arguments| part(arguments, Date::weekday)),
    ("local_day_of_week", |arguments| {
        part(arguments, |date| (date.weekday() + 1) % 7 + 1)
    }),
    ("local_day_of_year", |arguments| {
        part(arguments, Date::day_of_year)
    }),
    ("local_week", |arguments| {
        let mode = match arguments.values.len() {
            1 => 0,
            _ => arguments.integer(1)?,
        };
        if arguments.has_null() {
            return Ok(Stored::Null);
        }
        of_date(arguments, |date| Stored::Integer(date.week(mode)))
    }),
    ("local_day_name", |arguments| {
        of_date(arguments, |date| name(&WEEKDAYS, date.weekday()))
    }),
    ("local_month_name", |arguments| {
        of_date(arguments, |date| name(&MONTHS, date.month - 1))
    }),
    ("local_last_day", |arguments| {
        of_date(arguments, |date| {
            Stored::Integer(date.last_day_of_month().to_millis())
        })
    }),
    ("local_unix_timestamp", |arguments| {
        match millis(arguments, 0)? {
            Some(millis) => Ok(Stored::Integer(millis.div_euclid(1_000))),
            None => Ok(Stored::Null),
        }
    }),
    ("local_date_difference", |arguments| {
        match (date(arguments, 0)?, date(arguments, 1)?) {
            (Some(a), Some(b)) => Ok(Stored::Integer(a.days() - b.days())),
            _ => Ok(Stored::Null),
        }
    }),
    ("local_add_months", |arguments| {
        match (date(arguments, 0)?, millis(arguments, 1)?) {
            (Some(date), Some(months)) => {
                let sum = date.plus_months(months);
                Ok(sum.map_or(Stored::Null, |date| Stored::Integer(date.to_millis())))
            }
            _ => Ok(Stored::Null),
        }
    }),
    ("local_add_millis", |arguments| {
        match (millis(arguments, 0)?, millis(arguments, 1)?) {
            (Some(date), Some(millis)) => {
                let sum = date.checked_add(millis);
                let sum = sum.filter(|sum| Date::from_millis(*sum).is_some());
                Ok(sum.map_or(Stored::Null, Stored::Integer))
            }
            _ => Ok(Stored::Null),
        }
    }),
    ("local_timestamp_text", |arguments| {
        let digits = usize::try_from(arguments.integer(1)?).unwrap_or(0).min(6);
        of_date(arguments, |date| {
            let fraction = format!("{:03}000", date.millisecond());
            let point = if digits == 0 { "" } else { "." };
            let (day, time) = (date.date_text(), date.time_text());
            Stored::Text(format!("{day} {time}{point}{}", &fraction[..digits]))
        })
    }),
];

fn millis(arguments: &Arguments<'_>, at: usize) -> Result<Option<i64>, Failure> {
    match arguments.value(at) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(millis) => Ok(Some(millis)),
        ValueRef::Real(millis) => Ok(Some(saturate(millis.floor()))),
        _ => Ok(Some(i64::MAX)),
    }
}

/// Returns the date of an argument; `None` for null and for a number beyond the year 9999.
fn date(arguments: &Arguments<'_>, at: usize) -> Result<Option<Date>, Failure> {
    Ok(millis(arguments, at)?.and_then(Date::from_millis))
}

fn of_date(
    arguments: &Arguments<'_>,
    function: impl Fn(Date) -> Stored,
) -> Result<Stored, Failure> {
    Ok(date(arguments, 0)?.map_or(Stored::Null, function))
}

fn part(arguments: &Arguments<'_>, function: fn(Date) -> i64) -> Result<Stored, Failure> {
    of_date(arguments, |date| Stored::Integer(function(date)))
}

fn name(names: &[&str], at: i64) -> Stored {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at));
    name.map_or(Stored::Null, |name| Stored::Text((*name).to_owned()))
}
