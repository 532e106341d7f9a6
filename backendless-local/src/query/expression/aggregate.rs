//! Aggregate functions: `Count`, `Sum`, `Avg`, `Min`, `Max`.

use crate::query::expression::scalar::{Form, Scalar, Type};
use crate::query::sql::Sql;
use crate::service_error::{ServiceError, code};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

impl Aggregate {
    pub(crate) fn named(name: &str) -> Option<Aggregate> {
        [
            Aggregate::Count,
            Aggregate::Sum,
            Aggregate::Avg,
            Aggregate::Min,
            Aggregate::Max,
        ]
        .into_iter()
        .find(|aggregate| aggregate.key().eq_ignore_ascii_case(name))
    }

    /// Name of the property with the result if it has no alias.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Aggregate::Count => "count",
            Aggregate::Sum => "sum",
            Aggregate::Avg => "avg",
            Aggregate::Min => "min",
            Aggregate::Max => "max",
        }
    }

    /// Returns the number of rows.
    pub(crate) fn of_rows() -> Scalar {
        Aggregate::Count.result(Sql::text("COUNT(*)"), Type::Int)
    }

    /// Returns this aggregate of an expression.
    pub(crate) fn of(self, argument: &Scalar) -> Result<Scalar, ServiceError> {
        let ty = argument.ty;
        let fits = match self {
            Aggregate::Count => true,
            Aggregate::Sum | Aggregate::Avg => {
                ty.is_numeric() || matches!(ty, Type::Unknown | Type::DateTime)
            }
            Aggregate::Min | Aggregate::Max => ty != Type::Json,
        };
        if !fits {
            let why = format!(
                "{}({}) is not possible: the column has the type {}",
                self.key(),
                crate::text::shorten(&argument.name),
                ty.name()
            );
            return Err(ServiceError::new(code::TYPE_MISMATCH, why));
        }
        let result = match self {
            Aggregate::Count => Type::Int,
            Aggregate::Avg => Type::Double,
            // For a column without values the result is null, which fits every type.
            Aggregate::Sum | Aggregate::Min | Aggregate::Max => ty,
        };
        Ok(self.result(Sql::call(self.key(), [argument.sql.clone()]), result))
    }

    fn result(self, sql: Sql, ty: Type) -> Scalar {
        Scalar {
            name: self.key().to_owned(),
            sql,
            ty,
            form: Form::Function(self.key()),
        }
    }
}
