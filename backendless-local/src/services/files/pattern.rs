//! Patterns of names, in which `*` matches any text and `?` one character.

/// A pattern. A name is matched in time proportional to the product of both lengths.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Pattern {
        Pattern(text.chars().collect())
    }

    /// Whether the pattern matches the whole name.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut expected) = (0, 0);
        // The last `*`, and the position in the name up to which it matches.
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() {
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
    use super::Pattern;

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
            assert!(Pattern::new(pattern).matches(name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("", "a"),
            ("?", ""),
            ("*.txt", "a.txt.png"),
            ("*.TXT", "a.txt"),
            ("a?.txt", "a.txt"),
            ("a*b*c", "abbbcbcd"),
        ] {
            assert!(!Pattern::new(pattern).matches(name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_wildcards_are_matched_in_little_time() {
        let pattern = Pattern::new(&"*a".repeat(200));
        assert!(!pattern.matches(&"a".repeat(199)));
        assert!(pattern.matches(&"a".repeat(2_000)));
    }
}
