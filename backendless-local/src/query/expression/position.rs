//! Positions of expressions in their text.

use sqlparser::ast::{Expr, ObjectNamePart};
use sqlparser::tokenizer::Location;

/// Returns the position where an expression begins. sqlparser's own function visits the complete
/// expression recursively; this follows only the left edge, in a loop.
pub(crate) fn start(expression: &Expr) -> Location {
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
            Expr::Tuple(items) => match items.first() {
                Some(first) => first,
                None => return Location::empty(),
            },
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
