//! Text in messages.

/// Shortens text that a client sent, so that a message that quotes it has a bounded length.
pub(crate) fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 100;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
