//! Content codings that the HTTP client did not decode.

use http::header::{CONTENT_ENCODING, HeaderMap};

/// Registered content codings. Other values are not repeated: they are text of the server.
const REGISTERED: [&str; 12] = [
    "aes128gcm",
    "br",
    "compress",
    "dcb",
    "dcz",
    "deflate",
    "exi",
    "gzip",
    "pack200-gzip",
    "x-compress",
    "x-gzip",
    "zstd",
];

/// Describes the codings of a body that are still to be decoded; `None` if there are none. The HTTP client removes the
/// header if it decodes the body.
pub(super) fn undecoded(headers: &HeaderMap) -> Option<String> {
    let mut names = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let codings = value.as_bytes().split(|byte| *byte == b',');
        let codings = codings.map(<[u8]>::trim_ascii);
        let is_coded =
            |coding: &&[u8]| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
        names.extend(codings.filter(is_coded).map(name));
    }
    match names.as_slice() {
        [] => None,
        [name] => Some(format!("content coding {name}")),
        names => Some(format!("content codings {}", names.join(", "))),
    }
}

fn name(coding: &[u8]) -> &'static str {
    let registered = REGISTERED.iter();
    let mut same = registered.filter(|name| coding.eq_ignore_ascii_case(name.as_bytes()));
    same.next().copied().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, value.parse().unwrap());
        }
        undecoded(&headers)
    }

    #[test]
    fn codings_are_named() {
        assert_eq!(described(&["BR"]).unwrap(), "content coding br");
        assert_eq!(
            described(&["deflate, identity", "zstd"]).unwrap(),
            "content codings deflate, zstd"
        );
        assert_eq!(described(&["SECRET"]).unwrap(), "content coding unknown");
    }

    #[test]
    fn identity_is_no_coding() {
        for values in [&[][..], &[""], &["identity"], &["Identity ,"]] {
            assert_eq!(described(values), None);
        }
    }
}
