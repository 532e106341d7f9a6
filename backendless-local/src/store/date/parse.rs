//! Parses dates as text, in the formats that the service documents and in ISO 8601.

use super::Date;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Time zones by name, with their offset in hours.
const ZONES: [(&str, i64); 21] = [
    ("z", 0),
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("wet", 0),
    ("west", 1),
    ("bst", 1),
    ("cet", 1),
    ("cest", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
    ("jst", 9),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

/// Longer text is no date.
const MAX_BYTES: usize = 64;

/// Returns the milliseconds since 1970 of a date as text. Without a time zone it is in UTC; without
/// a time it is the start of the day. Returns `None` if the text is in none of the formats.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut input = Input(text);
    input.weekday();
    let date = match input.peek()? {
        'a'..='z' | 'A'..='Z' => return input.month_first(),
        _ => input.date()?,
    };
    let time = input.time()?;
    let offset = input.offset(time.is_some())?;
    if !input.0.is_empty() {
        return None;
    }
    Some(date.with_time(time.unwrap_or(0)).to_millis() - offset)
}

/// The rest of the text.
struct Input<'a>(&'a str);

impl<'a> Input<'a> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    /// Removes a character if it is the next one.
    fn skip(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn spaces(&mut self) -> bool {
        let rest = self.0.trim_start_matches(' ');
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    /// Removes the characters that fit and returns them.
    fn take(&mut self, fits: fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !fits(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// A number of at most this many digits.
    fn number(&mut self, max_digits: usize) -> Option<i64> {
        let digits = self.take(|c| c.is_ascii_digit());
        if digits.len() > max_digits {
            return None;
        }
        digits.parse().ok()
    }

    fn year(&mut self) -> Option<i64> {
        let before = self.0.len();
        let year = self.number(4)?;
        (before - self.0.len() == 4).then_some(year)
    }

    /// The name of a month, complete or its first three letters.
    fn month_name(&mut self) -> Option<i64> {
        let word = self.take(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        let at = MONTHS
            .iter()
            .position(|month| word == *month || word == month[..3])?;
        i64::try_from(at + 1).ok()
    }

    /// Removes the name of a weekday. It is not compared with the date.
    fn weekday(&mut self) {
        let mut rest = Input(self.0);
        let word = rest.take(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        if WEEKDAYS.iter().any(|day| word == *day || word == day[..3]) {
            let _ = rest.skip(',');
            rest.spaces();
            self.0 = rest.0;
        }
    }

    /// `MMM dd HH:mm:ss zzz yyyy`, after the weekday.
    fn month_first(&mut self) -> Option<i64> {
        let month = self.month_name()?;
        self.spaces();
        let day = self.number(2)?;
        let time = self.time()??;
        let offset = self.offset(true)?;
        self.spaces();
        let year = self.year()?;
        let date = Date::of_day(year, month, day)?.with_time(time);
        self.0.is_empty().then_some(date.to_millis() - offset)
    }

    /// `yyyy-MM-dd`, `yyyy/MM/dd`, `MM/dd/yyyy` (also with `.` and `-`), `dd-MMM-yyyy` (also with `/`
    /// and a space).
    fn date(&mut self) -> Option<Date> {
        let length = self.0.len();
        let first = self.number(4)?;
        let is_year = length - self.0.len() == 4;
        if !is_year && length - self.0.len() > 2 {
            return None;
        }
        let separator = self.peek().filter(|c| matches!(c, '-' | '/' | '.' | ' '))?;
        self.skip(separator)?;
        if is_year {
            let month = self.number(2)?;
            self.skip(separator)?;
            return Date::of_day(first, month, self.number(2)?);
        }
        if self.peek()?.is_ascii_alphabetic() {
            let month = self.month_name()?;
            self.skip(separator)?;
            return Date::of_day(self.year()?, month, first);
        }
        if separator == ' ' {
            return None;
        }
        let second = self.number(2)?;
        self.skip(separator)?;
        let year = self.year()?;
        // The documentation also has '28-10-1988', which has no other meaning.
        let (month, day) = match first > 12 {
            true => (second, first),
            false => (first, second),
        };
        Date::of_day(year, month, day)
    }

    /// `HH:mm`, `HH:mm:ss` or `HH:mm:ss.SSS` in milliseconds, after a space, `T` or `/`. The outer
    /// `None` is an error, the inner one means that there is no time.
    fn time(&mut self) -> Option<Option<i64>> {
        let separated = self.spaces() || self.skip('T').or_else(|| self.skip('/')).is_some();
        if !separated || !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return if self.0.is_empty() || separated {
                Some(None)
            } else {
                None
            };
        }
        let hour = self.number(2).filter(|hour| *hour < 24)?;
        self.skip(':')?;
        let minute = self.number(2).filter(|minute| *minute < 60)?;
        let mut millis = 0;
        if self.skip(':').is_some() {
            millis = self.number(2).filter(|second| *second < 60)? * 1_000;
            if self.skip('.').is_some() {
                let digits = self.take(|c| c.is_ascii_digit());
                let padded = format!("{:0<3}", digits);
                millis += padded[..3].parse::<i64>().ok()?;
            }
        }
        Some(Some(hour * 3_600_000 + minute * 60_000 + millis))
    }

    /// The offset of the time zone in milliseconds; 0 if there is none.
    fn offset(&mut self, has_time: bool) -> Option<i64> {
        self.spaces();
        let mut offset = 0;
        if self.peek().is_some_and(|c| c.is_ascii_alphabetic()) && has_time {
            let name = self.take(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
            let name = match name.as_str() {
                // `'GMT'z`: the text GMT and the name of a zone.
                "gmtgmt" | "gmtutc" | "gmtz" => "gmt",
                name => name,
            };
            let zone = ZONES.iter().find(|(zone, _)| *zone == name)?;
            offset = zone.1 * 3_600_000;
            if offset != 0 {
                return Some(offset);
            }
        }
        let sign = match self.peek() {
            Some('+') if has_time => 1,
            Some('-') if has_time => -1,
            _ => return Some(offset),
        };
        self.0 = &self.0[1..];
        let digits = self.take(|c| c.is_ascii_digit());
        let (hours, minutes) = match (digits.len(), self.skip(':')) {
            (1 | 2, Some(())) => (digits, self.take(|c| c.is_ascii_digit())),
            (1 | 2, None) => (digits, "00"),
            (4, None) => digits.split_at(2),
            _ => return None,
        };
        let hours = hours.parse::<i64>().ok().filter(|hours| *hours <= 23)?;
        let minutes = Some(minutes).filter(|minutes| minutes.len() == 2)?;
        let minutes = minutes
            .parse::<i64>()
            .ok()
            .filter(|minutes| *minutes < 60)?;
        Some(sign * (hours * 60 + minutes) * 60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// 2015-03-23 00:00:00 UTC.
    const DAY: i64 = 1_427_068_800_000;

    #[test]
    fn documented_formats_are_accepted() {
        for (text, expected) in [
            ("23-Mar-2015", DAY),
            ("23/Mar/2015", DAY),
            ("03/23/2015", DAY),
            ("3/23/2015", DAY),
            ("03.23.2015", DAY),
            ("03-23-2015", DAY),
            ("23-03-2015", DAY),
            ("03/23/2015 00:00", DAY),
            ("03/23/2015 00:00:00", DAY),
            ("03.23.2015 00:00:00", DAY),
            ("03-23-2015 00:00:00", DAY),
            ("03/22/2015 22:00:00 GMT-0200", DAY),
            ("03.22.2015 22:00:00 GMT-02:00", DAY),
            ("03-23-2015 01:00:00 GMT+1", DAY),
            ("03/23/2015 00:00:00 GMTGMT", DAY),
            ("03/22/2015 19:00:00 EST", DAY),
            ("03.23.2015 00:00:00 GMT", DAY),
            ("Mon Mar 23 00:00:00 GMT 2015", DAY),
            ("Mon Mar 23 02:00:00 EET 2015", DAY),
            ("Monday, 23 March 2015", DAY),
            ("Mon, 23 Mar 2015 00:00:00 GMT", DAY),
            ("2015/03/23/00:00:00", DAY),
            ("2015/03/23/00:00", DAY),
            ("2015/03/23", DAY),
            ("2015-03-23", DAY),
            ("2015-03-23T00:00:00.000Z", DAY),
            ("2015-03-23T00:00:00Z", DAY),
            ("2015-03-23T02:30:00.5+02:30", DAY + 500),
            ("2015-03-23 00:00:00.250", DAY + 250),
            ("2015-03-23 00:00:00.123456", DAY + 123),
            (" 03/23/2015 ", DAY),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_date() {
        for text in [
            "",
            "old",
            "Monday",
            "2015",
            "03/2015",
            "13/13/2015",
            "02/30/2015",
            "00/01/2015",
            "2015-13-01",
            "2015-02-29",
            "03/23/15",
            "03/23-2015",
            "03/23/20155",
            "2015-03-23T",
            "2015-03-23T24:00:00",
            "2015-03-23T00:60",
            "2015-03-23T00:00:00 XYZ",
            "2015-03-23 x",
            "2015-03-23 GMT",
            "2015-03-23T00:00:00+2:3",
            "2015-03-23T00:00:00+24:00",
            "23 Foo 2015",
            "2015-03-23; x",
            "٢٠١٥-03-23",
            "2015-03-23T00:00:00.",
            "1e3-01-01",
        ] {
            let expected = match text {
                // An empty time or fraction is accepted.
                "2015-03-23T" | "2015-03-23T00:00:00." => Some(DAY),
                _ => None,
            };
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse(&"1".repeat(100_000)), None);
    }
}
