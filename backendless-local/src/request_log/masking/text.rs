//! Secrets in text that is not JSON: `password=x`, `password: 'x'`, `"password\":\"x`, a where clause, and addresses with a
//! token.

use std::ops::Range;

use super::names::is_sensitive;
use crate::token_paths::BEFORE_TOKEN;

/// Operators between a name and a value that are words, in lower case.
const WORD_OPERATORS: [&str; 5] = ["between", "in", "like", "not in", "not like"];

/// A secret in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    /// Whether it has quotes, so that it is certainly a value and not a word of a sentence.
    pub(super) is_quoted: bool,
}

/// Returns the secrets of a text, which may be incomplete, in ascending order.
pub(super) fn secrets(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at = skip(bytes, start, is_name);
        if at == start {
            at += 1;
            continue;
        }
        let name = &text[start..at];
        let is_marker = BEFORE_TOKEN
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other));
        let values = match is_marker {
            true => token_behind(bytes, at).into_iter().collect(),
            false if is_sensitive(name) => values_behind(text, at),
            false => Vec::new(),
        };
        for value in values {
            at = value.range.end;
            found.push(value);
        }
    }
    found.retain(|found| !found.range.is_empty() && &text[found.range.clone()] != "null");
    found
}

/// Returns the secrets of a clause, in ascending order: if it has a sensitive name, all of its constants, as a constant can be
/// before the name, or an argument of a function.
pub(super) fn secrets_of_clause(clause: &str) -> Vec<Found> {
    let bytes = clause.as_bytes();
    let (mut constants, mut has_name, mut at) = (Vec::new(), false, 0);
    while at < bytes.len() {
        let start = at;
        match bytes[start] {
            quote @ (b'\'' | b'"' | b'`') => {
                let end = end_of_constant(bytes, start, quote);
                let text = &clause[start + 1..end];
                // Names, and paths of elements.
                has_name |= (quote != b'\'' || text.starts_with('$')) && is_sensitive(text);
                constants.push(Found {
                    range: start + 1..end,
                    is_quoted: true,
                });
                at = end + 1;
            }
            byte if is_word(byte) => {
                at = skip(bytes, start, is_word);
                match byte.is_ascii_digit() {
                    true => constants.push(Found {
                        range: start..at,
                        is_quoted: false,
                    }),
                    false => has_name |= is_sensitive(&clause[start..at]),
                }
            }
            _ => at += 1,
        }
    }
    constants.retain(|constant| has_name && !constant.range.is_empty());
    constants
}

/// Returns the index of the closing quote, or the length of an incomplete clause. Only a doubled quote is not the end.
fn end_of_constant(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] == quote {
            true if bytes.get(at + 1) == Some(&quote) => at += 2,
            true => return at,
            false => at += 1,
        }
    }
    bytes.len()
}

/// Whether a name or a number in a clause has this byte.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Returns the segment of an address.
fn token_behind(bytes: &[u8], at: usize) -> Option<Found> {
    let start = skip(bytes, at, |byte| byte == b'/' || byte == b'\\');
    let end = skip(bytes, start, |byte| {
        !is_delimiter(byte) && byte != b'/' && byte != b'?'
    });
    (start > at).then_some(Found {
        range: start..end,
        is_quoted: true,
    })
}

