//! Syntax of the names of tables, columns and aliases.

use crate::service_error::{ServiceError, code};
use crate::text::shorten;

const MAX_CHARS: usize = 64;

/// Names in paths of operations of the service, at the place of a table. No request could address a
/// table of such a name.
pub(crate) const RESERVED_TABLES: &[&str] = &[
    "bulk",
    "bulkupsert",
    "count",
    "data-grouping",
    "deep-save",
    "find",
    "permissions",
    "pk",
    "properties",
    "table-name",
    "upsert",
];

/// Whether a name may begin with this character.
pub(crate) fn starts_name(c: char) -> bool {
    continues_name(c) && !c.is_ascii_digit()
}

/// Whether a name may contain this character: an ASCII letter or digit, `_`, or a non-ASCII character
/// other than white space and control characters.
pub(crate) fn continues_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    !c.is_control() && !c.is_whitespace()
}

pub(crate) fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(starts_name)
        && name.chars().all(continues_name)
        && name.chars().nth(MAX_CHARS).is_none()
}

/// Rejects a name that a new table or column cannot have. `what` is "table" or "column".
pub(crate) fn check(what: &str, name: &str) -> Result<(), ServiceError> {
    if what == "table" && RESERVED_TABLES.contains(&name) {
        let problem = "it is reserved for operations of the service";
        return Err(ServiceError::new(
            code::INVALID_PARAMETER,
            format!("'{name}' cannot be the name of a {what}: {problem}"),
        ));
    }
    if is_name(name) {
        return Ok(());
    }
    Err(ServiceError::new(
        code::INVALID_PARAMETER,
        format!(
            "'{}' cannot be the name of a {what}: a name has 1 to {MAX_CHARS} letters, digits and \
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
    fn text_with_sql_syntax_is_not_a_name() {
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
