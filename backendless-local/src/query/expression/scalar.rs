//! Translated expressions and their types.

use rusqlite::types::{Value as Stored, ValueRef};
use serde_json::Value;

use crate::query::sql::Sql;
use crate::service_error::ServiceError;
use crate::store::date::Date;
use crate::store::schema::{CREATED, Column, Table, UPDATED};
use crate::store::value::{Kind, from_stored};

/// Type of the value of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Null, or a column without values.
    Unknown,
    Boolean,
    Int,
    Double,
    String,
    Json,
    /// A date and time, in SQL as milliseconds since 1970.
    DateTime,
    /// A day, in SQL as the milliseconds since 1970 of its start; in results as `2020-06-23`.
    Date,
    /// A time of the day: `11:19:06`.
    Time,
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Type {
        match kind {
            Kind::Unknown => Type::Unknown,
            Kind::Boolean => Type::Boolean,
            Kind::Int => Type::Int,
            Kind::Double => Type::Double,
            Kind::String => Type::String,
            Kind::Json => Type::Json,
        }
    }
}

impl Type {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Type::DateTime => "DATETIME",
            Type::Date => "DATE",
            Type::Time => "TIME",
            _ => self.kind().name(),
        }
    }

    /// The kind of a column that stores values of this type.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Type::Unknown => Kind::Unknown,
            Type::Boolean => Kind::Boolean,
            Type::Int | Type::DateTime => Kind::Int,
            Type::Double => Kind::Double,
            Type::String | Type::Date | Type::Time => Kind::String,
            Type::Json => Kind::Json,
        }
    }

    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Type::Int | Type::Double)
    }

    /// Whether the values can be milliseconds since 1970. No column has a type for dates, so numbers
    /// can be dates.
    pub(crate) fn can_be_date(self) -> bool {
        matches!(self, Type::DateTime | Type::Date) || self.is_numeric()
    }

    /// Whether values of the two types can be compared.
    pub(crate) fn is_comparable_with(self, other: Type) -> bool {
        self == other
            || self == Type::Unknown
            || other == Type::Unknown
            || self.can_be_date() && other.can_be_date()
    }

    /// Returns the JSON of a value in SQL.
    pub(crate) fn read(self, stored: ValueRef<'_>) -> Result<Value, ServiceError> {
        match (self, stored) {
            (Type::Date, ValueRef::Integer(millis)) => {
                let date = Date::from_millis(millis).map(Date::date_text);
                Ok(date.map_or(Value::Null, Value::from))
            }
            _ => from_stored(self.kind(), stored),
        }
    }
}

/// The form of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Column,
    /// An element of a JSON document.
    Element,
    /// A function, with the name of the property that it becomes if it has no alias.
    Function(&'static str),
    Calculation,
}

/// A translated expression.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    /// The name of the column or function, for messages.
    pub(crate) name: String,
    pub(crate) sql: Sql,
    pub(crate) ty: Type,
    pub(crate) form: Form,
}

impl Scalar {
    pub(crate) fn column(table: &Table, column: &Column) -> Scalar {
        Scalar::column_of(&table.sql(), table, column)
    }

    /// A column of a table that the statement calls `alias`.
    pub(super) fn column_of(alias: &str, table: &Table, column: &Column) -> Scalar {
        Scalar {
            name: column.name.clone(),
            sql: Sql::text(format!("{alias}.{}", column.sql)),
            ty: column_type(table, column),
            form: Form::Column,
        }
    }

    /// A constant.
    pub(crate) fn constant(value: Stored, ty: Type) -> Scalar {
        Scalar {
            name: "a constant".to_owned(),
            sql: Sql::value(value),
            ty,
            form: Form::Calculation,
        }
    }

    pub(crate) fn is_raw_json(&self) -> bool {
        self.ty == Type::Json && self.form != Form::Element
    }

    /// Whether both are the same SQL.
    pub(crate) fn is_same(&self, other: &Scalar) -> bool {
        self.sql == other.sql
    }
}

/// Only the dates of the server are known to be dates.
fn column_type(table: &Table, column: &Column) -> Type {
    let is_date = match column.name.as_str() {
        CREATED | UPDATED => true,
        "lastLogin" => table.name() == "Users",
        _ => false,
    };
    match (is_date, column.kind) {
        (true, Kind::Int) => Type::DateTime,
        (_, kind) => kind.into(),
    }
}
