//! The headers of a request or a response, of which the log keeps a limited number of bytes.

use super::masking::is_sensitive;

/// Maximum length of all recorded names and values, in bytes. A request may have several hundred KiB.
const MAX_BYTES: usize = 8 * 1024;

/// Names, in lower case, and values.
#[derive(Default)]
pub(crate) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Returns the headers to keep, and whether the values of all sensitive ones are among them: others cannot be masked where
    /// they are repeated. A value that is too long is replaced by its length, not by a part of it, as a part of a secret is not
    /// recognized.
    pub(crate) fn record<'h>(
        headers: impl Iterator<Item = (&'h str, &'h [u8])>,
    ) -> (Headers, bool) {
        let (mut recorded, mut free, mut has_all_secrets) = (Vec::new(), MAX_BYTES, true);
        for (name, value) in headers {
            let value = match name.len() + value.len() <= free {
                true => String::from_utf8_lossy(value).into_owned(),
                false => {
                    has_all_secrets &= !is_sensitive(name);
                    format!("({} bytes, not recorded)", value.len())
                }
            };
            // A replaced invalid byte is longer.
            let Some(rest) = free.checked_sub(name.len() + value.len()) else {
                has_all_secrets &= !is_sensitive(name);
                continue;
            };
            free = rest;
            recorded.push((name.to_owned(), value));
        }
        (Headers(recorded), has_all_secrets)
    }

    pub(super) fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(headers: &Headers) -> usize {
        let sizes = headers.0.iter();
        sizes.map(|(name, value)| name.len() + value.len()).sum()
    }

    #[test]
    fn a_long_value_is_replaced_by_its_length() {
        let long = vec![b'x'; MAX_BYTES];
        let headers = [("x-long", &*long), ("x-short", b"1")];
        let (headers, has_all_secrets) = Headers::record(headers.into_iter());
        assert_eq!(
            headers.all(),
            [
                ("x-long".to_owned(), "(8192 bytes, not recorded)".to_owned()),
                ("x-short".to_owned(), "1".to_owned())
            ]
        );
        assert!(has_all_secrets);
        let headers = [("user-token", &*long)];
        let (_, has_all_secrets) = Headers::record(headers.into_iter());
        assert!(!has_all_secrets);
    }

    #[test]
    fn many_headers_and_invalid_bytes_are_limited_too() {
        let invalid = vec![0xff; MAX_BYTES / 2];
        let (headers, _) = Headers::record([("x-invalid", &*invalid)].into_iter());
        assert!(size(&headers) <= MAX_BYTES);
        let name = "x".repeat(100);
        let many = (0..1000).map(|_| (name.as_str(), &b"value"[..]));
        let (headers, _) = Headers::record(many);
        assert!(size(&headers) <= MAX_BYTES && headers.all().len() > 50);
    }
}
