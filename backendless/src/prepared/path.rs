//! Values in paths: checked and encoded, so that a path never becomes the path of another operation.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::style::{self, Part};
use crate::operation::{Operation, PathParameter};
use crate::{Error, Result};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The length of an encoded byte.
const MAX_ENCODED: usize = 3;

/// Percent-encodes a secret as one path segment, which is wiped when it is dropped.
pub(crate) fn encode_segment(value: &str) -> Zeroizing<String> {
    // The string never grows, which would leave a copy behind.
    let mut encoded = Zeroizing::new(String::with_capacity(value.len() * MAX_ENCODED));
    encoded.extend(utf8_percent_encode(value, RESERVED));
    encoded
}

/// Encodes the path of a file, whose slashes separate segments. The error completes a sentence that starts with its name.
pub(crate) fn encode_path(value: &str) -> std::result::Result<String, String> {
    check_path(value)?;
    let mut path = String::with_capacity(value.len());
    push_segments(&mut path, value);
    Ok(path)
}

/// Checks the path of a file that a body contains, as [`push`] does. The error completes a sentence that starts with its
/// name.
pub(crate) fn check_path(value: &str) -> std::result::Result<(), String> {
    find_problem(value, true).map_or(Ok(()), Err)
}

pub(super) fn push_segments(path: &mut String, value: &str) {
    for (index, segment) in value.split('/').enumerate() {
        if index > 0 {
            path.push('/');
        }
        path.extend(utf8_percent_encode(segment, RESERVED));
    }
}

/// Appends `value` to `path` as the parameter at `index` of `operation`.
///
/// Rejects the values that a URL parser or a server reads as another path: an empty value, `.` and `..` (encoding the dots
/// does not help, because a parser reads `%2e` as a dot), `\`, which a parser replaces by `/`, control characters, which it
/// removes, and the reserved values of the parameter.
pub(super) fn push(
    path: &mut String,
    operation: &'static Operation,
    index: usize,
    value: &str,
) -> Result<()> {
    let parameter = parameter(operation, index)?;
    let is_plain = is_plain(value);
    check(operation, parameter, value, is_plain)?;
    if !is_plain {
        // The path does not grow while a part of the value, which may be a token, is in it: that would leave a copy behind.
        path.reserve(value.len() * MAX_ENCODED);
    }
    if is_plain {
        path.push_str(value);
    } else if parameter.multi_segment() {
        push_segments(path, value);
    } else {
        path.extend(utf8_percent_encode(value, RESERVED));
    }
    Ok(())
}

/// Appends a value of several parts, whose separators are not encoded, as [`push`] does.
pub(super) fn push_parts(
    path: &mut String,
    operation: &'static Operation,
    index: usize,
    parts: &[Part],
) -> Result<()> {
    let parameter = parameter(operation, index)?;
    check(operation, parameter, &style::text(parts), false)?;
    for Part { before, text } in parts {
        path.push_str(before);
        path.extend(utf8_percent_encode(text, RESERVED));
    }
    Ok(())
}

