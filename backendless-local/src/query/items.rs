//! Lists in parameters: `name, Count(objectId) as total, CONCAT(first, ', ', last) as full`.

use crate::store::names;
use crate::store::schema::CLASS;
use crate::text::shorten;

/// Splits a list at its commas, except those within parentheses and quotes.
pub(crate) fn split_list(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut state) = (0, Nesting::default());
    for (at, c) in text.char_indices() {
        state.advance(c);
        if c == ',' && state.is_outside() {
            items.push(text[start..at].trim());
            start = at + 1;
        }
    }
    items.push(text[start..].trim());
    items
}

/// Whether the text is within parentheses or quotes.
#[derive(Default)]
struct Nesting {
    depth: usize,
    quote: Option<char>,
}

impl Nesting {
    fn advance(&mut self, c: char) {
        match self.quote {
            Some(quote) if c == quote => self.quote = None,
            Some(_) => {}
            None => match c {
                '\'' | '"' | '`' => self.quote = Some(c),
                '(' => self.depth += 1,
                ')' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
        }
    }

    fn is_outside(&self) -> bool {
        self.depth == 0 && self.quote.is_none()
    }

    fn after(text: &str) -> Nesting {
        let mut state = Nesting::default();
        text.chars().for_each(|c| state.advance(c));
        state
    }
}

/// Splits `source as alias`. Returns the reason if the alias is invalid.
pub(crate) fn split_alias(text: &str) -> Result<(&str, Option<&str>), String> {
    let text = text.trim();
    let Some((before, alias)) = text.rsplit_once(char::is_whitespace) else {
        return Ok((text, None));
    };
    let before = before.trim_end();
    let Some((source, word)) = before.rsplit_once(char::is_whitespace) else {
        return Ok((text, None));
    };
    if !word.eq_ignore_ascii_case("as") || !Nesting::after(source).is_outside() {
        return Ok((text, None));
    }
    if !names::is_name(alias) || alias == CLASS {
        return Err(format!("'{}' cannot be an alias", shorten(alias)));
    }
    Ok((source.trim_end(), Some(alias)))
}

/// Whether the item is more than a name: an expression.
pub(crate) fn is_expression(text: &str) -> bool {
    text.contains(['(', ')', '+', '-', '*', '/', '%', '\'', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_within_parentheses_and_quotes_do_not_split() {
        assert_eq!(
            split_list("a, CONCAT(b, ', ', c) as d,e->'$.a,b' as f"),
            ["a", "CONCAT(b, ', ', c) as d", "e->'$.a,b' as f"]
        );
        assert_eq!(split_list("a,,b"), ["a", "", "b"]);
        assert_eq!(split_list("'it''s, ok',b"), ["'it''s, ok'", "b"]);
        assert_eq!(split_list("f(a,b"), ["f(a,b"]);
    }

    #[test]
    fn alias_follows_the_last_as() {
        assert_eq!(split_alias("a"), Ok(("a", None)));
        assert_eq!(split_alias(" a  AS  b "), Ok(("a", Some("b"))));
        assert_eq!(split_alias("a as"), Ok(("a as", None)));
        assert_eq!(split_alias("f('x as y')"), Ok(("f('x as y')", None)));
        assert!(split_alias("a as b-c").is_err());
        assert!(split_alias("a as ___class").is_err());
    }
}
