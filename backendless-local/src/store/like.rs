//! The `LIKE` of where clauses: `%` matches any text, `_` any one character, there is no escape
//! character, and case is ignored in every script. SQLite's own ignores case for ASCII only, stops
//! at a NUL and takes exponential time for some patterns.

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// Name of the SQL function `local_like(value, pattern)`. It returns null if either is null.
pub(crate) const LIKE: &str = "local_like";

pub(super) fn install(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(LIKE, 2, flags, |context| {
        match (context.get_raw(0), context.get_raw(1)) {
            (ValueRef::Null, _) | (_, ValueRef::Null) => Ok(None),
            (value, pattern) => Ok(Some(matches(text(value)?, text(pattern)?))),
        }
    })
}

fn text(value: ValueRef<'_>) -> Result<&str> {
    value
        .as_str()
        .map_err(|error| Error::UserFunctionError(error.into()))
}

fn matches(value: &str, pattern: &str) -> bool {
    let value: Vec<char> = value.chars().flat_map(char::to_lowercase).collect();
    let pattern: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
    let (mut v, mut p) = (0, 0);
    // Where to resume after a mismatch: after the last `%`, one character further in the value each
    // time. Earlier `%`s need no retry, so the time is at most the product of the lengths.
    let mut retry: Option<(usize, usize)> = None;
    while v < value.len() {
        match pattern.get(p) {
            Some('%') => {
                p += 1;
                retry = Some((p, v));
            }
            Some(&c) if c == '_' || c == value[v] => {
                p += 1;
                v += 1;
            }
            _ => match retry {
                None => return false,
                Some((after, from)) => {
                    p = after;
                    v = from + 1;
                    retry = Some((after, v));
                }
            },
        }
    }
    pattern[p..].iter().all(|&c| c == '%')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn percent_matches_any_text_and_underscore_any_character() {
        for (value, pattern) in [
            ("Bob", "Bob"),
            ("Bob", "B%"),
            ("Bob", "%b"),
            ("Bob", "%o%"),
            ("Bob", "B_b"),
            ("Bob", "%"),
            ("", "%"),
            ("", ""),
            ("abcabd", "%abd"),
            ("aXbXc", "a%b%c"),
            ("a\0b", "a_b"),
            ("x%y", "x%y"),
        ] {
            assert!(matches(value, pattern), "{value:?} {pattern:?}");
        }
        for (value, pattern) in [
            ("Bob", "b"),
            ("Bob", "Bob_"),
            ("", "_"),
            ("Bob", ""),
            ("abc", "%d"),
            ("a\0b", "a"),
        ] {
            assert!(!matches(value, pattern), "{value:?} {pattern:?}");
        }
    }

    #[test]
    fn case_is_ignored_in_every_script() {
        assert!(matches("BOB", "bob"));
        assert!(matches("ÄRGER", "ärg%"));
        assert!(matches("ИВАН", "иван"));
    }

    #[test]
    fn many_wildcards_take_polynomial_time() {
        assert!(!matches(
            &"a".repeat(3_000),
            &format!("{}b", "%a".repeat(300))
        ));
    }
}
