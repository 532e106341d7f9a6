//! Paths that a caller writes: a path template, whose placeholders are filled with encoded values.
//!
//! A path is checked as strictly as a value of a typed operation: what a URL parser or a server reads as another path is
//! rejected. No description of a problem contains the path, which may contain a secret until it is checked.

use std::borrow::Cow;

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::prepared::path::{RESERVED, find_problem, push_segments};

/// A path template with its values.
pub(super) struct Filled {
    /// The encoded path, which starts with a slash.
    pub(super) path: Zeroizing<String>,
    /// The decoded segments after the first slash.
    pub(super) segments: Vec<String>,
}

/// Segment of a template.
#[derive(Debug, PartialEq)]
enum Segment<'t> {
    Literal(&'t str),
    /// `{name}`, or `{name*}` for a value with slashes.
    Placeholder {
        text: &'t str,
        multi_segment: bool,
    },
}

const REMEDY: &str = "write the path after the app path, as in `/data/Person`";

/// Maximum length of a template in bytes. Errors and spans contain it; values have no limit of their own.
const MAX_LENGTH: usize = 2_048;

/// Checks the length of a template. The error is a description of the problem.
pub(super) fn check_length(template: &str) -> Result<(), String> {
    if template.len() <= MAX_LENGTH {
        return Ok(());
    }
    Err(format!(
        "the path is longer than {MAX_LENGTH} bytes: set long values with `segment`"
    ))
}

/// Returns the texts that the caller wrote in the segments of a template: names of placeholders, and the others decoded.
pub(super) fn texts(template: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let segments = template.split('/').filter(|segment| !segment.is_empty());
    segments.map(|segment| {
        let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        match name {
            Some(name) => Cow::Borrowed(name.strip_suffix('*').unwrap_or(name)),
            None => percent_decode_str(segment).decode_utf8_lossy(),
        }
    })
}

/// Fills the placeholders of `template` with `values`, in order. The error is a description of the problem, with the names of
/// the placeholders if `is_shown`.
pub(super) fn fill(template: &str, values: &[String], is_shown: bool) -> Result<Filled, String> {
    let Some(rest) = template.strip_prefix('/') else {
        return Err(match template {
            "" => format!("the path is empty: {REMEDY}"),
            _ => format!("the path does not start with a slash: {REMEDY}"),
        });
    };
    let mut filled = Filled {
        path: Zeroizing::new(String::with_capacity(template.len())),
        segments: Vec::new(),
    };
    let mut given = values.iter();
    let mut placeholders = 0;
    let last = rest.split('/').count() - 1;
    for (index, segment) in rest.split('/').enumerate() {
        filled.path.push('/');
        // The slash at the end is a part of some paths.
        if segment.is_empty() && index == last {
            filled.segments.push(String::new());
            continue;
        }
        match parse(segment)? {
            Segment::Literal(text) => filled.push_literal(text)?,
            Segment::Placeholder {
                text,
                multi_segment,
            } => {
                placeholders += 1;
                if let Some(value) = given.next() {
                    let name = is_shown.then_some(text);
                    filled.push_value(name, value, multi_segment)?;
                }
            }
        }
    }
    match placeholders == values.len() {
        true => Ok(filled),
        false => Err(format!(
            "the path has {placeholders} placeholders, and {} values are set with `segment`",
            values.len()
        )),
    }
}

impl Filled {
    fn push_literal(&mut self, text: &str) -> Result<(), String> {
        let decoded = percent_decode_str(text).decode_utf8();
        let decoded = decoded.map_err(|_| "the path contains an escape that is not UTF-8")?;
        if let Some(problem) = find_problem(&decoded, false) {
            return Err(format!("a segment of the path {problem}"));
        }
        self.path.push_str(text);
        self.segments.push(decoded.into_owned());
        Ok(())
    }

    fn push_value(
        &mut self,
        name: Option<&str>,
        value: &str,
        multi_segment: bool,
    ) -> Result<(), String> {
        if let Some(problem) = find_problem(value, multi_segment) {
            let name = name.map_or("a placeholder".into(), |name| format!("`{name}`"));
            return Err(format!("the value of {name} in the path {problem}"));
        }
        if multi_segment {
            push_segments(&mut self.path, value);
            self.segments.extend(value.split('/').map(str::to_owned));
        } else {
            self.path.extend(utf8_percent_encode(value, RESERVED));
            self.segments.push(value.to_owned());
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
    match find_problem_of_literal(segment) {
        None => Ok(Segment::Literal(segment)),
        Some(problem) => Err(format!("the path contains {problem}")),
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
        fill(template, &values, true)
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
        let written: Vec<_> = texts("/a%2fb/{x}/{y*}/").collect();
        assert_eq!(written, ["a/b", "x", "y"]);
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
            "the path has 2 placeholders, and 1 values are set with `segment`"
        );
        assert_eq!(
            problem("/data", &["Person"]),
            "the path has 0 placeholders, and 1 values are set with `segment`"
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
