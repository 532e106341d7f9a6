//! Values in paths: checked and encoded, so that a path is never that of another operation.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Error;
use crate::operation::{Operation, PathParameter};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `value` as one segment of a path.
pub(crate) fn encode_segment(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// `value` as it stands in the path of `operation`, in the place of `parameter`.
///
/// Refused are the values that a URL parser or a server takes for another path: an empty one, `.`
/// and `..` (encoding the dots does not help, a parser reads `%2e` as a dot), `\`, which a parser
/// takes for `/`, control characters, which it drops, and the parameter's reserved values.
#[expect(
    clippy::result_large_err,
    reason = "the type is progenitor's, which the generated caller hands on"
)]
pub(crate) fn path_value<'v>(
    operation: &'static Operation,
    parameter: &'static str,
    value: &'v str,
) -> Result<PathValue<'v>, progenitor_client::Error<Error>> {
    let declared = operation
        .path_parameters()
        .iter()
        .find(|declared| declared.name() == parameter);
    let several = declared.is_some_and(PathParameter::several_segments);
    let plain = is_plain(value);
    let problem = match plain {
        true => None,
        false => problem_of(value, several),
    };
    match problem.or_else(|| reserved(value, declared)) {
        None => Ok(PathValue {
            value,
            several,
            plain,
        }),
        Some(problem) => {
            let error = Error::invalid_argument(format!("{parameter} {problem}"));
            Err(super::response::into_raw(error.with_operation(operation)))
        }
    }
}

/// Whether it is one segment, and the same encoded: names and ids are, and need no closer look.
fn is_plain(value: &str) -> bool {
    /// Letters, digits, `-` and `_`, looked up: a call has some forty bytes of them.
    const PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            plain[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            byte += 1;
        }
        plain
    };
    !value.is_empty() && value.bytes().all(|byte| PLAIN[usize::from(byte)])
}

fn problem_of(value: &str, several: bool) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    if value.contains('\\') {
        return Some("holds a backslash, which a URL takes for a slash".to_owned());
    }
    if value.contains(char::is_control) {
        return Some("holds a control character".to_owned());
    }
    let mut segments = value
        .split('/')
        .filter(|_| several)
        .chain((!several).then_some(value));
    let segment = segments.find(|segment| matches!(*segment, "" | "." | ".."))?;
    Some(match segment {
        "" => "holds an empty segment".to_owned(),
        dots if several => format!("holds the segment {dots}, which names another path"),
        dots => format!("is {dots}, which names another path"),
    })
}

fn reserved(value: &str, declared: Option<&PathParameter>) -> Option<String> {
    let reserved = declared.is_some_and(|declared| declared.is_reserved(value));
    reserved.then(|| format!("is {value:?}, which is reserved: it makes another operation's path"))
}

/// A checked value of a path; its text is encoded.
pub(crate) struct PathValue<'v> {
    value: &'v str,
    several: bool,
    plain: bool,
}

impl fmt::Display for PathValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.plain {
            return f.write_str(self.value);
        }
        if !self.several {
            return utf8_percent_encode(self.value, RESERVED).fmt(f);
        }
        for (index, segment) in self.value.split('/').enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            utf8_percent_encode(segment, RESERVED).fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::operations::{DELETE_FILE, DELETE_OBJECT, GET_OBJECT_BY_ID, PUBLISH_MESSAGE};

    fn encoded(operation: &'static Operation, parameter: &'static str, value: &str) -> String {
        match path_value(operation, parameter, value) {
            Ok(value) => value.to_string(),
            Err(_) => panic!("{value:?} was refused"),
        }
    }

    fn refused(operation: &'static Operation, parameter: &'static str, value: &str) -> String {
        let Err(error) = path_value(operation, parameter, value) else {
            panic!("{value:?} was not refused");
        };
        let error = crate::transport::response::from_raw(error, operation);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.attempts(), 0);
        error.to_string()
    }

    #[test]
    fn one_segment_stays_one_segment() {
        let encoded = |value| encoded(&GET_OBJECT_BY_ID, "object-id", value);
        assert_eq!(encoded("a b/c"), "a%20b%2Fc");
        assert_eq!(encoded("o'h+ara@b.c/x"), "o%27h%2Bara%40b.c%2Fx");
        assert_eq!(encoded("%2e%2e"), "%252e%252e");
        assert_eq!(encoded("ü?#"), "%C3%BC%3F%23");
        assert_eq!(encoded("..."), "...");
    }

    #[test]
    fn a_file_path_keeps_its_slashes() {
        assert_eq!(
            encoded(&DELETE_FILE, "path", "my dir/a#b?.txt"),
            "my%20dir/a%23b%3F.txt"
        );
    }

    #[test]
    fn a_value_that_names_another_path_is_refused_by_the_parameters_name() {
        for value in ["", ".", "..", "a\\b", "a\nb", "\u{7f}", "\u{85}"] {
            let text = refused(&GET_OBJECT_BY_ID, "object-id", value);
            assert!(text.starts_with("getObjectById: object-id "), "{text}");
        }
        for value in ["", "/", "/a", "a/", "a//b", "a/./b", "../a", "a/.."] {
            let text = refused(&DELETE_FILE, "path", value);
            assert!(text.starts_with("deleteFile: path "), "{text}");
        }
    }

    #[test]
    fn a_reserved_value_is_refused_where_it_is_reserved() {
        assert_eq!(
            refused(&GET_OBJECT_BY_ID, "object-id", "count"),
            "getObjectById: object-id is \"count\", which is reserved: it makes another \
             operation's path (nothing was sent)"
        );
        refused(&PUBLISH_MESSAGE, "channel-name", "email");
        assert_eq!(encoded(&DELETE_OBJECT, "object-id", "count"), "count");
    }
}
