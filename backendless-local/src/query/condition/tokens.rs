//! The words of a clause, and its bounds: what is let through here neither overflows a stack when
//! it is parsed, walked and dropped, nor exceeds SQLite's limits.

use sqlparser::ast::Ident;
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace, Word};

use super::Clause;
use crate::http::reply::{Failure, shorten};
use crate::store::names;

/// The longest clause, in bytes.
const LONGEST: usize = 256 * 1024;
/// The most words, operators and constants. SQLite takes some 32,000 constants.
const MOST_TOKENS: usize = 30_000;
/// The most words of the grammar and operators: each may make the parsed tree one level deeper.
const MOST_OPERATORS: usize = 4_000;
/// The deepest parentheses.
pub(super) const DEEPEST: usize = 50;

/// The words that mean something in a clause. Every other word is a name, so that a column may be
/// called `date` or `order`.
const WORDS: [Keyword; 10] = [
    Keyword::AND,
    Keyword::OR,
    Keyword::NOT,
    Keyword::IN,
    Keyword::IS,
    Keyword::NULL,
    Keyword::LIKE,
    Keyword::BETWEEN,
    Keyword::TRUE,
    Keyword::FALSE,
];

/// The lexical rules: names as tables and columns may have them, `"` or a backtick around a name
/// that is also a word of the grammar, `'` around text with `''` for a quote in it.
#[derive(Debug)]
pub(super) struct WhereDialect;

impl Dialect for WhereDialect {
    fn is_identifier_start(&self, c: char) -> bool {
        names::starts_name(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        names::continues_name(c)
    }
}

/// The tokens of a clause, closed by an end that has its place.
pub(super) fn read(clause: &Clause<'_>, text: &str) -> Result<Vec<TokenWithSpan>, Failure> {
    if text.len() > LONGEST {
        return Err(clause.refuse_whole(&format!("it is longer than {LONGEST} bytes")));
    }
    let mut tokens = Tokenizer::new(&WhereDialect, text)
        .tokenize_with_location()
        .map_err(|error| clause.refuse(error.location, shorten(&error.message)))?;
    for token in &mut tokens {
        admit(clause, token)?;
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    bound(clause, &tokens)?;
    let end = tokens
        .last()
        .map_or(Location::new(1, 1), |last| last.span.end);
    tokens.push(TokenWithSpan::new(Token::EOF, Span::new(end, end)));
    Ok(tokens)
}

/// Whether the word means something in a clause, so that a column of this name needs quotes.
pub(super) fn is_grammar(word: &Ident) -> bool {
    word.quote_style.is_none()
        && matches!(Token::make_word(&word.value, None), Token::Word(word) if means_something(&word))
}

fn means_something(word: &Word) -> bool {
    WORDS.contains(&word.keyword)
}

/// Refuses a token that has no place in a clause, and makes a name of a word that means nothing.
fn admit(clause: &Clause<'_>, token: &mut TokenWithSpan) -> Result<(), Failure> {
    match &mut token.token {
        Token::Word(word) => {
            if !means_something(word) {
                word.keyword = Keyword::NoKeyword;
            }
            Ok(())
        }
        Token::Number(_, false) | Token::SingleQuotedString(_) => Ok(()),
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => Ok(()),
        Token::Comma | Token::LParen | Token::RParen | Token::Period => Ok(()),
        Token::Plus | Token::Minus | Token::Mul => Ok(()),
        Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => Ok(()),
        Token::Whitespace(_) => Err(clause.refuse(token.span.start, "found a comment")),
        other => {
            let found = shorten(&other.to_string());
            Err(clause.refuse(
                token.span.start,
                format!("found {found}, which has no place here"),
            ))
        }
    }
}

fn bound(clause: &Clause<'_>, tokens: &[TokenWithSpan]) -> Result<(), Failure> {
    if let Some(beyond) = tokens.get(MOST_TOKENS) {
        return Err(clause.refuse(beyond.span.start, format!("more than {MOST_TOKENS} words")));
    }
    let (mut depth, mut operators) = (0_usize, 0_usize);
    for token in tokens {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(word) if word.keyword == Keyword::NoKeyword => {}
            Token::Comma | Token::Number(..) | Token::SingleQuotedString(_) => {}
            _ => operators += 1,
        }
        if depth > DEEPEST {
            let why = format!("parentheses nested more than {DEEPEST} deep");
            return Err(clause.refuse(token.span.start, why));
        }
        if operators > MOST_OPERATORS {
            let why = format!("more than {MOST_OPERATORS} operators");
            return Err(clause.refuse(token.span.start, why));
        }
    }
    Ok(())
}
