//! Text in messages.

/// Maximum number of characters of a quoted text.
const MAX_QUOTED: usize = 100;

/// Maximum number of characters of a message about a file, whose parts a message quotes.
const MAX_MESSAGE: usize = 1000;

/// Shortens text that a client sent, or that a file contains, so that a message that quotes it has a bounded length, and
/// escapes the characters that a terminal would interpret.
pub(crate) fn shorten(text: &str) -> String {
    shorten_to(MAX_QUOTED, text)
}

/// Shortens a message about a file, as [`shorten`]: libraries quote its parts in theirs.
pub(crate) fn shorten_message(message: &str) -> String {
    shorten_to(MAX_MESSAGE, message)
}

fn shorten_to(max_chars: usize, text: &str) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}...", escape_controls(&text[..end])),
        None => escape_controls(text),
    }
}

/// Escapes the characters of a text that change how a terminal shows others: control characters, such as those that begin
/// an escape sequence, line separators, and those that change the direction of text.
pub fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match changes_display(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    escaped
}

/// Whether a character changes how a terminal shows others.
pub(crate) fn changes_display(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_short() {
        let text = "ü".repeat(MAX_QUOTED);
        assert_eq!(shorten(&text), text);
        assert_eq!(shorten(&format!("{text}x")), format!("{text}..."));
        assert_eq!(shorten_message(&format!("{text}x")), format!("{text}x"));
    }

    #[test]
    fn characters_that_a_terminal_interprets_are_escaped() {
        for (text, expected) in [
            ("Größe '名前' \\ \u{1f980}", "Größe '名前' \\ \u{1f980}"),
            ("\x1b]0;pwned\x07", "\\u{1b}]0;pwned\\u{7}"),
            ("\x1b[2K\rimported OK\n", "\\u{1b}[2K\\rimported OK\\n"),
            ("\0\t\x7f", "\\u{0}\\t\\u{7f}"),
            ("\u{9b}2K\u{85}", "\\u{9b}2K\\u{85}"),
            ("a\u{202e}b\u{2069}c", "a\\u{202e}b\\u{2069}c"),
            ("\u{61c}\u{200f}\u{2028}", "\\u{61c}\\u{200f}\\u{2028}"),
        ] {
            assert_eq!(shorten(text), expected);
            assert_eq!(escape_controls(text), expected);
        }
    }
}
