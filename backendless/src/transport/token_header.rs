//! Secrets as values of headers.

use http::header::HeaderValue;
use zeroize::Zeroizing;

use crate::secret::wiped_bytes;
use crate::{Error, Result, UserToken};

/// Returns the token as the value of a header that no log prints.
pub(crate) fn token_header(token: &UserToken) -> Result<HeaderValue> {
    let problem = if token.expose_secret().is_empty() {
        "user_token is empty"
    } else {
        match secret_header(token.expose_secret()) {
            Some(value) => return Ok(value),
            None => {
                "user_token contains a character that a header cannot contain, or spaces around it"
            }
        }
    };
    Err(Error::invalid_argument(problem))
}

/// Returns `text` as the value of a header that no log prints.
///
/// `None` for a value that a server would not read unchanged: it removes white space around it (RFC 9110, section 5.5).
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let is_trimmed = text.trim_matches([' ', '\t']).len() == text.len();
    // The memory of the value is wiped when it was sent.
    let bytes = wiped_bytes(Zeroizing::new(text.as_bytes().to_vec()));
    let value = HeaderValue::from_maybe_shared(bytes);
    let mut value = value.ok().filter(|_| is_trimmed)?;
    value.set_sensitive(true);
    Some(value)
}
