//! The functions that expressions may call.

use crate::query::expression::scalar::Type;

/// Type of an argument. A constant or an expression of another type is converted or rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Text,
    Number,
    Date,
    /// A unit of time: a constant.
    Unit,
    /// Of the same type as the other arguments.
    Same,
}

/// Type of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    Fixed(Type),
    /// That of the first argument, which is a number.
    Number,
    /// That of all arguments.
    Same,
}

/// A function: its names, its SQL, its parameters and its result.
#[derive(Debug)]
pub(super) struct Signature {
    /// In upper case.
    pub(super) names: &'static [&'static str],
    pub(super) sql: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// The minimum number of arguments.
    pub(super) required: usize,
    /// Whether the last parameter can be repeated.
    pub(super) repeats: bool,
    pub(super) returns: Returns,
    /// Name of the property with the result if it has no alias.
    pub(super) key: &'static str,
}

impl Signature {
    pub(super) fn named(name: &str) -> Option<&'static Signature> {
        let mut signatures = FUNCTIONS.into_iter().flatten();
        signatures.find(|one| {
            one.names
                .iter()
                .any(|other| other.eq_ignore_ascii_case(name))
        })
    }

    /// Returns a parameter. Only functions whose last one can be repeated are called with more arguments.
    pub(super) fn parameter(&self, at: usize) -> Option<Parameter> {
        let last = self.parameters.last();
        self.parameters.get(at).or(last).copied()
    }

    /// Describes the number of arguments.
    pub(super) fn arity(&self) -> String {
        match (self.required, self.parameters.len()) {
            (required, _) if self.repeats => format!("at least {required}"),
            (required, max) if required == max => required.to_string(),
            (required, max) => format!("{required} to {max}"),
        }
    }
}

const fn signature(
    names: &'static [&'static str],
    key: &'static str,
    sql: &'static str,
    parameters: &'static [Parameter],
    returns: Returns,
) -> Signature {
    Signature {
        names,
        sql,
        parameters,
        required: parameters.len(),
        repeats: false,
        returns,
        key,
    }
}

impl Signature {
    const fn optional(self, count: usize) -> Signature {
        Signature {
            required: self.required - count,
            ..self
        }
    }

    const fn repeated(self) -> Signature {
        Signature {
            repeats: true,
            ..self
        }
    }
}

const INT: Returns = Returns::Fixed(Type::Int);
const DOUBLE: Returns = Returns::Fixed(Type::Double);
const TEXT: Returns = Returns::Fixed(Type::String);
const DATE: Returns = Returns::Fixed(Type::Date);
const DATE_TIME: Returns = Returns::Fixed(Type::DateTime);

const FUNCTIONS: [&[Signature]; 4] = [&DATES, &TEXTS, &NUMBERS, &OTHERS];

use Parameter::{Date, Number, Same, Text, Unit};

const DATES: [Signature; 24] = [
    signature(
        &["NOW", "CURRENT_TIMESTAMP"],
        "Now",
        "local_now",
        &[Number],
        DATE_TIME,
    )
    .optional(1),
    signature(
        &["CURDATE", "CURRENT_DATE"],
        "Curdate",
        "local_now",
        &[],
        DATE,
    ),
    signature(&["DATE"], "Date", "local_date", &[Date], DATE),
    signature(
        &["TIME"],
        "Time",
        "local_time",
        &[Date],
        Returns::Fixed(Type::Time),
    ),
    signature(&["YEAR"], "Year", "local_year", &[Date], INT),
    signature(&["QUARTER"], "Quarter", "local_quarter", &[Date], INT),
    signature(&["MONTH"], "Month", "local_month", &[Date], INT),
    signature(&["WEEK"], "Week", "local_week", &[Date, Number], INT).optional(1),
    signature(&["DAY", "DAYOFMONTH"], "Day", "local_day", &[Date], INT),
    signature(&["HOUR"], "Hour", "local_hour", &[Date], INT),
    signature(&["MINUTE"], "Minute", "local_minute", &[Date], INT),
    signature(&["SECOND"], "Second", "local_second", &[Date], INT),
    signature(
        &["MICROSECOND"],
        "Microsecond",
        "local_microsecond",
        &[Date],
        INT,
    ),
    signature(&["WEEKDAY"], "Weekday", "local_weekday", &[Date], INT),
    signature(
        &["DAYOFWEEK"],
        "Dayofweek",
        "local_day_of_week",
        &[Date],
        INT,
    ),
    signature(
        &["DAYOFYEAR"],
        "Dayofyear",
        "local_day_of_year",
        &[Date],
        INT,
    ),
    signature(&["DAYNAME"], "Dayname", "local_day_name", &[Date], TEXT),
    signature(
        &["MONTHNAME"],
        "Monthname",
        "local_month_name",
        &[Date],
        TEXT,
    ),
    signature(
        &["LAST_DAY", "LASTDAY"],
        "Last_day",
        "local_last_day",
        &[Date],
        DATE,
    ),
    signature(
        &["UNIXTIMESTAMP", "UNIX_TIMESTAMP"],
        "Unixtimestamp",
        "local_unix_timestamp",
        &[Date],
        INT,
    )
    .optional(1),
    signature(
        &["DATEDIFF"],
        "Datediff",
        "local_date_difference",
        &[Date, Date],
        INT,
    ),
    signature(
        &["DATEADD", "DATE_ADD", "ADDDATE"],
        "Dateadd",
        "local_add",
        &[Date, Number, Unit],
        DATE_TIME,
    ),
    signature(
        &["DATESUB", "DATE_SUB", "SUBDATE"],
        "Datesub",
        "local_subtract",
        &[Date, Number, Unit],
        DATE_TIME,
    ),
    signature(&["WEEKOFYEAR"], "Weekofyear", "local_week", &[Date], INT),
];