/// Returns the values that an operator compares with the name that ends at `at`, or assigns to it.
fn values_behind(text: &str, at: usize) -> Vec<Found> {
    let bytes = text.as_bytes();
    // The end of the name, which may be quoted and escaped.
    let at = skip(bytes, at, |byte| {
        matches!(byte, b'\\' | b'"' | b'\'' | b'`' | b']')
    });
    let at = skip(bytes, at, |byte| byte.is_ascii_whitespace());
    let symbol = skip(bytes, at, |byte| {
        matches!(byte, b'=' | b':' | b'<' | b'>' | b'!')
    });
    let word = WORD_OPERATORS.iter().find(|operator| {
        let end = at + operator.len();
        let is_operator = bytes
            .get(at..end)
            .is_some_and(|word| word.eq_ignore_ascii_case(operator.as_bytes()));
        is_operator && !bytes.get(end).copied().is_some_and(is_name)
    });
    let start = match word {
        Some(operator) => at + operator.len(),
        None if symbol > at => symbol,
        None => return Vec::new(),
    };
    let first = value(bytes, start);
    let after = after_and(bytes, first.range.end).filter(|_| word == Some(&"between"));
    let second = after.map(|at| value(bytes, at));
    [first].into_iter().chain(second).collect()
}

/// Returns the index after the word `and` that follows a value.
fn after_and(bytes: &[u8], at: usize) -> Option<usize> {
    let at = skip(bytes, at, |byte| {
        byte.is_ascii_whitespace() || matches!(byte, b'\'' | b'"' | b'\\')
    });
    let word = bytes.get(at..at + 3)?;
    word.eq_ignore_ascii_case(b"and").then_some(at + 3)
}

/// Returns the value that begins after `at`: between quotes, to the end of a list or an object, or a word.
fn value(bytes: &[u8], at: usize) -> Found {
    let start = skip(bytes, at, |byte| byte.is_ascii_whitespace());
    let quote = skip(bytes, start, |byte| byte == b'\\');
    match bytes.get(quote) {
        Some(b'"' | b'\'' | b'`') => Found {
            range: quote + 1..end_of_quoted(bytes, start, quote),
            is_quoted: true,
        },
        Some(b'(' | b'[' | b'{') => Found {
            range: start..end_of_list(bytes, quote),
            is_quoted: false,
        },
        _ => Found {
            range: start..end_of_word(bytes, start),
            is_quoted: false,
        },
    }
}

/// Returns the index of the closing quote, which has as many backslashes as the opening one. A quote that is doubled, as in
/// SQL, is not the end.
fn end_of_quoted(bytes: &[u8], start: usize, quote: usize) -> usize {
    let depth = quote - start;
    let mut at = quote + 1;
    while at < bytes.len() {
        let end = skip(bytes, at, |byte| byte == b'\\');
        if bytes.get(end) != Some(&bytes[quote]) {
            at = end + 1;
            continue;
        }
        let is_doubled = bytes[quote] == b'\'' && bytes.get(end + 1) == Some(&b'\'');
        if end - at <= depth && !is_doubled {
            return at;
        }
        at = end + if is_doubled { 2 } else { 1 };
    }
    bytes.len()
}

/// Returns the index after a list or an object.
fn end_of_list(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\'' => at = end_of_quoted(bytes, at, at),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at.min(bytes.len())
}

/// Returns the index after a word; of `Bearer x`, after `x`.
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let end = skip(bytes, start, |byte| !is_delimiter(byte));
    let is_scheme = ["bearer", "basic", "digest"]
        .iter()
        .any(|scheme| bytes[start..end].eq_ignore_ascii_case(scheme.as_bytes()));
    let next = skip(bytes, end, |byte| byte == b' ');
    match is_scheme {
        true => skip(bytes, next, |byte| !is_delimiter(byte)),
        false => end,
    }
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b",&;\"'`<>()[]{}\\".contains(&byte)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) || !byte.is_ascii()
}

