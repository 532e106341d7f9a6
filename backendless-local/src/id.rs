//! Random identifiers in the service's form: UUIDs in upper case.

use uuid::Uuid;

/// Creates a new random identifier.
pub(crate) fn new_id() -> String {
    Uuid::new_v4()
        .hyphenated()
        .encode_upper(&mut Uuid::encode_buffer())
        .to_owned()
}

/// Whether the text has the form of an identifier from [`new_id`].
pub(crate) fn is_id(text: &str) -> bool {
    let parsed = Uuid::try_parse(text);
    parsed.is_ok_and(|id| *id.hyphenated().encode_upper(&mut Uuid::encode_buffer()) == *text)
}
