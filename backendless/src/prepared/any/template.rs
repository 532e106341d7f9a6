//! Paths that a caller writes: a path template, whose placeholders are filled with encoded values.
//!
//! A path is checked as strictly as a value of a typed operation: what a URL parser or a server reads as another path is
//! rejected. No description of a problem contains the path, which may contain a secret until it is checked.

use std::borrow::Cow;

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::prepared::path::{RESERVED, find_problem, push_segments};

/// A valid path template.
pub(super) struct Template<'t> {
    segments: Vec<Segment<'t>>,
}

/// A path template with its values.
pub(super) struct Filled {
    /// The encoded path, which starts with a slash.
    pub(super) path: Zeroizing<String>,
    /// The decoded segments after the first slash.
    pub(super) segments: Vec<String>,
    /// The segments with [`NEUTRAL`] in place of each value that must not select an operation.
    pub(super) neutral: Vec<String>,
    /// The same with the values of placeholders with slashes.
    pub(super) neutral_segments: Vec<String>,
}

/// A segment that no documented path contains, since a value cannot contain it.
const NEUTRAL: &str = "\u{1}";

/// Segment of a template.
#[derive(Debug, PartialEq)]
enum Segment<'t> {
    Literal {
        text: &'t str,
        decoded: Cow<'t, str>,
    },
    /// `{name}`, or `{name*}` for a value with slashes.
    Placeholder { text: &'t str, multi_segment: bool },
    /// After the slash at the end, which is a part of some paths.
    End,
}

const REMEDY: &str = "write the path after the app path, as in `/data/Person`";

/// Maximum length of a template in bytes. Errors and spans contain it; values have no limit of their own.
const MAX_LENGTH: usize = 2_048;

impl<'t> Template<'t> {
    /// Parses a path template. The error is a description of the problem.
    pub(super) fn parse(template: &'t str) -> Result<Self, String> {
        if template.len() > MAX_LENGTH {
            return Err(format!(
                "the path is longer than {MAX_LENGTH} bytes: set long values with `segment`"
            ));
        }
        let Some(rest) = template.strip_prefix('/') else {
            return Err(match template {
                "" => format!("the path is empty: {REMEDY}"),
                _ => format!("the path does not start with a slash: {REMEDY}"),
            });
        };
        let last = rest.split('/').count() - 1;
        let segments = rest.split('/').enumerate();
        let segments = segments.map(|(index, segment)| match segment {
            "" if index == last => Ok(Segment::End),
            segment => parse(segment),
        });
        Ok(Self {
            segments: segments.collect::<Result<_, _>>()?,
        })
    }

    /// Returns the texts that the caller wrote: the decoded segments, and the names of placeholders.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal { decoded, .. } => Some(&**decoded),
            Segment::Placeholder { text, .. } => Some(text.trim_matches(['{', '}', '*'])),
            Segment::End => None,
        })
    }

    /// Fills the placeholders with `values`, in order. The error is a description of the problem, with the names of the
    /// placeholders if `is_shown`.
    pub(super) fn fill(&self, values: &[String], is_shown: bool) -> Result<Filled, String> {
        let mut filled = Filled {
            path: Zeroizing::new(String::new()),
            segments: Vec::new(),
            neutral: Vec::new(),
            neutral_segments: Vec::new(),
        };
        let mut given = values.iter();
        let mut placeholders = 0;
        for (index, segment) in self.segments.iter().enumerate() {
            filled.path.push('/');
            match segment {
                Segment::End => filled.push_text(""),
                Segment::Literal { text, decoded } => {
                    filled.path.push_str(text);
                    filled.push_text(decoded);
                }
                Segment::Placeholder {
                    text,
                    multi_segment,
                } => {
                    placeholders += 1;
                    // The value of `/{path*}` is the complete path, which the caller chose.
                    let is_path = *multi_segment && index == 0;
                    if let Some(value) = given.next() {
                        let name = is_shown.then_some(*text);
                        filled.push_value(name, value, *multi_segment, is_path)?;
                    }
                }
            }
        }
        match placeholders == values.len() {
            true => Ok(filled),
            false => Err(format!(
                "the path has {}, and {} set with `segment`",
                counted(placeholders, "placeholder", "placeholders"),
                counted(values.len(), "value is", "values are"),
            )),
        }
    }
}

