//! Splits Rust source into identifiers and punctuation, each with its line.
//!
//! Comments, literals and lifetimes contain no imports and are skipped. `syn` would need the feature
//! `span-locations` of proc-macro2 to report lines, which would compile the generator's dependencies twice.

/// An identifier or one character of punctuation; `::` is one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_identifier(&self) -> bool {
        self.text.starts_with(is_identifier_start)
    }
}

fn is_identifier_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_identifier_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the tokens of a source file.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: source,
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(c) = lexer.rest.chars().next() {
        let line = lexer.line;
        if let Some(length) = skipped_length(lexer.rest) {
            lexer.advance(length);
            continue;
        }
        let length = if is_identifier_start(c) {
            let end = lexer.rest.find(|c| !is_identifier_part(c));
            end.unwrap_or(lexer.rest.len())
        } else if lexer.rest.starts_with("::") {
            2
        } else {
            c.len_utf8()
        };
        tokens.push(Token {
            text: lexer.rest[..length].to_owned(),
            line,
        });
        lexer.advance(length);
    }
    tokens
}

struct Lexer<'s> {
    rest: &'s str,
    line: usize,
}

impl Lexer<'_> {
    fn advance(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }
}

/// Returns the length of the white space, comment, literal or lifetime that the text starts with.
fn skipped_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if first.is_ascii_digit() {
        let end = text.find(|c| !is_identifier_part(c));
        return Some(end.unwrap_or(text.len()));
    }
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(block_comment(text));
    }
    // The prefixes of literals: b, c, r, br, cr.
    let literal = text.trim_start_matches(['b', 'c', 'r']);
    let prefix = text.len() - literal.len();
    if prefix <= 2 {
        let raw = text[..prefix].ends_with('r');
        if raw && literal.starts_with(['"', '#']) {
            return raw_literal(literal).map(|length| prefix + length);
        }
        if literal.starts_with('"') {
            return Some(prefix + quoted(literal, '"'));
        }
        if literal.starts_with('\'') && matches!(&text[..prefix], "" | "b") {
            return Some(prefix + character_or_lifetime(literal));
        }
    }
    None
}

/// Returns the length of a block comment, which may contain others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Returns the length of a raw string after its `r`: `"..."` or `#"..."#`. Of a raw identifier such as
/// `r#type` only the `r#` is skipped.
fn raw_literal(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    if !text[hashes..].starts_with('"') {
        return (hashes == 1).then_some(1);
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = hashes + 1;
    let length = text[body..].find(&end).map(|at| body + at + end.len());
    Some(length.unwrap_or(text.len()))
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn character_or_lifetime(text: &str) -> usize {
    let mut following = text.chars().skip(1);
    match (following.next(), following.next()) {
        (Some('\\'), _) | (_, Some('\'')) => quoted(text, '\''),
        _ => {
            let end = text[1..].find(|c| !is_identifier_part(c));
            end.map_or(text.len(), |at| at + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_literals_and_lifetimes_are_skipped() {
        let source = r####"
            // use a;
            /* use b; /* nested */ use c; */
            fn f<'a>(x: &'a str) -> char { g("use \" d;", r#"use "e";"#, b"f", '\'', b'x', 'y', r"\") }
        "####;
        assert_eq!(
            texts(source).concat(),
            "fnf<>(x:&str)->char{g(,,,,,,)}",
            "{:?}",
            texts(source)
        );
    }

    #[test]
    fn tokens_have_their_lines() {
        let tokens = tokens("use a::b;\n\"\n\" /*\n*/ use r#type;");
        let last: Vec<_> = tokens.iter().map(|t| (t.text.as_str(), t.line)).collect();
        assert_eq!(
            last,
            [
                ("use", 1),
                ("a", 1),
                ("::", 1),
                ("b", 1),
                (";", 1),
                ("use", 4),
                ("type", 4),
                (";", 4)
            ]
        );
    }
}
