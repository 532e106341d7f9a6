//! Conditions as trees: built with the client's filter builder, and compared with what `sqlparser`
//! reads in the resulting clause.

use backendless::filter::{Filter, Value as FilterValue, field};
use sqlparser::ast::{BinaryOperator, Expr, InTarget, UnaryOperator, Value};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

/// A condition of any form that the filter builder supports.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A column is compared with a value.
    Compare(String, Comparison, Literal),
    /// A column matches a pattern; negated if the flag is set.
    Like(String, bool, String),
    /// A column has a value of a list; negated if the flag is set.
    In(String, bool, Vec<Literal>),
    /// A column is between two values.
    Between(String, Literal, Literal),
    /// A column is null; negated if the flag is set.
    Null(String, bool),
    /// Both conditions hold.
    And(Box<Condition>, Box<Condition>),
    /// At least one condition holds.
    Or(Box<Condition>, Box<Condition>),
    /// The condition does not hold.
    Not(Box<Condition>),
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are those of the operators")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    /// All operators.
    pub const ALL: [Self; 6] = [Self::Eq, Self::Ne, Self::Lt, Self::Le, Self::Gt, Self::Ge];

    fn operator(self) -> BinaryOperator {
        match self {
            Self::Eq => BinaryOperator::Eq,
            Self::Ne => BinaryOperator::NotEq,
            Self::Lt => BinaryOperator::Lt,
            Self::Le => BinaryOperator::LtEq,
            Self::Gt => BinaryOperator::Gt,
            Self::Ge => BinaryOperator::GtEq,
        }
    }
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are those of the types")]
pub enum Literal {
    Null,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
}

impl From<Literal> for FilterValue {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Null => None::<i64>.into(),
            Literal::Boolean(value) => value.into(),
            Literal::Signed(value) => value.into(),
            Literal::Unsigned(value) => value.into(),
            Literal::Float(value) => value.into(),
            Literal::Text(value) => value.into(),
        }
    }
}

impl Condition {
    /// The same condition, built with the client's filter builder.
    pub fn filter(&self) -> Filter {
        match self.clone() {
            Self::Compare(column, comparison, value) => {
                let column = field(column);
                match comparison {
                    Comparison::Eq => column.eq(value),
                    Comparison::Ne => column.ne(value),
                    Comparison::Lt => column.lt(value),
                    Comparison::Le => column.le(value),
                    Comparison::Gt => column.gt(value),
                    Comparison::Ge => column.ge(value),
                }
            }
            Self::Like(column, false, pattern) => field(column).like(pattern),
            Self::Like(column, true, pattern) => field(column).not_like(pattern),
            Self::In(column, false, values) => field(column).is_in(values),
            Self::In(column, true, values) => field(column).not_in(values),
            Self::Between(column, low, high) => field(column).between(low, high),
            Self::Null(column, false) => field(column).is_null(),
            Self::Null(column, true) => field(column).is_not_null(),
            Self::And(left, right) => left.filter().and(right.filter()),
            Self::Or(left, right) => left.filter().or(right.filter()),
            Self::Not(inner) => !inner.filter(),
        }
    }

    /// Whether a clause can express it: its columns are valid names, and its values have literals.
    pub fn is_expressible(&self) -> bool {
        match self {
            Self::Compare(column, Comparison::Eq | Comparison::Ne, Literal::Null)
            | Self::Null(column, _) => is_name(column),
            Self::Compare(column, _, value) => is_name(column) && value.has_literal(),
            Self::Like(column, _, pattern) => is_name(column) && !pattern.contains('\0'),
            Self::In(column, _, values) => {
                is_name(column) && values.iter().all(Literal::has_literal)
            }
            Self::Between(column, low, high) => {
                is_name(column) && low.has_literal() && high.has_literal()
            }
            Self::And(left, right) | Self::Or(left, right) => {
                left.is_expressible() && right.is_expressible()
            }
            Self::Not(inner) => inner.is_expressible(),
        }
    }

    /// Checks that the client rejects this condition, or creates a clause with the same meaning.
    ///
    /// # Errors
    ///
    /// A description, if an expressible condition is rejected, an inexpressible one is accepted, or
    /// the clause has another meaning.
    pub fn check(&self) -> Result<(), String> {
        let filter = self.filter();
        match (filter.to_clause(), self.is_expressible()) {
            (Err(_), false) => Ok(()),
            (Err(error), true) => Err(format!("{self:?} is rejected: {error}")),
            (Ok(clause), false) => Err(format!("{self:?} becomes {clause:?}")),
            (Ok(clause), true) => match parse(clause) {
                Ok(expression) if self.is_expressed_by(&expression) => Ok(()),
                Ok(read) => Err(format!("{self:?} becomes {clause:?}, which means {read:?}")),
                Err(error) => Err(format!("{self:?} becomes {clause:?}: {error}")),
            },
        }
    }