/// Returns the number with its noun.
fn counted(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {several}"),
    }
}

impl Filled {
    fn push_text(&mut self, segment: &str) {
        self.push(segment, segment, segment);
    }

    fn push(&mut self, segment: &str, neutral: &str, neutral_segment: &str) {
        self.segments.push(segment.to_owned());
        self.neutral.push(neutral.to_owned());
        self.neutral_segments.push(neutral_segment.to_owned());
    }

    fn push_value(
        &mut self,
        name: Option<&str>,
        value: &str,
        multi_segment: bool,
        is_path: bool,
    ) -> Result<(), String> {
        if let Some(problem) = find_problem(value, multi_segment) {
            let name = name.map_or("a placeholder".into(), |name| format!("`{name}`"));
            return Err(format!("the value of {name} in the path {problem}"));
        }
        if !multi_segment {
            self.path.extend(utf8_percent_encode(value, RESERVED));
            self.push(value, NEUTRAL, NEUTRAL);
            return Ok(());
        }
        push_segments(&mut self.path, value);
        for segment in value.split('/') {
            let neutral = if is_path { segment } else { NEUTRAL };
            self.push(segment, neutral, segment);
        }
        Ok(())
    }
}

fn parse(segment: &str) -> Result<Segment<'_>, String> {
    let placeholder = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
    if let Some(name) = placeholder {
        let name = name.strip_suffix('*').unwrap_or(name);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.bytes().all(is_name) {
            return Ok(Segment::Placeholder {
                text: segment,
                multi_segment: segment.ends_with("*}"),
            });
        }
    }
    if let Some(problem) = find_problem_of_literal(segment) {
        return Err(format!("the path contains {problem}"));
    }
    let decoded = percent_decode_str(segment).decode_utf8();
    let decoded = decoded.map_err(|_| "the path contains an escape that is not UTF-8")?;
    match find_problem(&decoded, false) {
        None => Ok(Segment::Literal {
            text: segment,
            decoded,
        }),
        Some(problem) => Err(format!("a segment of the path {problem}")),
    }
}

