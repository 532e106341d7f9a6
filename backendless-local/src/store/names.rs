//! Which names a table, a column or an alias may have. It never looks whether one exists.

use crate::http::reply::{Failure, code, shorten};

const LONGEST: usize = 64;

/// Whether a name may begin with this character.
pub(crate) fn starts_name(c: char) -> bool {
    continues_name(c) && !c.is_ascii_digit()
}

/// Whether a name may have this character: a letter, digit or mark of any script, or `_`; no
/// quotes, spaces, ASCII punctuation or control characters.
pub(crate) fn continues_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    !c.is_control() && !c.is_whitespace()
}

pub(crate) fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(starts_name)
        && name.chars().all(continues_name)
        && name.chars().nth(LONGEST).is_none()
}

/// Refuses a name that a new table or column cannot have. `what` is "table" or "column".
pub(crate) fn check(what: &str, name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    Err(Failure::new(
        code::INVALID_PARAMETER,
        format!(
            "'{}' cannot be the name of a {what}: a name has 1 to {LONGEST} letters, digits and \
             underscores and does not begin with a digit",
            shorten(name)
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_of_any_script() {
        for name in ["Person", "_x", "a1", "Größe", "名前", "имя", "हिन्दी"] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn nothing_that_means_something_in_sql_is_a_name() {
        for name in [
            "", "1a", "a b", "a'b", "a\"b", "a`b", "a;b", "a/b", "a-b", "a.b", "a\0b", "a\u{a0}b",
            "a\u{85}b",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[test]
    fn a_name_has_at_most_64_characters() {
        assert!(is_name(&"é".repeat(64)));
        assert!(!is_name(&"é".repeat(65)));
    }
}
