//! The `LIKE` of where clauses: `%` matches any text, `_` any one character, there is no escape
//! character, and case is ignored in every script. SQLite's own ignores case for ASCII only, stops
//! at a NUL and takes exponential time for some patterns.
//!
//! The pattern is split at its `%`. Each segment is searched once, from the end of the one before
//! it, so the time is linear in the value for every segment without `_`. A segment with `_` takes
//! one machine instruction per value character and 64 pattern characters.

use std::collections::HashMap;

/// Name of the SQL function `local_like(value, pattern)`. It returns null if either is null.
pub(crate) const LIKE: &str = "local_like";

/// Number of steps between two checks of the limit.
const STEPS_PER_CHECK: usize = 64 * 1024;

/// Counts steps and asks from time to time whether to go on.
pub(super) struct Steps<'a> {
    pub(super) is_exceeded: &'a dyn Fn() -> bool,
    count: usize,
}

/// The limit was exceeded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Exceeded;

impl<'a> Steps<'a> {
    pub(super) fn new(is_exceeded: &'a dyn Fn() -> bool) -> Steps<'a> {
        Steps {
            is_exceeded,
            count: 0,
        }
    }

    fn add(&mut self, steps: usize) -> Result<(), Exceeded> {
        let checks = self.count / STEPS_PER_CHECK;
        self.count += steps;
        if self.count / STEPS_PER_CHECK > checks && (self.is_exceeded)() {
            return Err(Exceeded);
        }
        Ok(())
    }
}

/// Whether the value matches the pattern, both without regard to case.
pub(super) fn matches(value: &str, pattern: &str, steps: &mut Steps<'_>) -> Result<bool, Exceeded> {
    steps.add(value.len() + pattern.len())?;
    let fold = |text: &str| -> String { text.chars().flat_map(char::to_lowercase).collect() };
    let (value, pattern) = (fold(value), fold(pattern));
    let mut segments: Vec<&str> = pattern.split('%').collect();
    let Some(last) = segments.pop() else {
        return Ok(value.is_empty());
    };
    if segments.is_empty() {
        return Ok(prefix(&value, last) == Some(value.len()));
    }
    let first = segments.remove(0);
    let Some(start) = prefix(&value, first) else {
        return Ok(false);
    };
    let Some(end) = suffix(&value, last).filter(|end| *end >= start) else {
        return Ok(false);
    };
    let mut rest = &value[start..end];
    for segment in segments.into_iter().filter(|segment| !segment.is_empty()) {
        match find(rest, segment, steps)? {
            Some(end) => rest = &rest[end..],
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Returns the end of the segment if the value begins with it.
fn prefix(value: &str, segment: &str) -> Option<usize> {
    let mut characters = value.chars();
    for expected in segment.chars() {
        let found = characters.next()?;
        if expected != '_' && expected != found {
            return None;
        }
    }
    Some(value.len() - characters.as_str().len())
}

/// Returns the start of the segment if the value ends with it.
fn suffix(value: &str, segment: &str) -> Option<usize> {
    let mut characters = value.chars();
    for expected in segment.chars().rev() {
        let found = characters.next_back()?;
        if expected != '_' && expected != found {
            return None;
        }
    }
    Some(characters.as_str().len())
}

/// Returns the end of the first occurrence of the segment.
fn find(value: &str, segment: &str, steps: &mut Steps<'_>) -> Result<Option<usize>, Exceeded> {
    if segment.contains('_') {
        return find_with_wildcards(value, segment, steps);
    }
    let found = value.find(segment);
    // The standard library's search is linear.
    steps.add(found.unwrap_or(value.len()) + segment.len())?;
    Ok(found.map(|start| start + segment.len()))
}

/// Finds a segment with `_` by the bit-parallel "shift-and" algorithm: bit `i` of the state shows
/// whether the last `i + 1` characters match the first `i + 1` of the segment.
fn find_with_wildcards(
    value: &str,
    segment: &str,
    steps: &mut Steps<'_>,
) -> Result<Option<usize>, Exceeded> {
    let length = segment.chars().count();
    let blocks = length.div_ceil(64);
    let mut any = vec![0_u64; blocks];
    let mut masks: HashMap<char, Vec<u64>> = HashMap::new();
    for (at, expected) in segment.chars().enumerate() {
        let bit = 1 << (at % 64);
        if expected == '_' {
            any[at / 64] |= bit;
        } else {
            let mask = masks.entry(expected).or_insert_with(|| vec![0; blocks]);
            mask[at / 64] |= bit;
        }
    }
    let last = 1_u64 << ((length - 1) % 64);
    let mut state = vec![0_u64; blocks];
    for (at, found) in value.char_indices() {
        steps.add(blocks)?;
        let mask = masks.get(&found);
        let mut carry = 1;
        for (block, bits) in state.iter_mut().enumerate() {
            let shifted = *bits << 1 | carry;
            carry = *bits >> 63;
            *bits = shifted & (any[block] | mask.map_or(0, |mask| mask[block]));
        }
        if state[blocks - 1] & last != 0 {
            return Ok(Some(at + found.len_utf8()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(value: &str, pattern: &str) -> bool {
        matches(value, pattern, &mut Steps::new(&|| false)).unwrap()
    }

    #[test]
    fn percent_matches_any_text_and_underscore_any_character() {
        for (value, pattern) in [
            ("Bob", "Bob"),
            ("Bob", "B%"),
            ("Bob", "%b"),
            ("Bob", "%o%"),
            ("Bob", "B_b"),
            ("Bob", "%"),
            ("Bob", "%%"),
            ("Bob", "%_%_%_%"),
            ("Bob", "_%_"),
            ("", "%"),
            ("", ""),
            ("abcabd", "%abd"),
            ("aXbXc", "a%b%c"),
            ("aab", "%a_%"),
            ("ababac", "%a_a_%"),
            ("äöü", "%_ü"),
            ("a\0b", "a_b"),
            ("x%y", "x%y"),
        ] {
            assert!(like(value, pattern), "{value:?} {pattern:?}");
        }
        for (value, pattern) in [
            ("Bob", "b"),
            ("Bob", "Bob_"),
            ("Bob", "Bob%b"),
            ("Bob", "%_%_%_%_%"),
            ("", "_"),
            ("Bob", ""),
            ("abc", "%d"),
            ("abab", "%a_a_a%"),
            ("aba", "ab%ba"),
            ("a\0b", "a"),
        ] {
            assert!(!like(value, pattern), "{value:?} {pattern:?}");
        }
    }

    #[test]
    fn case_is_ignored_in_every_script() {
        assert!(like("BOB", "bob"));
        assert!(like("ÄRGER", "ärg%"));
        assert!(like("ИВАН", "%в_н"));
    }

    /// The definition of `LIKE`, in exponential time.
    fn defined(value: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => value.is_empty(),
            Some(('%', rest)) => (0..=value.len()).any(|skip| defined(&value[skip..], rest)),
            Some((expected, rest)) => value.split_first().is_some_and(|(found, after)| {
                (*expected == '_' || expected == found) && defined(after, rest)
            }),
        }
    }

    #[test]
    fn every_short_value_and_pattern_agree_with_the_definition() {
        let texts = |alphabet: &'static [char], length: u32| {
            let count = alphabet.len();
            (0..=length).flat_map(move |length| {
                (0..count.pow(length)).map(move |n| {
                    let digit = |at| alphabet[n / count.pow(at) % count];
                    (0..length).map(digit).collect::<Vec<char>>()
                })
            })
        };
        for pattern in texts(&['a', 'b', '_', '%'], 5) {
            let text: String = pattern.iter().collect();
            for value in texts(&['a', 'b'], 5) {
                let found = like(&value.iter().collect::<String>(), &text);
                assert_eq!(found, defined(&value, &pattern), "{value:?} {text}");
            }
        }
    }

    #[test]
    fn number_of_steps_is_linear_in_value_and_pattern() {
        let value = "a".repeat(100_000);
        for pattern in [
            format!("%{}b%", "a".repeat(2_000)),
            format!("{}b", "%a".repeat(2_000)),
            format!("%b{}%", "a".repeat(2_000)),
            format!("%{}b%", "ab".repeat(1_000)),
            "%".repeat(2_000) + "b",
        ] {
            let mut steps = Steps::new(&|| false);
            assert_eq!(matches(&value, &pattern, &mut steps), Ok(false));
            assert!(steps.count < 4 * (value.len() + pattern.len()), "{pattern}");
        }
        let mut steps = Steps::new(&|| false);
        let pattern = format!("%{}b%", "a_".repeat(1_000));
        assert_eq!(matches(&value, &pattern, &mut steps), Ok(false));
        assert!(steps.count <= value.len() * 40, "{}", steps.count);
    }

    #[test]
    fn long_work_ends_at_the_limit() {
        let value = "a".repeat(100_000);
        for pattern in ["%b%".to_owned(), format!("%{}b%", "a_".repeat(100))] {
            let result = matches(&value, &pattern, &mut Steps::new(&|| true));
            assert_eq!(result, Err(Exceeded), "{pattern}");
        }
    }
}
