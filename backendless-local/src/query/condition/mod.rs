//! Where and having clauses: parses text into SQL with bound parameters.
//!
//! `tokens` tokenizes the text and checks its limits, `sqlparser` parses it, `translate` writes SQL
//! for the expressions that it knows and rejects all others, and `literal` converts each constant to
//! the type of the column that it is compared with. No part of a clause is copied into SQL.

mod clause;
mod literal;
mod tokens;
mod translate;

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::query::projection::Projection;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::schema::Table;
use crate::text::shorten;
use clause::Clause;

/// Recursion limit of the parser: more than the parentheses that `tokens` allows need.
const RECURSION_LIMIT: usize = 2 * tokens::MAX_DEPTH;

/// Parses the condition for rows. Returns `None` for a blank clause, which matches every row.
pub(crate) fn where_clause(table: &Table, text: &str) -> Result<Option<Sql>, ServiceError> {
    parse(&Clause::Where(table), text)
}

/// Parses the condition for groups of rows.
pub(crate) fn having_clause(
    table: &Table,
    projection: &Projection,
    text: &str,
) -> Result<Option<Sql>, ServiceError> {
    parse(&Clause::Having(table, projection), text)
}

fn parse(clause: &Clause<'_>, text: &str) -> Result<Option<Sql>, ServiceError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let tokens = tokens::tokenize(clause, text)?;
    let mut parser = Parser::new(&tokens::WhereDialect)
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
    translate::condition(clause, expression).map(Some)
}
