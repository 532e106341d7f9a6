//! Translates parsed expressions to SQL.

use rusqlite::types::Value as Stored;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectNamePart, UnaryOperator,
};

use crate::query::expression::aggregate::Aggregate;
use crate::query::expression::clause::Clause;
use crate::query::expression::functions::{Parameter, Returns, Signature};
use crate::query::expression::json;
use crate::query::expression::literal::Literal;
use crate::query::expression::operand::{Operand, unsupported};
use crate::query::expression::position::start;
use crate::query::expression::scalar::{Form, Scalar, Type};
use crate::query::expression::tokens;
use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::text::shorten;

/// Maximum depth of calculations and functions within each other.
const MAX_DEPTH: usize = 100;

/// Maximum number of arguments of a function.
const MAX_ARGUMENTS: usize = 100;

/// Translates an expression. Returns a constant as it is, so that it can be converted to the type
/// that it is used with.
pub(crate) fn operand(clause: &Clause<'_>, expression: &Expr) -> Result<Operand, ServiceError> {
    operand_at(clause, expression, 0)
}

/// Translates an expression that is not a single constant.
pub(crate) fn scalar(clause: &Clause<'_>, expression: &Expr) -> Result<Scalar, ServiceError> {
    match operand(clause, expression)? {
        Operand::Scalar(scalar) => Ok(scalar),
        Operand::Literal(literal) => Err(unsupported(
            clause,
            expression,
            &format!("{literal} instead of a column"),
        )),
    }
}

fn operand_at(
    clause: &Clause<'_>,
    expression: &Expr,
    depth: usize,
) -> Result<Operand, ServiceError> {
    if let Some(literal) = Literal::of(expression) {
        return Ok(Operand::Literal(literal));
    }
    if depth > MAX_DEPTH {
        let why = format!("calculations nested more than {MAX_DEPTH} deep");
        return Err(clause.error_at(start(expression), why));
    }
    match expression {
        Expr::Nested(inner) => operand_at(clause, inner, depth),
        // The parser accepts a keyword in the place of a name.
        Expr::Identifier(name) if tokens::is_keyword(name) => {
            let why = format!("found {}, expected a condition", name.value);
            Err(clause.error_at(name.span.start, why))
        }
        Expr::Identifier(name) => Ok(Operand::Scalar(clause.resolve(&name.value)?)),
        Expr::CompoundIdentifier(path) => {
            let path: Vec<&str> = path.iter().map(|part| part.value.as_str()).collect();
            let resolved = clause.resolve_path(&path)?;
            resolved.map(Operand::Scalar).ok_or_else(|| {
                let path = shorten(&path.join("."));
                let what = format!("'{path}': a column of a related table in a computed value");
                unsupported(clause, expression, &what)
            })
        }
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::Arrow | BinaryOperator::LongArrow => {
                let document = operand_at(clause, left, depth + 1)?;
                json::element(clause, left, document, op, right).map(Operand::Scalar)
            }
            _ => calculation(clause, expression, depth).map(Operand::Scalar),
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => {
            let inner = argument(clause, expr, Parameter::Number, depth + 1)?;
            Ok(Operand::Scalar(Scalar {
                name: inner.name,
                sql: Sql::call("local_negate", [inner.sql]),
                ty: inner.ty,
                form: Form::Calculation,
            }))
        }
        Expr::UnaryOp {
            op: UnaryOperator::Plus,
            expr,
        } => argument(clause, expr, Parameter::Number, depth + 1).map(Operand::Scalar),
        Expr::Function(function) => call(clause, expression, function, depth).map(Operand::Scalar),
        _ => Err(unsupported(clause, expression, "this expression")),
    }
}

