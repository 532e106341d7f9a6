//! Patterns of names, in which `*` matches any text and `?` one character.

/// Maximum number of compared characters of all names of a request. A comparison takes at most the product of the lengths
/// of the pattern and the name.
pub(super) const MAX_STEPS: usize = 20_000_000;

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Pattern {
        Pattern(text.chars().collect())
    }

    /// Whether the pattern matches the whole name. Adds the number of compared characters to `steps`; no name matches once
    /// there are more than [`MAX_STEPS`].
    pub(super) fn matches(&self, name: &str, steps: &mut usize) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut expected) = (0, 0);
        // The last `*`, and the position in the name up to which it matches.
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() {
            *steps += 1;
            if *steps > MAX_STEPS {
                return false;
            }
            match self.0.get(expected) {
                Some('*') => {
                    star = Some((expected, at));
                    expected += 1;
                }
                Some(c) if *c == '?' || *c == name[at] => {
                    at += 1;
                    expected += 1;
                }
                _ => {
                    let Some((position, end)) = star else {
                        return false;
                    };
                    star = Some((position, end + 1));
                    expected = position + 1;
                    at = end + 1;
                }
            }
        }
        self.0[expected..].iter().all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_STEPS, Pattern};

    fn matches(pattern: &str, name: &str) -> bool {
        let mut steps = 0;
        let matches = Pattern::new(pattern).matches(name, &mut steps);
        assert!(steps <= MAX_STEPS, "{pattern} {name}");
        matches
    }

    #[test]
    fn wildcards_match_text_and_single_characters() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "a.txt"),
            ("*.txt", "a.txt"),
            ("a?.txt", "aü.txt"),
            ("*a*b*", "xxaxxbxx"),
            ("**", "a"),
            ("a*b*c", "abbbcbc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("*.txt", "a.txt.png"),
            ("*.TXT", "a.txt"),
            ("a?.txt", "a.txt"),
            ("a*b*c", "abbbcbcd"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_wildcards_are_matched_in_little_time() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &"a".repeat(199)));
        assert!(matches(&pattern, &"a".repeat(2_000)));
    }

    #[test]
    fn steps_are_counted_over_all_names_and_limited() {
        let pattern = Pattern::new(&format!("*{}b", "a".repeat(2_000)));
        let (name, mut steps) = ("a".repeat(4_000), 0);
        for _ in 0..100 {
            assert!(!pattern.matches(&name, &mut steps));
        }
        assert!((MAX_STEPS..MAX_STEPS + 100).contains(&steps), "{steps}");
    }
}