fn skip(bytes: &[u8], start: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| is_part(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::{secrets, secrets_of_clause};

    #[test]
    fn values_behind_sensitive_names_are_secrets() {
        for (text, expected) in [
            ("login=a&password=s3&x=1", vec!["s3"]),
            ("foo=1;password=s3", vec!["s3"]),
            ("{'login':'a','password':'s3','x':1}", vec!["s3"]),
            (r#"{"password":"s\"3","x":1}"#, vec![r#"s\"3"#]),
            (r#"{\"password\":\"s3\",\"x\":1}"#, vec!["s3"]),
            (r#"{\\\"password\\\":\\\"s3\\\",\\\"x\\\":1}"#, vec!["s3"]),
            ("password = 's''3' and age > 5", vec!["s''3"]),
            ("age > 5 and user.password<>'s3'", vec!["s3"]),
            (
                "password LIKE 's3%' or pin in ('a)b', 's3')",
                vec!["s3%", "('a)b', 's3')"],
            ),
            ("pin not in (1, 2) and x = 1", vec!["(1, 2)"]),
            (
                "password between 's3' and 's4' and age = 1",
                vec!["s3", "s4"],
            ),
            ("token: [1, [2]], x", vec!["[1, [2]]"]),
            ("Authorization: Bearer s3, x", vec!["Bearer s3"]),
            ("http://h/a?access_token=s3#x", vec!["s3#x"]),
            ("http://h/api/users/emailconfirmation/s3?x=1", vec!["s3"]),
            ("/users/isValidUserToken//s3/x", vec!["s3"]),
            ("password='s3", vec!["s3"]),
            ("password='s3\\", vec!["s3\\"]),
            ("password in ('s3", vec!["('s3"]),
            ("password=", vec![]),
            ("password is null and password=null", vec![]),
            ("the password and the token", vec![]),
            ("shipping=1&author=x", vec![]),
            ("isvalidusertoken", vec![]),
            ("Paßwort=ü password=ü", vec!["ü"]),
        ] {
            let found: Vec<&str> = secrets(text)
                .into_iter()
                .map(|found| &text[found.range])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn constants_of_a_clause_with_a_sensitive_name_are_secrets() {
        for (clause, expected) in [
            ("pin = 'pa55'", vec!["pa55"]),
            ("'9876' = pin", vec!["9876"]),
            ("1234=pin", vec!["1234"]),
            ("upper(pass) = 'PA55'", vec!["PA55"]),
            ("concat(pass,'') = 'PA55'", vec!["PA55"]),
            ("(pass) = ('PA55')", vec!["PA55"]),
            ("trim(pass) in ('PA55', 'x')", vec!["PA55", "x"]),
            ("pin+0 = 9876 and age>5", vec!["0", "9876", "5"]),
            ("pin-1234 = -0.5", vec!["1234", "0", "5"]),
            ("secret->'$.k' = 'PA55'", vec!["$.k", "PA55"]),
            ("'PA55' = home->'$.password'", vec!["PA55", "$.password"]),
            ("user.pin after 'PA55'", vec!["PA55"]),
            ("pin at or before 'PA55'", vec!["PA55"]),
            ("\"pass\" = 's''3'", vec!["pass", "s''3"]),
            ("`pass` = 0x1F", vec!["pass", "0x1F"]),
            // Not an escape.
            ("name = 'a\\' or pin = 'PA55'", vec!["a\\", "PA55"]),
            ("pin = 'PA55", vec!["PA55"]),
            ("pin = 'é''", vec!["é''"]),
            ("name = 'my pin' and age > 18", vec![]),
            ("shipping = 'x' and total between 1 and 2", vec![]),
            ("", vec![]),
        ] {
            let found: Vec<&str> = secrets_of_clause(clause)
                .into_iter()
                .map(|found| &clause[found.range])
                .collect();
            assert_eq!(found, expected, "{clause}");
        }
    }

    /// Each part of a text is a text that a client may send.
    #[test]
    fn any_text_is_searched() {
        let text = r#"ü{"password":"a\\\"b'''", 'pin' in (['"', {)]} `token` between "x" and \\'y' Bearer emailconfirmation/\/"#;
        let at: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for (index, start) in at.iter().enumerate() {
            for end in &at[index..] {
                let part = &text[*start..*end];
                for found in secrets(part).into_iter().chain(secrets_of_clause(part)) {
                    assert!(part.get(found.range).is_some(), "{part}");
                }
            }
        }
    }
}