/// Translates `a + b` and the other operators of numbers.
fn calculation(
    clause: &Clause<'_>,
    expression: &Expr,
    depth: usize,
) -> Result<Scalar, ServiceError> {
    let Expr::BinaryOp { left, op, right } = expression else {
        return Err(unsupported(clause, expression, "this expression"));
    };
    let function = match (op, clause.is_update()) {
        (BinaryOperator::Plus, _) => "local_add",
        (BinaryOperator::Minus, _) => "local_subtract",
        (BinaryOperator::Multiply, _) => "local_multiply",
        (BinaryOperator::Divide, false) => "local_divide",
        (BinaryOperator::Divide, true) => "local_strict_divide",
        (BinaryOperator::Modulo, false) => "local_modulo",
        (BinaryOperator::Modulo, true) => "local_strict_modulo",
        _ => return Err(unsupported(clause, expression, "this expression")),
    };
    let left = argument(clause, left, Parameter::Number, depth + 1)?;
    let right = argument(clause, right, Parameter::Number, depth + 1)?;
    let ty = match (left.ty, right.ty) {
        (Type::Int, Type::Int) if *op != BinaryOperator::Divide => Type::Int,
        _ => Type::Double,
    };
    Ok(Scalar {
        name: format!("{} {op} {}", shorten(&left.name), shorten(&right.name)),
        sql: Sql::call(function, [left.sql, right.sql]),
        ty,
        form: Form::Calculation,
    })
}

/// Translates the call of a function or an aggregate.
fn call(
    clause: &Clause<'_>,
    at: &Expr,
    function: &Function,
    depth: usize,
) -> Result<Scalar, ServiceError> {
    let not_supported = || {
        let name = shorten(&function.name.to_string());
        unsupported(clause, at, &format!("the function {name}(...)"))
    };
    let [ObjectNamePart::Identifier(Ident { value: name, .. })] = function.name.0.as_slice() else {
        return Err(not_supported());
    };
    let Some(arguments) = plain_arguments(function) else {
        return Err(not_supported());
    };
    if let Some(aggregate) = Aggregate::named(name)
        && clause.allows_aggregates()
    {
        let [argument] = arguments else {
            return Err(not_supported());
        };
        return aggregate_of(clause, at, aggregate, argument, depth);
    }
    let Some(signature) = Signature::named(name) else {
        return Err(not_supported());
    };
    let mut expressions = Vec::new();
    for argument in arguments {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => expressions.push(expression),
            _ => return Err(not_supported()),
        }
    }
    let (count, name) = (expressions.len(), signature.names[0]);
    if count < signature.required
        || (!signature.repeats && count > signature.parameters.len())
        || count > MAX_ARGUMENTS
    {
        let arity = signature.arity();
        let why = format!("{name} has {count} arguments, expected {arity}");
        return Err(clause.error_at(start(at), why));
    }
    build(clause, signature, &expressions, depth)
}

/// Returns the arguments of a call without any other clause.
fn plain_arguments(function: &Function) -> Option<&[FunctionArg]> {
    let FunctionArguments::List(arguments) = &function.args else {
        return None;
    };
    let plain = arguments.duplicate_treatment.is_none()
        && arguments.clauses.is_empty()
        && function.parameters == FunctionArguments::None
        && function.within_group.is_empty()
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.over.is_none();
    plain.then_some(arguments.args.as_slice())
}

fn aggregate_of(
    clause: &Clause<'_>,
    at: &Expr,
    aggregate: Aggregate,
    argument: &FunctionArg,
    depth: usize,
) -> Result<Scalar, ServiceError> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if aggregate == Aggregate::Count => {
            clause.in_aggregate(|| Ok(Aggregate::of_rows()))
        }
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => {
            clause.in_aggregate(|| match operand_at(clause, expression, depth + 1)? {
                Operand::Scalar(scalar) => aggregate.of(&scalar),
                Operand::Literal(Literal::Number(_)) if aggregate == Aggregate::Count => {
                    Ok(Aggregate::of_rows())
                }
                Operand::Literal(literal) => Err(unsupported(
                    clause,
                    expression,
                    &format!("{literal} instead of a column"),
                )),
            })
        }
        _ => {
            let name = aggregate.key();
            Err(unsupported(clause, at, &format!("{name}(*)")))
        }
    }
}

