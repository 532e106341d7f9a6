//! Random identifiers in the service's form: UUIDs in upper case.

use uuid::Uuid;

/// Creates a new random identifier.
pub(crate) fn new_id() -> String {
    Uuid::new_v4()
        .hyphenated()
        .encode_upper(&mut Uuid::encode_buffer())
        .to_owned()
}

/// Whether an app id or a key can be a part of a path and a word of a shell as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !text.is_empty() && text.chars().all(fits)
}

/// Whether the text has the form of an identifier from [`new_id`].
pub(crate) fn is_id(text: &str) -> bool {
    let parsed = Uuid::try_parse(text);
    parsed.is_ok_and(|id| *id.hyphenated().encode_upper(&mut Uuid::encode_buffer()) == *text)
}