    /// Whether the expression has exactly this meaning.
    fn is_expressed_by(&self, expression: &Expr) -> bool {
        match (self, expression) {
            (_, Expr::Nested(inner)) => self.is_expressed_by(inner),
            (Self::Compare(column, Comparison::Eq, Literal::Null), Expr::IsNull(of))
            | (Self::Compare(column, Comparison::Ne, Literal::Null), Expr::IsNotNull(of))
            | (Self::Null(column, false), Expr::IsNull(of))
            | (Self::Null(column, true), Expr::IsNotNull(of)) => is_column(of, column),
            (Self::Compare(column, by, value), Expr::BinaryOp { left, op, right }) => {
                *op == by.operator() && is_column(left, column) && value.is_expressed_by(right)
            }
            (
                Self::Like(column, not, text),
                Expr::Like {
                    negated,
                    any: false,
                    expr,
                    pattern,
                    escape_char: None,
                },
            ) => {
                let pattern_matches = Literal::Text(text.clone()).is_expressed_by(pattern);
                negated == not && is_column(expr, column) && pattern_matches
            }
            (Self::In(_, not, values), Expr::BinaryOp { left, op, right }) => {
                let right_is = if *not { 1 } else { 0 };
                values.is_empty()
                    && *op == BinaryOperator::Eq
                    && Literal::Signed(1).is_expressed_by(left)
                    && Literal::Signed(right_is).is_expressed_by(right)
            }
            (
                Self::In(column, not, values),
                Expr::In {
                    expr,
                    target: InTarget::List(list),
                    negated,
                    global: false,
                },
            ) => {
                let mut pairs = values.iter().zip(list);
                negated == not
                    && is_column(expr, column)
                    && values.len() == list.len()
                    && pairs.all(|(value, item)| value.is_expressed_by(item))
            }
            (
                Self::Between(column, from, to),
                Expr::Between {
                    expr,
                    negated: false,
                    low,
                    high,
                },
            ) => is_column(expr, column) && from.is_expressed_by(low) && to.is_expressed_by(high),
            (Self::And(a, b), Expr::BinaryOp { left, op, right }) => {
                *op == BinaryOperator::And && a.is_expressed_by(left) && b.is_expressed_by(right)
            }
            (Self::Or(a, b), Expr::BinaryOp { left, op, right }) => {
                *op == BinaryOperator::Or && a.is_expressed_by(left) && b.is_expressed_by(right)
            }
            (Self::Not(inner), Expr::UnaryOp { op, expr }) => {
                *op == UnaryOperator::Not && inner.is_expressed_by(expr)
            }
            _ => false,
        }
    }
}

impl Literal {
    fn has_literal(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Float(value) => value.is_finite(),
            Self::Text(text) => !text.contains('\0'),
            Self::Boolean(_) | Self::Signed(_) | Self::Unsigned(_) => true,
        }
    }

    fn is_expressed_by(&self, expression: &Expr) -> bool {
        let value = match expression {
            Expr::Value(value) => &value.value,
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => {
                return match expr.as_ref() {
                    Expr::Value(value) => self.is_number(&value.value, "-"),
                    _ => false,
                };
            }
            _ => return false,
        };
        match (self, value) {
            (Self::Boolean(expected), Value::Boolean(read)) => expected == read,
            (Self::Text(expected), Value::SingleQuotedString(read)) => expected == read,
            (_, number) => self.is_number(number, ""),
        }
    }

    /// Whether the value is exactly this number.
    fn is_number(&self, value: &Value, sign: &str) -> bool {
        let Value::Number(digits, false) = value else {
            return false;
        };
        let text = format!("{sign}{digits}");
        match self {
            Self::Signed(expected) => text.parse() == Ok(*expected),
            Self::Unsigned(expected) => text.parse() == Ok(*expected),
            Self::Float(expected) => {
                let read = text.parse::<f64>();
                read.is_ok_and(|read| read.to_bits() == expected.to_bits())
            }
            Self::Null | Self::Boolean(_) | Self::Text(_) => false,
        }
    }
}

fn is_column(expression: &Expr, name: &str) -> bool {
    let path = match expression {
        Expr::Identifier(part) => std::slice::from_ref(part),
        Expr::CompoundIdentifier(parts) => parts.as_slice(),
        _ => return false,
    };
    let unquoted = path.iter().all(|part| part.quote_style.is_none());
    unquoted
        && path
            .iter()
            .map(|part| part.value.as_str())
            .eq(name.split('.'))
}

/// Whether this is a column name by the documentation of `field`.
fn is_name(path: &str) -> bool {
    path.split('.').all(|name| {
        name.starts_with(starts_name) && name.chars().all(continues_name) && !is_keyword(name)
    })
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_numeric()
}

const KEYWORDS: [&str; 10] = [
    "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "TRUE", "FALSE",
];

fn is_keyword(name: &str) -> bool {
    KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Parses a complete clause.
fn parse(clause: &str) -> Result<Expr, String> {
    let mut tokens = Tokenizer::new(&Where, clause)
        .tokenize()
        .map_err(|error| error.to_string())?;
    for token in &mut tokens {
        if let Token::Word(word) = token
            && !is_keyword(&word.value)
        {
            word.keyword = Keyword::NoKeyword;
        }
    }
    let mut parser = Parser::new(&Where).with_tokens(tokens);
    let expression = parser.parse_expr().map_err(|error| error.to_string())?;
    match parser.next_token().token {
        Token::EOF => Ok(expression),
        more => Err(format!("followed by {more}")),
    }
}

/// The SQL dialect of the service: texts in `'`, with `''` for a quote, and no escapes.
#[derive(Debug)]
struct Where;

impl Dialect for Where {
    fn is_identifier_start(&self, c: char) -> bool {
        starts_name(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        continues_name(c)
    }
}
