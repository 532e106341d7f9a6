//! Elements of JSON documents: `column->'$.path'` as JSON and `column->>'$.path'` as text.

use rusqlite::types::Value as Stored;
use sqlparser::ast::{BinaryOperator, Expr};

use crate::query::expression::clause::Clause;
use crate::query::expression::literal::Literal;
use crate::query::expression::operand::{Operand, unsupported};
use crate::query::expression::position::start;
use crate::query::expression::scalar::{Form, Scalar, Type};
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::json::Path;
use crate::store::value::{Kind, from_stored};
use crate::text::shorten;

/// Translates an element of a document.
pub(super) fn element(
    clause: &Clause<'_>,
    at: &Expr,
    document: Operand,
    operator: &BinaryOperator,
    path: &Expr,
) -> Result<Scalar, ServiceError> {
    let Operand::Scalar(document) = document else {
        return Err(unsupported(clause, at, "an element of a constant"));
    };
    if !matches!(document.ty, Type::Json | Type::Unknown) {
        let (name, ty) = (shorten(&document.name), document.ty.name());
        let why = format!("'{name}' has the type {ty}, expected JSON before {operator}");
        return Err(clause.error_at(start(at), why));
    }
    let Some(Literal::Text(path_text)) = Literal::of(path) else {
        let why = "expected a path in single quotes, such as '$.name'";
        return Err(clause.error_at(start(path), why));
    };
    let path_of = Path::parse(&path_text);
    path_of.map_err(|why| {
        let text = shorten(&path_text);
        clause.error_at(start(path), format!("invalid path '{text}': {why}"))
    })?;
    let (function, ty) = match operator {
        BinaryOperator::LongArrow => ("local_json_text", Type::String),
        _ => ("local_json_element", Type::Json),
    };
    let name = format!("{}{operator}'{path_text}'", document.name);
    Ok(Scalar {
        name,
        sql: Sql::call(
            function,
            [document.sql, Sql::value(Stored::Text(path_text))],
        ),
        ty,
        form: Form::Element,
    })
}

/// Returns SQL that compares an element with another operand: -1, 0, 1 or null. Returns `None` if
/// neither operand is an element.
pub(crate) fn compare(
    clause: &Clause<'_>,
    at: &Expr,
    left: &Operand,
    right: &Operand,
) -> Result<Option<Sql>, ServiceError> {
    let is_element = |operand: &Operand| {
        matches!(operand, Operand::Scalar(scalar)
            if scalar.ty == Type::Json && !scalar.is_raw_json())
    };
    if !is_element(left) && !is_element(right) {
        return Ok(None);
    }
    let sides = [document(clause, at, left)?, document(clause, at, right)?];
    Ok(Some(Sql::call("local_json_compare", sides)))
}

/// Converts an operand to a document.
fn document(clause: &Clause<'_>, at: &Expr, operand: &Operand) -> Result<Sql, ServiceError> {
    let scalar = match operand {
        Operand::Literal(Literal::Null) => return Ok(Sql::value(Stored::Null)),
        Operand::Literal(literal) => {
            let value = literal
                .bind()
                .map_err(|why| clause.error_at(start(at), why))?;
            let kind: Kind = literal.ty().kind();
            let value = from_stored(kind, (&value).into())?;
            return Ok(Sql::value(Stored::Text(value.to_string())));
        }
        Operand::Scalar(scalar) => scalar,
    };
    let function = match scalar.ty {
        Type::Json | Type::Unknown => return Ok(scalar.sql.clone()),
        Type::Boolean => "local_json_of_boolean",
        Type::String | Type::Time => "local_json_of_text",
        Type::Int | Type::Double => "local_json_of_number",
        Type::DateTime | Type::Date => {
            let ty = scalar.ty.name();
            let what = format!("comparing {ty} values with elements of JSON documents");
            return Err(unsupported(clause, at, &what));
        }
    };
    Ok(Sql::call(function, [scalar.sql.clone()]))
}
