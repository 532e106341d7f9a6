//! Values of headers that no log prints.

use http::header::HeaderValue;
use zeroize::Zeroizing;

use crate::secret::wiped_bytes;

/// Returns `text` as the value of a header that no log prints.
///
/// `None` for a value that a server would not read unchanged: it removes white space around it (RFC 9110, section 5.5).
pub(super) fn secret_header(text: &str) -> Option<HeaderValue> {
    let is_trimmed = text.trim_matches([' ', '\t']).len() == text.len();
    // The memory of the value is wiped when it was sent.
    let bytes = wiped_bytes(Zeroizing::new(text.as_bytes().to_vec()));
    let value = HeaderValue::from_maybe_shared(bytes);
    let mut value = value.ok().filter(|_| is_trimmed)?;
    value.set_sensitive(true);
    Some(value)
}
