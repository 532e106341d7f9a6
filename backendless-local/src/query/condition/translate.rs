//! Translates a parsed clause to SQL. An expression that is not listed here is rejected.

use rusqlite::types::Value as Stored;
use sqlparser::ast::{BinaryOperator, Expr, InTarget, UnaryOperator};

use crate::query::expression::{
    Clause, DateOperator, Form, Literal, Operand, Scalar, Type, compare_json, operand, scalar,
    start, unsupported,
};
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::like::LIKE;
use crate::text::shorten;

pub(super) fn condition(clause: &Clause<'_>, expression: Expr) -> Result<Sql, ServiceError> {
    match expression {
        Expr::Nested(inner) => condition(clause, *inner),
        Expr::BinaryOp {
            op: BinaryOperator::And,
            ..
        } => junction(clause, expression, &BinaryOperator::And),
        Expr::BinaryOp {
            op: BinaryOperator::Or,
            ..
        } => junction(clause, expression, &BinaryOperator::Or),
        Expr::BinaryOp { ref op, .. } if is_calculation(op) => truth(clause, &expression),
        Expr::BinaryOp { left, op, right } => comparison(clause, &left, &op, &right),
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => {
            let inner = condition(clause, *expr)?;
            Ok(Sql::text("NOT ").append(inner))
        }
        Expr::IsNull(inner) => null_check(clause, &inner, "IS NULL"),
        Expr::IsNotNull(inner) => null_check(clause, &inner, "IS NOT NULL"),
        Expr::In {
            expr,
            target: InTarget::List(list),
            negated,
            global: false,
        } => membership(clause, &expr, &list, negated),
        Expr::Between {
            expr,
            negated,
            low,
            high,
        } => range(clause, &expr, negated, &low, &high),
        Expr::Like {
            negated,
            any: false,
            expr,
            pattern,
            escape_char,
        } => like(clause, &expr, negated, &pattern, escape_char.as_deref()),
        other => truth(clause, &other),
    }
}

/// Whether the operator has a value that is no condition.
fn is_calculation(operator: &BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::Arrow
            | BinaryOperator::LongArrow
    )
}

/// Translates `a AND b AND c`, or the same with `OR`. The parser nests such a chain to the left, one
/// level per operator. This rebuilds it as a balanced tree, because SQLite allows a depth of 1000.
fn junction(
    clause: &Clause<'_>,
    expression: Expr,
    operator: &BinaryOperator,
) -> Result<Sql, ServiceError> {
    let mut parts = Vec::new();
    let mut rest = expression;
    loop {
        match rest {
            Expr::BinaryOp { left, op, right } if op == *operator => {
                parts.push(condition(clause, *right)?);
                rest = *left;
            }
            first => {
                parts.push(condition(clause, first)?);
                break;
            }
        }
    }
    parts.reverse();
    let keyword = if *operator == BinaryOperator::And {
        "AND"
    } else {
        "OR"
    };
    Ok(balanced(parts, keyword))
}

fn balanced(mut parts: Vec<Sql>, keyword: &str) -> Sql {
    if parts.len() <= 1 {
        return parts.pop().unwrap_or_default();
    }
    let right = balanced(parts.split_off(parts.len() / 2), keyword);
    let left = balanced(parts, keyword);
    infix(left, keyword, right)
}

/// Returns `(left operator right)`.
fn infix(left: Sql, operator: &str, right: Sql) -> Sql {
    Sql::text("(")
        .append(left)
        .then(" ")
        .then(operator)
        .then(" ")
        .append(right)
        .then(")")
}

/// Translates a condition that is not a comparison: `true`, or a boolean column.
fn truth(clause: &Clause<'_>, expression: &Expr) -> Result<Sql, ServiceError> {
    match operand(clause, expression)? {
        Operand::Literal(Literal::Boolean(flag)) => Ok(Sql::value(Stored::Integer(flag.into()))),
        Operand::Scalar(Scalar {
            sql,
            ty: Type::Boolean,
            ..
        }) => Ok(sql),
        Operand::Literal(literal) => Err(not_a_condition(clause, expression, &literal.to_string())),
        Operand::Scalar(scalar) => Err(not_a_condition(
            clause,
            expression,
            &format!("'{}'", shorten(&scalar.name)),
        )),
    }
}

fn comparison(
    clause: &Clause<'_>,
    left: &Expr,
    operator: &BinaryOperator,
    right: &Expr,
) -> Result<Sql, ServiceError> {
    let sql = match operator {
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::Custom(text) => match DateOperator::named(text) {
            Some(operator) => return date_comparison(clause, left, operator, right),
            None => return Err(unsupported(clause, left, "this operator")),
        },
        other => return Err(unsupported(clause, left, &format!("the operator {other}"))),
    };
    let sides = (operand(clause, left)?, operand(clause, right)?);
    if let (side, Operand::Literal(Literal::Null)) | (Operand::Literal(Literal::Null), side) =
        &sides
    {
        return compare_with_null(clause, left, side, sql);
    }
    compare(clause, (left, right), sides, sql)
}