/// Translates the arguments of a function and writes its call.
fn build(
    clause: &Clause<'_>,
    signature: &Signature,
    expressions: &[&Expr],
    depth: usize,
) -> Result<Scalar, ServiceError> {
    let mut ty = match signature.returns {
        Returns::Fixed(ty) => ty,
        Returns::Number | Returns::Same => Type::Unknown,
    };
    if signature.returns == Returns::Same {
        ty = common_type(clause, expressions, depth)?;
    }
    let mut arguments = Vec::new();
    for (at, expression) in expressions.iter().enumerate() {
        let argument = match signature.parameter(at) {
            Some(Parameter::Unit) | None => Scalar::constant(Stored::Null, Type::Unknown),
            Some(Parameter::Same) => same(clause, expression, ty, depth + 1)?,
            Some(parameter) => argument(clause, expression, parameter, depth + 1)?,
        };
        if at == 0 && signature.returns == Returns::Number {
            ty = match argument.ty {
                Type::Int => Type::Int,
                _ => Type::Double,
            };
        } else if signature.sql == "local_modulo" && argument.ty == Type::Double {
            ty = Type::Double;
        }
        arguments.push(argument.sql);
    }
    let sql = special(clause, signature, expressions, arguments, &mut ty)?;
    Ok(Scalar {
        name: signature.names[0].to_owned(),
        sql,
        ty,
        form: Form::Function(signature.key),
    })
}

/// Writes the call. Some functions need more than the call of one SQL function.
fn special(
    clause: &Clause<'_>,
    signature: &Signature,
    expressions: &[&Expr],
    mut arguments: Vec<Sql>,
    ty: &mut Type,
) -> Result<Sql, ServiceError> {
    let now = || Sql::call("local_now", []);
    let constant = |value: i64| Sql::value(Stored::Integer(value));
    Ok(match signature.names[0] {
        "NOW" if arguments.is_empty() => now(),
        "NOW" => {
            *ty = Type::String;
            arguments.insert(0, now());
            Sql::call("local_timestamp_text", arguments)
        }
        "CURDATE" => Sql::call("local_date", [now()]),
        "UNIXTIMESTAMP" if arguments.is_empty() => Sql::call(signature.sql, [now()]),
        "WEEKOFYEAR" => {
            arguments.push(constant(3));
            Sql::call(signature.sql, arguments)
        }
        "INSTR" => {
            // LOCATE(part, text); each argument contains its own parameters.
            arguments.reverse();
            Sql::call(signature.sql, arguments)
        }
        "MOD" if clause.is_update() => Sql::call("local_strict_modulo", arguments),
        name @ ("DATEADD" | "DATESUB") => {
            let ([_, _, unit], [date, count, _]) = (expressions, arguments.as_slice()) else {
                return Err(clause.error("a date, a number and a unit are expected"));
            };
            let (function, factor) = interval(clause, unit)?;
            let factor = if name == "DATESUB" { -factor } else { factor };
            let amount = Sql::call("local_multiply", [count.clone(), constant(factor)]);
            let amount = Sql::call("local_to_int", [amount]);
            Sql::call(function, [date.clone(), amount])
        }
        _ => Sql::call(signature.sql, arguments),
    })
}

/// Returns the SQL function that adds a unit of time, and the factor of its argument.
fn interval(clause: &Clause<'_>, unit: &Expr) -> Result<(&'static str, i64), ServiceError> {
    let found = match Literal::of(unit) {
        Some(Literal::Text(text)) => text.to_ascii_uppercase(),
        _ => String::new(),
    };
    Ok(match found.as_str() {
        "SECOND" => ("local_add_millis", 1_000),
        "MINUTE" => ("local_add_millis", 60_000),
        "HOUR" => ("local_add_millis", 3_600_000),
        "DAY" => ("local_add_millis", 86_400_000),
        "WEEK" => ("local_add_millis", 7 * 86_400_000),
        "MONTH" => ("local_add_months", 1),
        "QUARTER" => ("local_add_months", 3),
        "YEAR" => ("local_add_months", 12),
        _ => {
            let units = tokens::UNITS.join(", ");
            let why = format!("expected INTERVAL, a number and one of {units}");
            return Err(clause.error_at(start(unit), why));
        }
    })
}

/// The type of arguments that must have the same: that of the first one that has any.
fn common_type(
    clause: &Clause<'_>,
    expressions: &[&Expr],
    depth: usize,
) -> Result<Type, ServiceError> {
    let mut common = Type::Unknown;
    let mut of_constants = Type::Unknown;
    for expression in expressions {
        let ty = match operand_at(clause, expression, depth + 1)? {
            Operand::Scalar(scalar) => scalar.ty,
            Operand::Literal(literal) => {
                if of_constants == Type::Unknown {
                    of_constants = literal.ty();
                }
                continue;
            }
        };
        common = match (common, ty) {
            (Type::Unknown, ty) => ty,
            (common, Type::Unknown) => common,
            (common, ty) if common == ty => common,
            (common, ty) if common.is_numeric() && ty.is_numeric() => Type::Double,
            (common, ty) => {
                let (a, b) = (common.name(), ty.name());
                return Err(unsupported(
                    clause,
                    expression,
                    &format!("{a} and {b} values together"),
                ));
            }
        };
    }
    Ok(if common == Type::Unknown {
        of_constants
    } else {
        common
    })
}

