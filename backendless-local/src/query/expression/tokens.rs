//! Tokenizes a clause and checks its limits, so that parsing, translating and dropping it neither
//! overflows the stack nor exceeds SQLite's limits.

use std::collections::VecDeque;

use sqlparser::ast::Ident;
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace, Word};

use crate::query::expression::clause::Clause;
use crate::service_error::ServiceError;
use crate::store::names;
use crate::text::shorten;

/// Maximum length of a clause in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// Maximum number of tokens. SQLite allows 32,766 parameters.
const MAX_TOKENS: usize = 30_000;
/// Maximum number of keywords and operators: each may add a level to the parsed tree.
const MAX_OPERATORS: usize = 4_000;
/// Maximum depth of parentheses.
pub(super) const MAX_DEPTH: usize = 50;

/// The keywords of a clause. Every other word is a name, so a column may be called `date` or
/// `order`.
const KEYWORDS: [Keyword; 10] = [
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

/// The lexical rules: names like those of tables and columns, `"` or a backtick around a name that
/// is also a keyword, `'` around text with `''` for a quote inside.
#[derive(Debug)]
pub(super) struct ClauseDialect;

impl Dialect for ClauseDialect {
    fn is_identifier_start(&self, c: char) -> bool {
        names::starts_name(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        names::continues_name(c)
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::CustomBinaryOperator(_) => Some(Ok(self.prec_value(Precedence::Eq))),
            // An element of a document is an operand of calculations.
            Token::Arrow | Token::LongArrow => Some(Ok(self.prec_value(Precedence::DoubleColon))),
            _ => None,
        }
    }
}

/// An operator that compares dates, such as `at or after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOperator {
    After,
    Before,
    AtOrAfter,
    AtOrBefore,
}

impl DateOperator {
    const ALL: [DateOperator; 4] = [
        DateOperator::After,
        DateOperator::Before,
        DateOperator::AtOrAfter,
        DateOperator::AtOrBefore,
    ];

    pub(crate) fn text(self) -> &'static str {
        match self {
            DateOperator::After => "after",
            DateOperator::Before => "before",
            DateOperator::AtOrAfter => "at or after",
            DateOperator::AtOrBefore => "at or before",
        }
    }

    pub(crate) fn sql(self) -> &'static str {
        match self {
            DateOperator::After => ">",
            DateOperator::Before => "<",
            DateOperator::AtOrAfter => ">=",
            DateOperator::AtOrBefore => "<=",
        }
    }

    /// Returns the operator with this text in a parsed expression.
    pub(crate) fn named(text: &str) -> Option<DateOperator> {
        DateOperator::ALL
            .into_iter()
            .find(|operator| operator.text() == text)
    }
}