/// Translates a comparison of two operands that are not the constant null.
fn compare(
    clause: &Clause<'_>,
    at: (&Expr, &Expr),
    sides: (Operand, Operand),
    operator: &str,
) -> Result<Sql, ServiceError> {
    if let Some(order) = compare_json(clause, at.0, &sides.0, &sides.1)? {
        return Ok(infix(order, operator, Sql::value(Stored::Integer(0))));
    }
    let (left, right) = match sides {
        (Operand::Scalar(a), Operand::Scalar(b)) => {
            check_comparable(clause, at.0, &a, &b)?;
            (a.sql, b.sql)
        }
        (Operand::Scalar(scalar), Operand::Literal(value)) => {
            let value = bind(clause, at.1, &value, &scalar)?;
            (scalar.sql, Sql::value(value))
        }
        (Operand::Literal(value), Operand::Scalar(scalar)) => {
            let value = bind(clause, at.0, &value, &scalar)?;
            (Sql::value(value), scalar.sql)
        }
        (Operand::Literal(a), Operand::Literal(b)) => (
            Sql::value(bind_untyped(clause, at.0, &a)?),
            Sql::value(bind_untyped(clause, at.1, &b)?),
        ),
    };
    Ok(infix(left, operator, right))
}

/// Translates `created at or after '03/23/2015'`: a comparison in which both sides are dates.
fn date_comparison(
    clause: &Clause<'_>,
    left: &Expr,
    operator: DateOperator,
    right: &Expr,
) -> Result<Sql, ServiceError> {
    let mut sides = Vec::new();
    for side in [left, right] {
        let text = operator.text();
        let found = match operand(clause, side)? {
            Operand::Scalar(scalar) if scalar.ty.can_be_date() => scalar.sql,
            Operand::Scalar(scalar) if scalar.ty == Type::Unknown => scalar.sql,
            Operand::Scalar(scalar) => {
                let (name, ty) = (shorten(&scalar.name), scalar.ty.name());
                let why = format!("'{name}' has the type {ty}, expected a date for '{text}'");
                return Err(clause.error_at(start(side), why));
            }
            Operand::Literal(Literal::Null) => {
                return Err(unsupported(clause, side, &format!("NULL with '{text}'")));
            }
            Operand::Literal(literal) => match literal.bind_as(Type::DateTime) {
                Some(Ok(value)) => Sql::value(value),
                _ => {
                    let why = format!("found {literal}, expected a date for '{text}'");
                    return Err(clause.error_at(start(side), why));
                }
            },
        };
        sides.push(found);
    }
    let right = sides.pop().unwrap_or_default();
    let left = sides.pop().unwrap_or_default();
    Ok(infix(left, operator.sql(), right))
}

/// Translates `= NULL` as `IS NULL`, which is the intended meaning.
fn compare_with_null(
    clause: &Clause<'_>,
    at: &Expr,
    side: &Operand,
    operator: &str,
) -> Result<Sql, ServiceError> {
    let check = match operator {
        "=" => "IS NULL",
        "<>" => "IS NOT NULL",
        _ => return Err(unsupported(clause, at, &format!("NULL with {operator}"))),
    };
    let sql = match side {
        Operand::Scalar(scalar) => scalar.sql.clone(),
        Operand::Literal(literal) => Sql::value(bind_untyped(clause, at, literal)?),
    };
    Ok(checked(sql, check))
}

/// Returns `(sql check)`.
fn checked(sql: Sql, check: &str) -> Sql {
    Sql::text("(").append(sql).then(" ").then(check).then(")")
}

fn check_comparable(
    clause: &Clause<'_>,
    at: &Expr,
    a: &Scalar,
    b: &Scalar,
) -> Result<(), ServiceError> {
    let is_json = a.ty == Type::Json || b.ty == Type::Json;
    if is_json || !a.ty.is_comparable_with(b.ty) {
        let (a, b) = (a.ty.name(), b.ty.name());
        return Err(unsupported(
            clause,
            at,
            &format!("comparing {a} values with {b} values"),
        ));
    }
    Ok(())
}

fn null_check(clause: &Clause<'_>, expression: &Expr, check: &str) -> Result<Sql, ServiceError> {
    Ok(checked(scalar(clause, expression)?.sql, check))
}

fn membership(
    clause: &Clause<'_>,
    expression: &Expr,
    list: &[Expr],
    negated: bool,
) -> Result<Sql, ServiceError> {
    let scalar = scalar(clause, expression)?;
    let not = if negated { "NOT " } else { "" };
    if scalar.form == Form::Element && scalar.ty == Type::Json {
        let mut parts = Vec::new();
        for item in list {
            let sides = (
                Operand::Scalar(scalar.clone()),
                Operand::Literal(literal(clause, item)?),
            );
            parts.push(compare(clause, (expression, item), sides, "=")?);
        }
        return Ok(Sql::text(not).append(balanced(parts, "OR")));
    }
    let values = list
        .iter()
        .map(|item| bind(clause, item, &literal(clause, item)?, &scalar))
        .collect::<Result<Vec<_>, _>>()?;
    let marks = values.into_iter().map(Sql::value);
    let in_list = Sql::text("IN (").join(marks, ", ").then(")");
    Ok(Sql::text("(")
        .append(scalar.sql)
        .then(" ")
        .then(not)
        .append(in_list)
        .then(")"))
}