/// Translates an argument of the type of the others.
fn same(
    clause: &Clause<'_>,
    expression: &Expr,
    ty: Type,
    depth: usize,
) -> Result<Scalar, ServiceError> {
    match operand_at(clause, expression, depth)? {
        Operand::Scalar(scalar) => Ok(scalar),
        Operand::Literal(literal) => match literal.bind_as(ty) {
            Some(Ok(value)) => Ok(Scalar::constant(value, ty)),
            Some(Err(why)) => Err(clause.error_at(start(expression), why)),
            None => {
                let why = format!("{literal} does not have the type {}", ty.name());
                Err(clause.error_at(start(expression), why))
            }
        },
    }
}

/// Translates an argument and converts it to the type of a parameter.
fn argument(
    clause: &Clause<'_>,
    expression: &Expr,
    parameter: Parameter,
    depth: usize,
) -> Result<Scalar, ServiceError> {
    let scalar = match operand_at(clause, expression, depth)? {
        Operand::Scalar(scalar) => scalar,
        Operand::Literal(literal) => return constant(clause, expression, &literal, parameter),
    };
    let convert = |function: &str, kind: Option<&str>, ty| {
        let kind = kind.map(|kind| Sql::value(Stored::Text(kind.to_owned())));
        let arguments = [Some(scalar.sql.clone()), kind].into_iter().flatten();
        Ok(Scalar {
            sql: Sql::call(function, arguments),
            ty,
            ..scalar.clone()
        })
    };
    match (parameter, scalar.ty) {
        (_, Type::Unknown) => Ok(scalar),
        (Parameter::Text, Type::String | Type::Time | Type::Json) => Ok(scalar),
        (Parameter::Text, Type::Date) => convert("local_text", Some("D"), Type::String),
        (Parameter::Text, Type::DateTime) => convert("local_text", Some("M"), Type::String),
        (Parameter::Text, _) => convert("local_text", Some("N"), Type::String),
        (Parameter::Number, Type::Int | Type::Double) => Ok(scalar),
        (Parameter::Number, Type::Json) if !scalar.is_raw_json() => {
            convert("local_json_number", None, Type::Double)
        }
        (Parameter::Date, ty) if ty.can_be_date() => Ok(scalar),
        (Parameter::Date, Type::String) => convert("local_date_of_text", None, Type::DateTime),
        _ => {
            let (name, ty) = (shorten(&scalar.name), scalar.ty.name());
            let expected = match parameter {
                Parameter::Number => "a number",
                Parameter::Date => "a date",
                _ => "another value",
            };
            let why = format!("'{name}' has the type {ty}, expected {expected}");
            Err(clause.error_at(start(expression), why))
        }
    }
}

/// Converts a constant to the type of a parameter.
fn constant(
    clause: &Clause<'_>,
    at: &Expr,
    literal: &Literal,
    parameter: Parameter,
) -> Result<Scalar, ServiceError> {
    let (value, ty) = match (parameter, literal) {
        (_, Literal::Null) => (Some(Stored::Null), Type::Unknown),
        (Parameter::Number, literal) => {
            let value = literal.number();
            let ty = match value {
                Some(Stored::Real(_)) => Type::Double,
                _ => Type::Int,
            };
            (value, ty)
        }
        (Parameter::Text, literal) => (
            literal.bind_as(Type::String).and_then(Result::ok),
            Type::String,
        ),
        (_, literal) => (
            literal.bind_as(Type::DateTime).and_then(Result::ok),
            Type::DateTime,
        ),
    };
    let Some(value) = value else {
        let expected = match parameter {
            Parameter::Number => "a number",
            Parameter::Text => "text",
            _ => "a date",
        };
        return Err(clause.error_at(start(at), format!("found {literal}, expected {expected}")));
    };
    Ok(Scalar {
        name: literal.to_string(),
        ..Scalar::constant(value, ty)
    })
}
