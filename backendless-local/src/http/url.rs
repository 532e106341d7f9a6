//! Percent-encoding.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::service_error::{ServiceError, code};

/// The characters of a path segment that are encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Decodes percent-encoding, once. Rejects an incomplete escape and bytes that are not UTF-8.
pub(crate) fn decode(text: &str) -> Result<String, ServiceError> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(ServiceError::new(
                code::INVALID_VALUE,
                "the URL has a '%' without two hexadecimal digits",
            ));
        }
    }
    match percent_encoding::percent_decode(bytes).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(ServiceError::new(
            code::INVALID_VALUE,
            "the URL has bytes that are not UTF-8",
        )),
    }
}

/// Encodes one segment of a path.
pub(crate) fn encode_segment(segment: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(segment, SEGMENT)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn text_is_decoded_once() {
        assert_eq!(decode("a%2Fb%20%C3%A9").unwrap(), "a/b é");
        assert_eq!(decode("%252F").unwrap(), "%2F");
    }

    #[test]
    fn invalid_encoding_is_rejected() {
        for text in ["%", "%2", "%zz", "a%", "%+1", "%ff", "%c3"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