const TEXTS: [Signature; 19] = [
    signature(&["UPPER", "UCASE"], "Upper", "local_upper", &[Text], TEXT),
    signature(&["LOWER", "LCASE"], "Lower", "local_lower", &[Text], TEXT),
    signature(&["TRIM"], "Trim", "local_trim", &[Text], TEXT),
    signature(&["LTRIM"], "Ltrim", "local_ltrim", &[Text], TEXT),
    signature(&["RTRIM"], "Rtrim", "local_rtrim", &[Text], TEXT),
    signature(&["REVERSE"], "Reverse", "local_reverse", &[Text], TEXT),
    signature(&["LENGTH"], "Length", "local_length", &[Text], INT),
    signature(
        &["CHAR_LENGTH", "CHARACTER_LENGTH", "CHARLENGTH"],
        "Char_length",
        "local_char_length",
        &[Text],
        INT,
    ),
    signature(&["CONCAT"], "Concat", "local_concat", &[Text], TEXT).repeated(),
    signature(
        &["CONCAT_WS", "CONCATWS"],
        "Concat_ws",
        "local_concat_ws",
        &[Text, Text],
        TEXT,
    )
    .repeated(),
    signature(
        &["SUBSTRING", "SUBSTR", "MID"],
        "Substring",
        "local_substring",
        &[Text, Number, Number],
        TEXT,
    )
    .optional(1),
    signature(&["LEFT"], "Left", "local_left", &[Text, Number], TEXT),
    signature(&["RIGHT"], "Right", "local_right", &[Text, Number], TEXT),
    signature(
        &["REPLACE"],
        "Replace",
        "local_replace",
        &[Text, Text, Text],
        TEXT,
    ),
    signature(&["LPAD"], "Lpad", "local_lpad", &[Text, Number, Text], TEXT),
    signature(&["RPAD"], "Rpad", "local_rpad", &[Text, Number, Text], TEXT),
    signature(&["REPEAT"], "Repeat", "local_repeat", &[Text, Number], TEXT),
    signature(
        &["LOCATE"],
        "Locate",
        "local_locate",
        &[Text, Text, Number],
        INT,
    )
    .optional(1),
    signature(&["INSTR"], "Instr", "local_locate", &[Text, Text], INT),
];

const NUMBERS: [Signature; 9] = [
    signature(&["ABS"], "Abs", "local_abs", &[Number], Returns::Number),
    signature(&["SIGN"], "Sign", "local_sign", &[Number], INT),
    signature(
        &["CEIL", "CEILING"],
        "Ceil",
        "local_ceil",
        &[Number],
        Returns::Number,
    ),
    signature(
        &["FLOOR"],
        "Floor",
        "local_floor",
        &[Number],
        Returns::Number,
    ),
    signature(
        &["ROUND"],
        "Round",
        "local_round",
        &[Number, Number],
        Returns::Number,
    )
    .optional(1),
    signature(
        &["TRUNCATE"],
        "Truncate",
        "local_truncate",
        &[Number, Number],
        Returns::Number,
    ),
    signature(
        &["MOD"],
        "Mod",
        "local_modulo",
        &[Number, Number],
        Returns::Number,
    ),
    signature(
        &["POW", "POWER"],
        "Power",
        "local_power",
        &[Number, Number],
        DOUBLE,
    ),
    signature(&["SQRT"], "Sqrt", "local_sqrt", &[Number], DOUBLE),
];

const OTHERS: [Signature; 2] = [
    signature(
        &["COALESCE"],
        "Coalesce",
        "COALESCE",
        &[Same, Same],
        Returns::Same,
    )
    .repeated(),
    signature(
        &["IFNULL"],
        "Ifnull",
        "COALESCE",
        &[Same, Same],
        Returns::Same,
    ),
];
