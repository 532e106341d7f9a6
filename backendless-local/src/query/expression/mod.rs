//! Expressions: columns, constants, arithmetic, functions and elements of JSON documents, parsed into
//! SQL with bound parameters. Conditions, properties, sort keys and computed values contain them.
//!
//! `tokens` tokenizes the text and checks its limits, `sqlparser` parses it, `translate` writes SQL
//! for the expressions that it knows and rejects all others, `functions` lists the functions, and
//! `literal` converts each constant to the type that it is used with. No part of a client's text is
//! copied into SQL.

mod aggregate;
mod clause;
mod functions;
mod joins;
mod json;
mod literal;
mod operand;
mod position;
mod related;
mod scalar;
mod tokens;
mod translate;

pub(crate) use clause::{Clause, Role};
pub(crate) use json::compare as compare_json;
pub(crate) use literal::Literal;
pub(crate) use operand::{Operand, unsupported};
pub(crate) use position::start;
pub(crate) use related::column;
pub(crate) use scalar::{Form, Scalar, Type};
pub(crate) use tokens::DateOperator;
pub(crate) use translate::{operand, scalar};

use sqlparser::ast::Expr;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::service_error::ServiceError;
use crate::text::shorten;

/// Recursion limit of the parser: more than the parentheses that `tokens` allows need.
const RECURSION_LIMIT: usize = 2 * tokens::MAX_DEPTH;

/// Parses a text that is one expression or condition.
pub(crate) fn parse(clause: &Clause<'_>, text: &str) -> Result<Expr, ServiceError> {
    let tokens = tokens::tokenize(clause, text)?;
    let mut parser = Parser::new(&tokens::ClauseDialect)
        .with_recursion_limit(RECURSION_LIMIT)
        .with_tokens_with_locations(tokens);
    let expression = parser
        .parse_expr()
        .map_err(|error| clause.parse_error(&error))?;
    let rest = parser.next_token();
    if rest.token != Token::EOF {
        let found = shorten(&rest.token.to_string());
        return Err(clause.error_at(
            rest.span.start,
            format!("found {found}, expected an operator or the end"),
        ));
    }
    Ok(expression)
}

/// Parses and translates a text that is one expression with a value.
pub(crate) fn value(clause: &Clause<'_>, text: &str) -> Result<Scalar, ServiceError> {
    let expression = parse(clause, text)?;
    scalar(clause, &expression)
}
