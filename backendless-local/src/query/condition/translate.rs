//! Translates a parsed clause to SQL. An expression that is not listed here is rejected.

use rusqlite::types::Value as Stored;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    InTarget, ObjectNamePart, UnaryOperator,
};
use sqlparser::tokenizer::Location;

use crate::query::aggregate::Aggregate;
use crate::query::condition::clause::{Clause, Term};
use crate::query::condition::literal::Literal;
use crate::query::condition::tokens;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::like::LIKE;
use crate::store::value::Kind;
use crate::text::shorten;

/// One side of a comparison.
enum Operand {
    Term(Term),
    Literal(Literal),
}

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
        Expr::BinaryOp { left, op, right } => comparison(clause, &left, &op, &right),
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => {
            let inner = condition(clause, *expr)?;
            Ok(Sql {
                text: format!("NOT {}", inner.text),
                values: inner.values,
            })
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
    let mut left = balanced(parts, keyword);
    left.values.extend(right.values);
    Sql {
        text: format!("({} {keyword} {})", left.text, right.text),
        values: left.values,
    }
}

/// Translates a condition that is not a comparison: `true`, or a boolean column.
fn truth(clause: &Clause<'_>, expression: &Expr) -> Result<Sql, ServiceError> {
    match operand(clause, expression)? {
        Operand::Literal(Literal::Boolean(flag)) => Ok(Sql {
            text: "?".to_owned(),
            values: vec![Stored::Integer(flag.into())],
        }),
        Operand::Term(Term {
            sql,
            kind: Kind::Boolean,
            ..
        }) => Ok(Sql {
            text: sql,
            values: Vec::new(),
        }),
        Operand::Literal(literal) => Err(not_a_condition(clause, expression, &literal.to_string())),
        Operand::Term(term) => Err(not_a_condition(
            clause,
            expression,
            &format!("'{}'", shorten(&term.name)),
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
        other => return Err(unsupported(clause, left, &format!("the operator {other}"))),
    };
    let sides = (operand(clause, left)?, operand(clause, right)?);
    let values = match &sides {
        (side, Operand::Literal(Literal::Null)) | (Operand::Literal(Literal::Null), side) => {
            return compare_with_null(clause, left, side, sql);
        }
        (Operand::Term(a), Operand::Term(b)) => {
            return compare_terms(clause, left, a, sql, b);
        }
        (Operand::Term(term), Operand::Literal(value)) => vec![bind(clause, right, value, term)?],
        (Operand::Literal(value), Operand::Term(term)) => vec![bind(clause, left, value, term)?],
        (Operand::Literal(a), Operand::Literal(b)) => {
            vec![
                bind_untyped(clause, left, a)?,
                bind_untyped(clause, right, b)?,
            ]
        }
    };
    Ok(Sql {
        text: format!("({} {sql} {})", sides.0.sql(), sides.1.sql()),
        values,
    })
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
    let values = match side {
        Operand::Term(_) => Vec::new(),
        Operand::Literal(literal) => vec![bind_untyped(clause, at, literal)?],
    };
    Ok(Sql {
        text: format!("({} {check})", side.sql()),
        values,
    })
}

fn compare_terms(
    clause: &Clause<'_>,
    at: &Expr,
    a: &Term,
    operator: &str,
    b: &Term,
) -> Result<Sql, ServiceError> {
    let comparable = a.kind == b.kind || (a.kind.is_numeric() && b.kind.is_numeric());
    let untyped = a.kind == Kind::Unknown || b.kind == Kind::Unknown;
    if a.kind == Kind::Json || b.kind == Kind::Json || !(comparable || untyped) {
        let (a, b) = (a.kind.name(), b.kind.name());
        return Err(unsupported(
            clause,
            at,
            &format!("comparing {a} values with {b} values"),
        ));
    }
    Ok(Sql {
        text: format!("({} {operator} {})", a.sql, b.sql),
        values: Vec::new(),
    })
}

fn null_check(clause: &Clause<'_>, expression: &Expr, check: &str) -> Result<Sql, ServiceError> {
    let term = term(clause, expression)?;
    Ok(Sql {
        text: format!("({} {check})", term.sql),
        values: Vec::new(),
    })
}

fn membership(
    clause: &Clause<'_>,
    expression: &Expr,
    list: &[Expr],
    negated: bool,
) -> Result<Sql, ServiceError> {
    let term = term(clause, expression)?;
    let values = list
        .iter()
        .map(|item| bind(clause, item, &literal(clause, item)?, &term))
        .collect::<Result<Vec<_>, _>>()?;
    let marks = vec!["?"; values.len()].join(", ");
    let not = if negated { "NOT " } else { "" };
    Ok(Sql {
        text: format!("({} {not}IN ({marks}))", term.sql),
        values,
    })
}

fn range(
    clause: &Clause<'_>,
    expression: &Expr,
    negated: bool,
    low: &Expr,
    high: &Expr,
) -> Result<Sql, ServiceError> {
    let term = term(clause, expression)?;
    let low = bind(clause, low, &literal(clause, low)?, &term)?;
    let high = bind(clause, high, &literal(clause, high)?, &term)?;
    let not = if negated { "NOT " } else { "" };
    Ok(Sql {
        text: format!("({} {not}BETWEEN ? AND ?)", term.sql),
        values: vec![low, high],
    })
}

fn like(
    clause: &Clause<'_>,
    expression: &Expr,
    negated: bool,
    pattern: &Expr,
    escape: Option<&Expr>,
) -> Result<Sql, ServiceError> {
    let term = term(clause, expression)?;
    if !matches!(term.kind, Kind::String | Kind::Unknown) {
        let kind = term.kind.name();
        return Err(unsupported(
            clause,
            expression,
            &format!("LIKE for {kind} values"),
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
        return Ok(Sql {
            text: format!("{not}{LIKE}({}, ?)", term.sql),
            values: vec![Stored::Text(text)],
        });
    };
    let pattern = without_escapes(clause, escape, &text)?;
    let [percent, underscore] = SUBSTITUTES.map(u32::from);
    Ok(Sql {
        text: format!(
            "{not}{LIKE}(replace(replace({}, '%', char({percent})), '_', char({underscore})), ?)",
            term.sql
        ),
        values: vec![Stored::Text(pattern)],
    })
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

impl Operand {
    fn sql(&self) -> &str {
        match self {
            Operand::Term(term) => &term.sql,
            Operand::Literal(_) => "?",
        }
    }
}

fn operand(clause: &Clause<'_>, expression: &Expr) -> Result<Operand, ServiceError> {
    if let Some(literal) = Literal::of(expression) {
        return Ok(Operand::Literal(literal));
    }
    match expression {
        Expr::Nested(inner) => operand(clause, inner),
        // The parser accepts a keyword in the place of a name.
        Expr::Identifier(name) if tokens::is_keyword(name) => {
            let why = format!("found {}, expected a condition", name.value);
            Err(clause.error_at(name.span.start, why))
        }
        Expr::Identifier(name) => Ok(Operand::Term(clause.column(&name.value)?)),
        Expr::CompoundIdentifier(path) => {
            let path = path
                .iter()
                .map(|part| part.value.as_str())
                .collect::<Vec<_>>()
                .join(".");
            let what = format!(
                "'{}': relations are not supported, so a name with a dot",
                shorten(&path)
            );
            Err(unsupported(clause, expression, &what))
        }
        Expr::Function(function) => match aggregate(clause, function)? {
            Some(term) => Ok(Operand::Term(term)),
            None => {
                let name = shorten(&function.name.to_string());
                Err(unsupported(
                    clause,
                    expression,
                    &format!("the function {name}(...)"),
                ))
            }
        },
        _ => Err(unsupported(clause, expression, "this expression")),
    }
}

fn term(clause: &Clause<'_>, expression: &Expr) -> Result<Term, ServiceError> {
    match operand(clause, expression)? {
        Operand::Term(term) => Ok(term),
        Operand::Literal(literal) => Err(unsupported(
            clause,
            expression,
            &format!("{literal} instead of a column"),
        )),
    }
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

/// Resolves an aggregate function with exactly one argument: a name or `*`.
fn aggregate(clause: &Clause<'_>, function: &Function) -> Result<Option<Term>, ServiceError> {
    let [ObjectNamePart::Identifier(Ident { value: name, .. })] = function.name.0.as_slice() else {
        return Ok(None);
    };
    let FunctionArguments::List(arguments) = &function.args else {
        return Ok(None);
    };
    let plain = arguments.duplicate_treatment.is_none()
        && arguments.clauses.is_empty()
        && function.parameters == FunctionArguments::None
        && function.within_group.is_empty()
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.over.is_none();
    let column = match arguments.args.as_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(column)))] => &column.value,
        [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] => "*",
        _ => return Ok(None),
    };
    match Aggregate::named(name) {
        Some(aggregate) if plain => clause.aggregate(aggregate, column),
        _ => Ok(None),
    }
}

fn bind(
    clause: &Clause<'_>,
    at: &Expr,
    literal: &Literal,
    term: &Term,
) -> Result<Stored, ServiceError> {
    literal
        .bind_for(term)
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

fn unsupported(clause: &Clause<'_>, at: &Expr, what: &str) -> ServiceError {
    clause.error_at(start(at), format!("{what} is not supported"))
}

/// Returns the position where an expression begins. sqlparser's own function visits the complete
/// expression recursively; this follows only the left edge, in a loop.
fn start(expression: &Expr) -> Location {
    let mut at = expression;
    loop {
        at = match at {
            Expr::BinaryOp { left, .. } => left,
            Expr::Nested(inner)
            | Expr::UnaryOp { expr: inner, .. }
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::In { expr: inner, .. }
            | Expr::Between { expr: inner, .. }
            | Expr::Like { expr: inner, .. }
            | Expr::CompoundFieldAccess { root: inner, .. } => inner,
            Expr::Tuple(items) if !items.is_empty() => &items[0],
            Expr::Identifier(name) => return name.span.start,
            Expr::CompoundIdentifier(path) => {
                return path
                    .first()
                    .map_or(Location::empty(), |name| name.span.start);
            }
            Expr::Function(function) => {
                return match function.name.0.first() {
                    Some(ObjectNamePart::Identifier(name)) => name.span.start,
                    _ => Location::empty(),
                };
            }
            Expr::Value(value) => return value.span.start,
            // All other expressions begin with a keyword that `tokens` turns into a name, so the
            // parser does not produce them.
            _ => return Location::empty(),
        };
    }
}
