//! Computed values of an update: expressions and operations on parts of JSON documents. SQLite
//! computes them within the `UPDATE`, from the values before it, so that concurrent updates do not
//! lose changes.

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::{Map, Value};

use crate::query::expression::{self, Clause, Operand, Role, Scalar, Type};
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};
use crate::store::json::Operation;
use crate::store::schema::Table;
use crate::store::value::Kind;
use crate::text::shorten;

/// A value that the server computes.
#[derive(Debug)]
pub(crate) enum Computed {
    /// The text of a `BackendlessExpression`.
    Expression(String),
    /// A JSON operation with its paths and values, in the order of the paths.
    Json(Operation, Vec<(String, Value)>),
}

impl Computed {
    /// Whether the value of a property is to be computed.
    pub(crate) fn is_computed(value: &Value) -> bool {
        value["___class"] == "BackendlessExpression" || value.get("___operation").is_some()
    }

    /// Parses the value of a property; `None` if it is a plain value.
    pub(crate) fn parse(name: &str, value: &Value) -> Result<Option<Computed>, ServiceError> {
        if !Computed::is_computed(value) {
            return Ok(None);
        }
        let computed = match value.get("___operation") {
            Some(operation) => json_operation(operation, value.get("args")),
            None => match value.get("value") {
                Some(Value::String(text)) if !text.trim().is_empty() => {
                    Ok(Computed::Expression(text.clone()))
                }
                _ => Err("'value' must be text with an expression, such as 'age + 1'".to_owned()),
            },
        };
        computed.map(Some).map_err(|why| invalid(name, &why))
    }

    /// Returns the SQL of the column, which is created if needed, and of its new value.
    pub(crate) fn assignment(
        self,
        connection: &Connection,
        table: &mut Table,
        name: &str,
    ) -> Result<(String, Sql), ServiceError> {
        match self {
            Computed::Json(operation, arguments) => {
                json_assignment(table, name, operation, arguments)
            }
            Computed::Expression(text) => {
                let value = expression_value(table, name, &text)?;
                let kind = match table.column(name).map(|column| column.kind) {
                    None | Some(Kind::Unknown) => value.ty.kind(),
                    Some(kind) => kind,
                };
                let sql = fitted(table, name, kind, value)?;
                Ok((table.column_of_kind(connection, name, kind)?, sql))
            }
        }
    }
}

/// Rejects computed values, which have a meaning only for a row that exists.
pub(crate) fn reject_computed(fields: &Map<String, Value>) -> Result<(), ServiceError> {
    match fields
        .iter()
        .find(|(_, value)| Computed::is_computed(value))
    {
        None => Ok(()),
        Some((name, _)) => Err(invalid(
            name,
            "a computed value is possible in an update only, not in a new object",
        )),
    }
}

fn invalid(name: &str, why: &str) -> ServiceError {
    let message = format!("Invalid value of '{}': {why}", shorten(name));
    ServiceError::new(code::INVALID_VALUE, message)
}

fn json_operation(operation: &Value, arguments: Option<&Value>) -> Result<Computed, String> {
    let named = operation.as_str().and_then(Operation::named);
    let Some(operation) = named else {
        let names = Operation::ALL.map(Operation::name).join(", ");
        let found = shorten(&operation.to_string());
        return Err(format!(
            "unknown operation {found}, expected one of {names}"
        ));
    };
    let (pairs, expected) = match (operation, arguments) {
        (Operation::Remove, Some(Value::Array(paths))) => {
            let pair = |path: &Value| Some((path.as_str()?.to_owned(), Value::Null));
            (paths.iter().map(pair).collect(), "an array of paths")
        }
        (Operation::Remove, _) => (None, "an array of paths"),
        (_, Some(Value::Object(members))) => {
            let pair = |(path, value): (&String, &Value)| Some((path.clone(), value.clone()));
            (
                members.iter().map(pair).collect(),
                "an object of paths and values",
            )
        }
        _ => (None, "an object of paths and values"),
    };
    let pairs: Option<Vec<(String, Value)>> = pairs;
    let name = operation.name();
    let Some(pairs) = pairs.filter(|pairs| !pairs.is_empty()) else {
        return Err(format!(
            "'args' of {name} must be {expected} that is not empty"
        ));
    };
    let mut parsed = Vec::new();
    for pair in pairs {
        let path = operation
            .path(&pair.0)
            .map_err(|why| format!("{name}: {why}"))?;
        parsed.push((path, pair));
    }
    // The members of a JSON object have no order; paths are removed in the order of the array.
    if operation != Operation::Remove {
        parsed.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    let pairs = parsed.into_iter().map(|(_, pair)| pair).collect();
    Ok(Computed::Json(operation, pairs))
}

fn json_assignment(
    table: &Table,
    name: &str,
    operation: Operation,
    arguments: Vec<(String, Value)>,
) -> Result<(String, Sql), ServiceError> {
    let column = table.known_column(name)?;
    if !matches!(column.kind, Kind::Json | Kind::Unknown) {
        let why = format!(
            "{} needs a JSON column: '{}' in table '{}' has the type {}",
            operation.name(),
            column.name,
            table.name(),
            column.kind.name()
        );
        return Err(ServiceError::new(code::TYPE_MISMATCH, why));
    }
    let pairs = arguments
        .into_iter()
        .map(|(path, value)| Value::Array(vec![Value::String(path), value]));
    let pairs = Value::Array(pairs.collect()).to_string();
    let text = |text: &str| Sql::value(Stored::Text(text.to_owned()));
    let document = Sql::text(column.sql.clone());
    let update = [text(operation.name()), document, text(&pairs)];
    Ok((column.sql.clone(), Sql::call("local_json_update", update)))
}

/// Translates an expression. A constant is an expression too.
fn expression_value(table: &Table, name: &str, text: &str) -> Result<Scalar, ServiceError> {
    let clause = Clause::new(table, Role::Update(name));
    let expression = expression::parse(&clause, text)?;
    match expression::operand(&clause, &expression)? {
        Operand::Scalar(scalar) => Ok(scalar),
        Operand::Literal(literal) => {
            let value = literal.bind().map_err(|why| clause.error(&why))?;
            Ok(Scalar::constant(value, literal.ty()))
        }
    }
}

/// Returns the SQL of the value, converted to the kind of the column.
fn fitted(table: &Table, name: &str, kind: Kind, value: Scalar) -> Result<Sql, ServiceError> {
    let as_day = |sql| {
        let day = Sql::value(Stored::Text("D".to_owned()));
        Sql::call("local_text", [sql, day])
    };
    match (kind, value.ty) {
        (_, Type::Unknown)
        | (Kind::Unknown, _)
        | (Kind::Int, Type::Int | Type::DateTime | Type::Date)
        | (Kind::Double, Type::Int | Type::Double | Type::DateTime)
        | (Kind::String, Type::String | Type::Time)
        | (Kind::Boolean, Type::Boolean)
        | (Kind::Json, Type::Json) => Ok(value.sql),
        // As MySQL rounds a fraction that it stores in an integer column.
        (Kind::Int, Type::Double) => Ok(Sql::call("local_to_int", [value.sql])),
        (Kind::String, Type::Date) => Ok(as_day(value.sql)),
        (kind, ty) => {
            let (name, table) = (shorten(name), table.name());
            let (kind, ty) = (kind.name(), ty.name());
            let why = format!(
                "Column '{name}' in table '{table}' has the type {kind}; the expression has the type \
                 {ty}, which does not fit"
            );
            Err(ServiceError::new(code::TYPE_MISMATCH, why))
        }
    }
}