/// Tokenizes a clause. The last token is the end, with its position.
pub(super) fn tokenize(
    clause: &Clause<'_>,
    text: &str,
) -> Result<Vec<TokenWithSpan>, ServiceError> {
    if text.len() > MAX_BYTES {
        return Err(clause.error(&format!("it is longer than {MAX_BYTES} bytes")));
    }
    let mut tokens = Tokenizer::new(&ClauseDialect, text)
        .tokenize_with_location()
        .map_err(|error| clause.error_at(error.location, shorten(&error.message)))?;
    for token in &mut tokens {
        classify(clause, token)?;
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    mark_escapes(&mut tokens);
    check_limits(clause, &tokens)?;
    let mut tokens = join_intervals(join_date_operators(tokens));
    let end = tokens
        .last()
        .map_or(Location::new(1, 1), |last| last.span.end);
    tokens.push(TokenWithSpan::new(Token::EOF, Span::new(end, end)));
    Ok(tokens)
}

/// Whether the word is a keyword, so that a column of this name needs quotes.
pub(super) fn is_keyword(word: &Ident) -> bool {
    word.quote_style.is_none()
        && matches!(Token::make_word(&word.value, None), Token::Word(word) if is_keyword_token(&word))
}

fn is_keyword_token(word: &Word) -> bool {
    KEYWORDS.contains(&word.keyword)
}

/// Rejects a token that a clause cannot contain, and turns a word that is no keyword into a name.
fn classify(clause: &Clause<'_>, token: &mut TokenWithSpan) -> Result<(), ServiceError> {
    match &mut token.token {
        Token::Word(word) => {
            if !is_keyword_token(word) {
                word.keyword = Keyword::NoKeyword;
            }
            Ok(())
        }
        Token::Number(_, false) | Token::SingleQuotedString(_) => Ok(()),
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => Ok(()),
        Token::Comma | Token::LParen | Token::RParen | Token::Period => Ok(()),
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod => Ok(()),
        Token::Arrow | Token::LongArrow => Ok(()),
        Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => Ok(()),
        Token::Whitespace(_) => Err(clause.error_at(token.span.start, "found a comment")),
        other => {
            let found = shorten(&other.to_string());
            Err(clause.error_at(
                token.span.start,
                format!("found {found}, which is not allowed in a clause"),
            ))
        }
    }
}

/// Marks `ESCAPE` as a keyword after the pattern of a `LIKE`. Elsewhere it is a name, as that of a column.
fn mark_escapes(tokens: &mut [TokenWithSpan]) {
    for index in 2..tokens.len() {
        let is_after_pattern = matches!(
            (&tokens[index - 2].token, &tokens[index - 1].token),
            (Token::Word(like), Token::SingleQuotedString(_)) if like.keyword == Keyword::LIKE
        );
        if is_after_pattern
            && is_word(&tokens[index], "escape")
            && let Token::Word(word) = &mut tokens[index].token
        {
            word.keyword = Keyword::ESCAPE;
        }
    }
}

/// Joins the tokens of a date operator, which only follow an operand. So columns may be called
/// `after`, `before` and `at`.
fn join_date_operators(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut joined: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut rest = VecDeque::from(tokens);
    while let Some(mut token) = rest.pop_front() {
        if joined.last().is_some_and(|last| ends_operand(&last.token)) {
            let operator = if is_word(&token, "after") {
                Some(DateOperator::After)
            } else if is_word(&token, "before") {
                Some(DateOperator::Before)
            } else if is_word(&token, "at") {
                let is_or = rest.front().is_some_and(|next| is_word(next, "or"));
                let operator = rest.get(1).filter(|_| is_or).and_then(|next| {
                    let after = is_word(next, "after").then_some(DateOperator::AtOrAfter);
                    after.or_else(|| is_word(next, "before").then_some(DateOperator::AtOrBefore))
                });
                if operator.is_some() {
                    rest.drain(..2);
                }
                operator
            } else {
                None
            };
            if let Some(operator) = operator {
                token.token = Token::CustomBinaryOperator(operator.text().to_owned());
            }
        }
        joined.push(token);
    }
    joined
}

/// Units of intervals.
pub(super) const UNITS: [&str; 8] = [
    "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR",
];

/// Rewrites the last argument of a function from `INTERVAL n DAY` to `n, 'DAY'`.
fn join_intervals(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut joined: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 1);
    let mut is_open = false;
    let mut rest = tokens.into_iter().peekable();
    while let Some(mut token) = rest.next() {
        let follows_comma = joined.last().is_some_and(|last| last.token == Token::Comma);
        let closes = |next: Option<&TokenWithSpan>| {
            next.is_some_and(|next| matches!(next.token, Token::RParen | Token::Comma))
        };
        if follows_comma && is_word(&token, "interval") && !closes(rest.peek()) {
            is_open = true;
            continue;
        }
        if is_open && closes(rest.peek()) {
            let unit = UNITS.into_iter().find(|unit| is_word(&token, unit));
            if let Some(unit) = unit {
                is_open = false;
                joined.push(TokenWithSpan::new(Token::Comma, token.span));
                token.token = Token::SingleQuotedString(unit.to_owned());
            }
        }
        joined.push(token);
    }
    joined
}

fn is_word(token: &TokenWithSpan, expected: &str) -> bool {
    matches!(&token.token, Token::Word(word)
        if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(expected))
}

/// Whether an operand can end with this token.
fn ends_operand(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::NoKeyword | Keyword::NULL | Keyword::TRUE | Keyword::FALSE
        ),
        Token::RParen | Token::Number(..) | Token::SingleQuotedString(_) => true,
        _ => false,
    }
}

fn check_limits(clause: &Clause<'_>, tokens: &[TokenWithSpan]) -> Result<(), ServiceError> {
    if let Some(excess) = tokens.get(MAX_TOKENS) {
        return Err(clause.error_at(excess.span.start, format!("more than {MAX_TOKENS} tokens")));
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
        if depth > MAX_DEPTH {
            let why = format!("parentheses nested more than {MAX_DEPTH} deep");
            return Err(clause.error_at(token.span.start, why));
        }
        if operators > MAX_OPERATORS {
            let why = format!("more than {MAX_OPERATORS} operators");
            return Err(clause.error_at(token.span.start, why));
        }
    }
    Ok(())
}