/// Describes a character that a segment cannot contain (RFC 3986, section 3.3, `pchar`); `None` if there is none.
fn find_problem_of_literal(segment: &str) -> Option<&'static str> {
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte);
    let first = segment.bytes().find(|byte| !is_allowed(*byte));
    match first {
        Some(b'?') => return Some("a `?`: add the parameters of the query with `query`"),
        Some(b'#') => return Some("a `#`, which starts a fragment and is not sent: remove it"),
        Some(b'\\') => return Some("a backslash, which a URL parser reads as a slash"),
        Some(b'{' | b'}') => {
            return Some(
                "a brace: a placeholder is a complete segment, as in `/data/{table}`, and has a name of letters, digits, \
                 `-` and `_`",
            );
        }
        Some(byte) if byte.is_ascii_control() => return Some("a control character"),
        Some(_) => {
            return Some(
                "a character that is not allowed there: write a placeholder, as in `/data/{table}`, and set its value \
                 with `segment`, which encodes it",
            );
        }
        None => {}
    }
    let mut escapes = segment.split('%').skip(1);
    let is_escape = |text: &str| {
        let digits = text.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    escapes
        .any(|text| !is_escape(text))
        .then_some("a `%` that is not followed by two hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(template: &str, values: &[&str]) -> String {
        filled(template, values).unwrap().path.to_string()
    }

    fn filled(template: &str, values: &[&str]) -> Result<Filled, String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        Template::parse(template)?.fill(&values, true)
    }

    #[test]
    fn values_are_encoded_and_the_rest_is_sent_as_given() {
        assert_eq!(path("/data/Person", &[]), "/data/Person");
        assert_eq!(path("/a%20b/c:d@e,f;g=h", &[]), "/a%20b/c:d@e,f;g=h");
        assert_eq!(path("/", &[]), "/");
        assert_eq!(path("/files/", &[]), "/files/");
        assert_eq!(
            path("/data/{table}/{}", &["ü b", "a/b?#%2e"]),
            "/data/%C3%BC%20b/a%2Fb%3F%23%252e"
        );
        assert_eq!(
            path("/files/{path*}/", &["my dir/a+b"]),
            "/files/my%20dir/a%2Bb/"
        );
    }

    #[test]
    fn segments_are_decoded() {
        let filled = filled("/a%2fb/{x}/{y*}", &["c d", "e/f"]).unwrap();
        assert_eq!(filled.segments, ["a/b", "c d", "e", "f"]);
        assert_eq!(filled.neutral, ["a/b", "\u{1}", "\u{1}", "\u{1}"]);
        let template = Template::parse("/a%2fb/{x}/{y*}/").unwrap();
        assert_eq!(template.texts().collect::<Vec<_>>(), ["a/b", "x", "y"]);
        let path = self::filled("/{path*}", &["a/b"]).unwrap();
        assert_eq!(path.neutral, ["a", "b"]);
    }

    #[test]
    fn a_path_that_leaves_the_app_path_is_rejected() {
        for template in [
            "",
            "data",
            "https://example.com/data",
            "//example.com",
            "/a//b",
            "/..",
            "/a/../b",
            "/a/..",
            "/.",
            "/a/./b",
            "/%2e%2e/b",
            "/a/%2E",
            "/.%2e",
            "/%2E./",
            "/a\\b",
            "/a%5cb",
            "/\\\\host",
            "/a?b",
            "/a#b",
            "/a\nb",
            "/a%0ab",
            "/a%00",
            "/a\u{7f}",
            "/a b",
            "/ä",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%ff",
            "\\a",
            " /a",
            "/a/\t",
            "/{",
            "/a{b}",
            "/{a}b",
            "/{a b}",
            "/{a}}",
            "/%C2%85",
        ] {
            assert!(filled(template, &[]).is_err(), "{template:?}");
        }
        for value in ["", ".", "..", "a\\b", "a\nb", "\u{7f}"] {
            let problem = filled("/data/{table}", &[value]).err().unwrap();
            assert!(
                problem.starts_with("the value of `{table}` in the path "),
                "{problem}"
            );
        }
        for value in ["", "/", "/a", "a/", "a//b", "../a", "a/..", "a/./b"] {
            assert!(filled("/files/{path*}", &[value]).is_err(), "{value:?}");
        }
    }

    #[test]
    fn each_placeholder_has_one_value() {
        let problem = |template, values: &[&str]| filled(template, values).err().unwrap();
        assert_eq!(
            problem("/data/{table}/{id}", &["Person"]),
            "the path has 2 placeholders, and 1 value is set with `segment`"
        );
        assert_eq!(
            problem("/data/{table}", &[]),
            "the path has 1 placeholder, and 0 values are set with `segment`"
        );
        assert_eq!(
            problem("/data", &["Person"]),
            "the path has 0 placeholders, and 1 value is set with `segment`"
        );
    }

    #[test]
    fn no_problem_repeats_the_path() {
        for template in [
            "SECRET",
            "/SECRET?",
            "/SECRET\\",
            "/SECRET/..",
            "/SECRET%",
            "/{SECRET SECRET}",
        ] {
            let problem = filled(template, &[]).err().unwrap();
            assert!(!problem.contains("SECRET"), "{problem}");
        }
    }
}
