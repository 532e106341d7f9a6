//! Functions of text. Positions and lengths count characters.

use rusqlite::types::{Value as Stored, ValueRef};

use super::numbers::number_text;
use super::{Arguments, Failure, Function, MAX_TEXT_BYTES};
use crate::store::date::Date;

pub(super) const FUNCTIONS: [(&str, Function); 20] = [
    ("local_text", to_text),
    ("local_upper", |arguments| {
        of_text(arguments, str::to_uppercase)
    }),
    ("local_lower", |arguments| {
        of_text(arguments, str::to_lowercase)
    }),
    ("local_trim", |arguments| {
        of_text(arguments, |text| text.trim_matches(' ').to_owned())
    }),
    ("local_ltrim", |arguments| {
        of_text(arguments, |text| text.trim_start_matches(' ').to_owned())
    }),
    ("local_rtrim", |arguments| {
        of_text(arguments, |text| text.trim_end_matches(' ').to_owned())
    }),
    ("local_reverse", |arguments| {
        of_text(arguments, |text| text.chars().rev().collect())
    }),
    ("local_length", |arguments| count(arguments, str::len)),
    ("local_char_length", |arguments| {
        count(arguments, |text| text.chars().count())
    }),
    ("local_concat", |arguments| {
        if arguments.has_null() {
            return Ok(Stored::Null);
        }
        join(arguments, 0, "")
    }),
    ("local_concat_ws", |arguments| match arguments.value(0) {
        ValueRef::Null => Ok(Stored::Null),
        _ => join(arguments, 1, arguments.text(0)?),
    }),
    ("local_substring", substring),
    ("local_left", |arguments| {
        edge(arguments, |text, length| {
            text.chars().take(length).collect()
        })
    }),
    ("local_right", |arguments| {
        edge(arguments, |text, length| {
            let skipped = text.chars().count().saturating_sub(length);
            text.chars().skip(skipped).collect()
        })
    }),
    ("local_replace", replace),
    ("local_lpad", |arguments| pad(arguments, true)),
    ("local_rpad", |arguments| pad(arguments, false)),
    ("local_repeat", repeat),
    ("local_locate", locate),
    ("local_single", single),
];

/// Converts a value to text: `local_text(value, kind)`, with the kind as its initial.
fn to_text(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    let value = arguments.value(0);
    if value == ValueRef::Null {
        return Ok(Stored::Null);
    }
    let date = || match value {
        ValueRef::Integer(millis) => Date::from_millis(millis),
        _ => None,
    };
    Ok(match arguments.text(1)? {
        "D" => date().map_or(Stored::Null, |date| Stored::Text(date.date_text())),
        "M" => date().map_or(Stored::Null, |date| {
            Stored::Text(format!("{} {}", date.date_text(), date.time_text()))
        }),
        _ => match value {
            ValueRef::Text(_) if arguments.text(1)? == "S" => {
                Stored::Text(arguments.text(0)?.to_owned())
            }
            _ => Stored::Text(number_text(arguments, 0)?),
        },
    })
}

fn bounded(text: String) -> Result<Stored, Failure> {
    match text.len() <= MAX_TEXT_BYTES {
        true => Ok(Stored::Text(text)),
        false => Err(Failure::too_long()),
    }
}

fn of_text(arguments: &Arguments<'_>, function: fn(&str) -> String) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    bounded(function(arguments.text(0)?))
}

fn count(arguments: &Arguments<'_>, function: fn(&str) -> usize) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let count = i64::try_from(function(arguments.text(0)?));
    Ok(Stored::Integer(count.unwrap_or(i64::MAX)))
}

/// Joins the arguments that are not null.
fn join(arguments: &Arguments<'_>, first: usize, separator: &str) -> Result<Stored, Failure> {
    let mut joined = String::new();
    let mut is_first = true;
    for at in first..arguments.values.len() {
        if arguments.value(at) == ValueRef::Null {
            continue;
        }
        let text = arguments.text(at)?;
        if joined.len() + separator.len() + text.len() > MAX_TEXT_BYTES {
            return Err(Failure::too_long());
        }
        if !is_first {
            joined.push_str(separator);
        }
        is_first = false;
        joined.push_str(text);
    }
    Ok(Stored::Text(joined))
}