fn parameter(operation: &'static Operation, index: usize) -> Result<&'static PathParameter> {
    operation.path_parameters().get(index).ok_or_else(|| {
        let problem = format!("the operation has no path parameter {index}");
        Error::internal(problem).with_operation(operation)
    })
}

/// Rejects an invalid value.
fn check(
    operation: &'static Operation,
    parameter: &PathParameter,
    value: &str,
    is_plain: bool,
) -> Result<()> {
    let problem = match is_plain {
        true => None,
        false => find_problem(value, parameter.multi_segment()),
    };
    match problem.or_else(|| reserved_problem(value, parameter)) {
        None => Ok(()),
        Some(problem) => {
            let text = format!("{} {problem}", parameter.name());
            Err(Error::invalid_argument(text).with_operation(operation))
        }
    }
}

/// Whether `value` is one valid segment that encoding does not change. Most names and ids are.
fn is_plain(value: &str) -> bool {
    /// Letters, digits, `-` and `_`. A lookup table is faster than comparisons, and every request checks about 40 bytes.
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

/// Describes why `value` is invalid; `None` if it is valid.
pub(super) fn find_problem(value: &str, multi_segment: bool) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    if value.contains('\\') {
        return Some("contains a backslash, which a URL parser reads as a slash".to_owned());
    }
    if value.contains(char::is_control) {
        return Some("contains a control character".to_owned());
    }
    let mut segments = value
        .split('/')
        .filter(|_| multi_segment)
        .chain((!multi_segment).then_some(value));
    let segment = segments.find(|segment| matches!(*segment, "" | "." | ".."))?;
    Some(match segment {
        "" => "contains an empty segment: its segments are separated by one `/`, without a `/` at the start or the end"
            .to_owned(),
        dots if multi_segment => {
            format!("contains the segment `{dots}`, which would address another path")
        }
        dots => format!("is `{dots}`, which would address another path"),
    })
}

fn reserved_problem(value: &str, parameter: &PathParameter) -> Option<String> {
    parameter
        .is_reserved(value)
        .then(|| format!("is {value:?}, which is reserved: it would address another operation"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::operations::{DELETE_FILE, DELETE_OBJECT, GET_OBJECT_BY_ID, PUBLISH_MESSAGE};

    const TABLE: usize = 0;
    const OBJECT_ID: usize = 1;

    fn encoded(operation: &'static Operation, index: usize, value: &str) -> String {
        let mut path = String::new();
        push(&mut path, operation, index, value).unwrap();
        path
    }

    fn rejection(operation: &'static Operation, index: usize, value: &str) -> String {
        let error = push(&mut String::new(), operation, index, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.attempts(), 0);
        error.to_string()
    }

    #[test]
    fn a_single_segment_value_encodes_its_slashes() {
        let encoded = |value| encoded(&GET_OBJECT_BY_ID, OBJECT_ID, value);
        assert_eq!(encoded("a b/c"), "a%20b%2Fc");
        assert_eq!(encoded("o'h+ara@b.c/x"), "o%27h%2Bara%40b.c%2Fx");
        assert_eq!(encoded("%2e%2e"), "%252e%252e");
        assert_eq!(encoded("ü?#"), "%C3%BC%3F%23");
        assert_eq!(encoded("..."), "...");
    }

    #[test]
    fn a_file_path_keeps_its_slashes() {
        assert_eq!(
            encoded(&DELETE_FILE, 0, "my dir/a#b?.txt"),
            "my%20dir/a%23b%3F.txt"
        );
    }

    #[test]
    fn parts_are_encoded_between_their_separators_and_checked_together() {
        let parts = |texts: &[(&'static str, &str)]| -> Vec<Part> {
            let part = |&(before, text): &(&'static str, &str)| Part {
                before,
                text: text.to_owned(),
            };
            texts.iter().map(part).collect()
        };
        let mut path = String::new();
        let list = parts(&[("", "a/b"), (",", "c,d"), ("=", "..")]);
        push_parts(&mut path, &GET_OBJECT_BY_ID, OBJECT_ID, &list).unwrap();
        assert_eq!(path, "a%2Fb,c%2Cd=..");
        for invalid in [&[][..], &[("", "")], &[("", "..")], &[("", "count")]] {
            let mut path = String::new();
            let error = push_parts(&mut path, &GET_OBJECT_BY_ID, OBJECT_ID, &parts(invalid));
            assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }

    #[test]
    fn a_value_that_addresses_another_path_is_rejected_by_parameter_name() {
        for value in ["", ".", "..", "a\\b", "a\nb", "\u{7f}", "\u{85}"] {
            let text = rejection(&GET_OBJECT_BY_ID, OBJECT_ID, value);
            assert!(text.starts_with("getObjectById: object-id "), "{text}");
        }
        for value in ["", "/", "/a", "a/", "a//b", "a/./b", "../a", "a/.."] {
            let text = rejection(&DELETE_FILE, 0, value);
            assert!(text.starts_with("deleteFile: path "), "{text}");
        }
    }

    #[test]
    fn a_reserved_value_is_rejected_only_where_it_is_reserved() {
        assert_eq!(
            rejection(&GET_OBJECT_BY_ID, OBJECT_ID, "count"),
            "getObjectById: object-id is \"count\", which is reserved: it would address another \
             operation (nothing was sent)"
        );
        rejection(&PUBLISH_MESSAGE, 0, "email");
        assert_eq!(encoded(&DELETE_OBJECT, OBJECT_ID, "count"), "count");
        assert_eq!(encoded(&GET_OBJECT_BY_ID, TABLE, "count"), "count");
    }

    #[test]
    fn an_index_without_a_parameter_is_an_internal_error() {
        let error = push(&mut String::new(), &DELETE_FILE, 1, "a").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
    }
}
