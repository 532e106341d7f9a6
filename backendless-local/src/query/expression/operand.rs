//! One side of a comparison or an argument of a function.

use sqlparser::ast::Expr;

use crate::query::expression::clause::Clause;
use crate::query::expression::literal::Literal;
use crate::query::expression::position::start;
use crate::query::expression::scalar::Scalar;
use crate::service_error::ServiceError;

/// An expression or a constant.
#[derive(Debug)]
pub(crate) enum Operand {
    Scalar(Scalar),
    Literal(Literal),
}

pub(crate) fn unsupported(clause: &Clause<'_>, at: &Expr, what: &str) -> ServiceError {
    clause.error_at(start(at), format!("{what} is not supported"))
}