/// `SUBSTRING(text, position)` or with a length. Position 1 is the first character, -1 the last.
fn substring(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let text = arguments.text(0)?;
    let length = match arguments.values.len() {
        2 => usize::MAX,
        _ => usize::try_from(arguments.integer(2)?).unwrap_or(0),
    };
    let position = arguments.integer(1)?;
    let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
    let skipped = match position {
        1.. => Some(distance - 1),
        0 => None,
        _ => text.chars().count().checked_sub(distance),
    };
    let Some(skipped) = skipped else {
        return Ok(Stored::Text(String::new()));
    };
    Ok(Stored::Text(
        text.chars().skip(skipped).take(length).collect(),
    ))
}

fn edge(arguments: &Arguments<'_>, function: fn(&str, usize) -> String) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let length = usize::try_from(arguments.integer(1)?).unwrap_or(0);
    Ok(Stored::Text(function(arguments.text(0)?, length)))
}

fn replace(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let (text, from, to) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    if from.is_empty() {
        return Ok(Stored::Text(text.to_owned()));
    }
    let matches = text.matches(from).count();
    if (text.len() - matches * from.len()).saturating_add(matches.saturating_mul(to.len()))
        > MAX_TEXT_BYTES
    {
        return Err(Failure::too_long());
    }
    Ok(Stored::Text(text.replace(from, to)))
}

/// Pads or shortens a text to a number of characters. A negative length is null, as in MySQL.
fn pad(arguments: &Arguments<'_>, at_start: bool) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let (text, padding) = (arguments.text(0)?, arguments.text(2)?);
    let Ok(length) = usize::try_from(arguments.integer(1)?) else {
        return Ok(Stored::Null);
    };
    let characters = text.chars().count();
    if characters >= length {
        return Ok(Stored::Text(text.chars().take(length).collect()));
    }
    if padding.is_empty() {
        return Ok(Stored::Text(String::new()));
    }
    if length > MAX_TEXT_BYTES {
        return Err(Failure::too_long());
    }
    let added: String = padding.chars().cycle().take(length - characters).collect();
    bounded(match at_start {
        true => format!("{added}{text}"),
        false => format!("{text}{added}"),
    })
}

fn repeat(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let text = arguments.text(0)?;
    let count = usize::try_from(arguments.integer(1)?).unwrap_or(0);
    if text.len().saturating_mul(count) > MAX_TEXT_BYTES {
        return Err(Failure::too_long());
    }
    // The count may be huge if the text is empty.
    Ok(Stored::Text(if text.is_empty() {
        String::new()
    } else {
        text.repeat(count)
    }))
}

/// The position of a text in another, without regard to case: `LOCATE(part, text, position)`.
fn locate(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    if arguments.has_null() {
        return Ok(Stored::Null);
    }
    let start = match arguments.values.len() {
        2 => 1,
        _ => arguments.integer(2)?,
    };
    let Some(skipped) = usize::try_from(start)
        .ok()
        .and_then(|start| start.checked_sub(1))
    else {
        return Ok(Stored::Integer(0));
    };
    let (part, text) = (
        arguments.text(0)?.to_lowercase(),
        arguments.text(1)?.to_lowercase(),
    );
    let from = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(skipped);
    let found = from.and_then(|from| {
        let at = from + text[from..].find(&part)?;
        i64::try_from(text[..at].chars().count() + 1).ok()
    });
    Ok(Stored::Integer(found.unwrap_or(0)))
}

/// `local_single(MIN(x), MAX(x), COUNT(x), COUNT(*), name)`: the value that all rows of a group have.
fn single(arguments: &Arguments<'_>) -> Result<Stored, Failure> {
    let (smallest, largest) = (arguments.value(0), arguments.value(1));
    let values = arguments.integer(2)?;
    if values == 0 {
        return Ok(Stored::Null);
    }
    if smallest == largest && values == arguments.integer(3)? {
        return Stored::try_from(smallest).map_err(|_| Failure::new("a text is not valid UTF-8"));
    }
    let message = format!(
        "Invalid property: '{}' has different values within one group: add it to groupBy, or use an \
         aggregate such as Max",
        arguments.text(4)?
    );
    let code = crate::service_error::code::UNKNOWN_COLUMN;
    Err(Failure::Invalid { code, message })
}