fn range(
    clause: &Clause<'_>,
    expression: &Expr,
    negated: bool,
    low: &Expr,
    high: &Expr,
) -> Result<Sql, ServiceError> {
    let scalar = scalar(clause, expression)?;
    let not = if negated { "NOT " } else { "" };
    if scalar.form == Form::Element && scalar.ty == Type::Json {
        let mut bounds = Vec::new();
        for (bound, operator) in [(low, ">="), (high, "<=")] {
            let sides = (
                Operand::Scalar(scalar.clone()),
                Operand::Literal(literal(clause, bound)?),
            );
            bounds.push(compare(clause, (expression, bound), sides, operator)?);
        }
        return Ok(Sql::text(not).append(balanced(bounds, "AND")));
    }
    let low = bind(clause, low, &literal(clause, low)?, &scalar)?;
    let high = bind(clause, high, &literal(clause, high)?, &scalar)?;
    Ok(Sql::text("(")
        .append(scalar.sql)
        .then(" ")
        .then(not)
        .then("BETWEEN ")
        .append(Sql::value(low))
        .then(" AND ")
        .append(Sql::value(high))
        .then(")"))
}

fn like(
    clause: &Clause<'_>,
    expression: &Expr,
    negated: bool,
    pattern: &Expr,
    escape: Option<&Expr>,
) -> Result<Sql, ServiceError> {
    let scalar = scalar(clause, expression)?;
    // An element is compared as JSON, with the quotes of a string, as in MySQL.
    let is_element = scalar.form == Form::Element;
    if !is_element && !matches!(scalar.ty, Type::String | Type::Unknown) {
        let ty = scalar.ty.name();
        return Err(unsupported(
            clause,
            expression,
            &format!("LIKE for {ty} values"),
        ));
    }
    let Literal::Text(text) = literal(clause, pattern)? else {
        return Err(unsupported(
            clause,
            pattern,
            "LIKE with a pattern that is not text in single quotes",
        ));
    };
    let not = if negated { "NOT " } else { "" };
    let Some(escape) = escape else {
        let call = Sql::call(LIKE, [scalar.sql, Sql::value(Stored::Text(text))]);
        return Ok(Sql::text(not).append(call));
    };
    let pattern = without_escapes(clause, escape, &text)?;
    let value = ['%', '_'].into_iter().zip(SUBSTITUTES);
    let value = value.fold(scalar.sql, |value, (wildcard, substitute)| {
        let [wildcard, substitute] =
            [wildcard, substitute].map(|c| Sql::value(Stored::Text(c.to_string())));
        Sql::call("replace", [value, wildcard, substitute])
    });
    let call = Sql::call(LIKE, [value, Sql::value(Stored::Text(pattern))]);
    Ok(Sql::text(not).append(call))
}

/// Characters that represent `%` and `_` in the value and as escaped characters of the pattern. Unicode
/// reserves them for internal use.
const SUBSTITUTES: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];

/// Returns the pattern with a substitute for each escaped wildcard. As in SQL-92, only a wildcard and the
/// escape character itself can be escaped.
fn without_escapes(
    clause: &Clause<'_>,
    escape: &Expr,
    pattern: &str,
) -> Result<String, ServiceError> {
    let invalid = |what| Err(unsupported(clause, escape, what));
    let Literal::Text(text) = literal(clause, escape)? else {
        return invalid("an escape character that is not in single quotes");
    };
    let mut characters = text.chars();
    let (Some(escape), None) = (characters.next(), characters.next()) else {
        return invalid("an ESCAPE that is not one character");
    };
    let [percent, underscore] = SUBSTITUTES;
    let mut result = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        result.push(match character {
            character if character != escape => character,
            _ => match rest.next() {
                Some('%') => percent,
                Some('_') => underscore,
                Some(other) if other == escape => other,
                _ => return invalid("a pattern with an escape character before an ordinary one"),
            },
        });
    }
    Ok(result)
}

fn literal(clause: &Clause<'_>, expression: &Expr) -> Result<Literal, ServiceError> {
    match expression {
        Expr::Nested(inner) => literal(clause, inner),
        _ => Literal::of(expression).ok_or_else(|| {
            unsupported(
                clause,
                expression,
                "an expression where a constant is expected",
            )
        }),
    }
}

fn bind(
    clause: &Clause<'_>,
    at: &Expr,
    literal: &Literal,
    scalar: &Scalar,
) -> Result<Stored, ServiceError> {
    literal
        .bind_for(scalar)
        .map_err(|why| clause.error_at(start(at), why))
}

fn bind_untyped(clause: &Clause<'_>, at: &Expr, literal: &Literal) -> Result<Stored, ServiceError> {
    literal
        .bind()
        .map_err(|why| clause.error_at(start(at), why))
}

fn not_a_condition(clause: &Clause<'_>, at: &Expr, found: &str) -> ServiceError {
    clause.error_at(start(at), format!("found {found}, expected a condition"))
}
