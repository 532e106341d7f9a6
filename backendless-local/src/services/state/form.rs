//! The forms of columns in an export, and which values an import accepts: those that the services can read.

use std::borrow::Cow;

use rusqlite::types::{Value as Stored, ValueRef};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::manifest::{from_hex, hex};
use crate::json_size::{MAX_CONTAINERS, containers};
use crate::services::files::FilePath;
use crate::services::messaging::MIN_INTERVAL;
use crate::services::users::is_password_hash;

/// The form of a column in JSON.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Text,
    /// A path of a file or a directory.
    Path,
    OptionalText,
    /// Any JSON value, as its text.
    Json,
    /// A JSON object, as its text.
    Object,
    OptionalObject,
    /// A JSON array of texts, as its text.
    Texts,
    /// A hash of a password with the parameters of this server.
    PasswordHash,
    Integer,
    OptionalInteger,
    /// The number of a row: numbers behind it remain for new rows.
    Sequence,
    /// 0 or 1.
    Flag,
    /// The time between two repetitions of a message.
    OptionalInterval,
    /// Degrees, of at most this absolute value.
    Degrees(f64),
    /// Bytes, as hexadecimal digits.
    Bytes,
    /// A time, as the milliseconds from the export until then. An import adds them to its own time, so that a session or
    /// a cache value has its remaining life.
    Remaining,
}

use Form::{
    Bytes, Degrees, Flag, Integer, Json, Object, OptionalInteger, OptionalInterval, OptionalObject,
    OptionalText, PasswordHash, Path, Remaining, Sequence, Text, Texts,
};

/// The highest number of a row, which is an integer in every JSON library.
pub(super) const MAX_SEQUENCE: i64 = 1 << 53;

impl Form {
    fn is_optional(self) -> bool {
        matches!(
            self,
            OptionalText | OptionalInteger | OptionalObject | OptionalInterval
        )
    }

    /// Returns a stored value as JSON; `None` if it has not this form.
    pub(super) fn to_json(self, stored: ValueRef<'_>, now: i64) -> Option<Value> {
        Some(match (self, stored) {
            (_, ValueRef::Null) if self.is_optional() => Value::Null,
            (Bytes, ValueRef::Blob(bytes)) => hex(bytes).into(),
            (Degrees(_), ValueRef::Real(real)) => real.into(),
            (Remaining, ValueRef::Integer(time)) => time.saturating_sub(now).into(),
            (Bytes | Degrees(_) | Remaining, _) => return None,
            (_, ValueRef::Text(text)) if self.is_text() => std::str::from_utf8(text).ok()?.into(),
            (_, ValueRef::Integer(integer)) if !self.is_text() => integer.into(),
            _ => return None,
        })
    }

    /// Returns what a message calls the values.
    pub(super) fn expected(self) -> Cow<'static, str> {
        let expected = match self {
            Text | OptionalText => "a text",
            Path => "the path of a file or a directory",
            Json => "JSON, as a text",
            Object | OptionalObject => "a JSON object, as a text",
            Texts => "a JSON array of texts, as a text",
            PasswordHash => "a hash that an export of this server has",
            Integer | OptionalInteger => "an integer",
            Sequence => return format!("an integer from 0 to {MAX_SEQUENCE}").into(),
            Flag => "0 or 1",
            OptionalInterval => return format!("an integer from {MIN_INTERVAL}").into(),
            Degrees(_) => "degrees: a latitude from -90 to 90, or a longitude from -180 to 180",
            Bytes => "hexadecimal digits in lower case",
            Remaining => "an integer of milliseconds",
        };
        expected.into()
    }

    fn is_text(self) -> bool {
        match self {
            Text | Path | OptionalText | Json | Object | OptionalObject | Texts | PasswordHash => {
                true
            }
            Integer | OptionalInteger | Sequence | Flag | OptionalInterval | Degrees(_) | Bytes
            | Remaining => false,
        }
    }

    /// Returns a value of an export as it is stored; `None` if it has not this form, so that a service would fail on it.
    pub(super) fn to_stored(self, value: Value, now: i64) -> Option<Stored> {
        Some(match (self, value) {
            (_, Value::Null) if self.is_optional() => Stored::Null,
            (Bytes, Value::String(digits)) => Stored::Blob(from_hex(&digits)?),
            (Path, Value::String(path)) => {
                Stored::Text(FilePath::parse(path).ok()?.as_str().to_owned())
            }
            (Degrees(max), Value::Number(number)) => {
                let degrees = number.as_f64()?;
                Stored::Real(Some(degrees).filter(|degrees| degrees.abs() <= max)?)
            }
            (Remaining, Value::Number(number)) => {
                Stored::Integer(number.as_i64()?.saturating_add(now))
            }
            (_, Value::String(text)) if self.accepts_text(&text) => Stored::Text(text),
            (_, Value::Number(number)) => Stored::Integer(
                number
                    .as_i64()
                    .filter(|number| self.accepts_integer(*number))?,
            ),
            _ => return None,
        })
    }

    fn accepts_text(self, text: &str) -> bool {
        if containers(text.as_bytes()) > MAX_CONTAINERS
            && matches!(self, Json | Object | OptionalObject | Texts)
        {
            return false;
        }
        match self {
            Text | OptionalText => true,
            Json => serde_json::from_str::<IgnoredAny>(text).is_ok(),
            Object | OptionalObject => serde_json::from_str::<Map<String, Value>>(text).is_ok(),
            Texts => serde_json::from_str::<Vec<String>>(text).is_ok(),
            PasswordHash => is_password_hash(text),
            _ => false,
        }
    }

    pub(super) fn accepts_integer(self, number: i64) -> bool {
        match self {
            Integer | OptionalInteger => true,
            Sequence => (0..=MAX_SEQUENCE).contains(&number),
            Flag => (0..=1).contains(&number),
            OptionalInterval => number >= MIN_INTERVAL,
            _ => false,
        }
    }
}
