//! Where clauses, written as a string or built from fields and values.
//!
//! A built filter is safe from injection: column names are checked, and strings are quoted with their
//! quotes doubled. A filter with an invalid name or value is rejected before it is sent.

use std::fmt;
use std::ops::Not;
use std::time::SystemTime;

use crate::{Error, Result, Timestamp};

/// A condition on the rows of a table: the where clause of a search or a count.
///
/// It is either a clause in the service's grammar, sent unchanged, or built with [`field`]:
///
/// ```
/// use backendless::filter::{field, Filter};
///
/// let by_hand = Filter::from("age >= 18");
/// let built = field("age").ge(18).and(field("name").eq("O'Hara"));
///
/// assert_eq!(by_hand.to_clause()?, "age >= 18");
/// assert_eq!(built.to_clause()?, "(age >= 18) AND (name = 'O''Hara')");
/// # Ok::<(), backendless::Error>(())
/// ```
///
/// Never insert an untrusted value into a clause: build the condition with [`field`], which quotes it.
///
/// The grammar of the service is close to the WHERE of SQL-92:
/// <https://backendless.com/docs/rest/data_search_with_where_clause.html>.
#[derive(Clone, PartialEq)]
pub struct Filter {
    clause: std::result::Result<String, String>,
}

/// Starts a condition on the column `name`.
///
/// A name consists of letters, digits and `_`, and does not start with a digit. A path through
/// relations has dots: `address.city`. A filter with any other name, or with a keyword of the grammar
/// such as `not`, is rejected with
/// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) when it is sent.
///
/// ```
/// use backendless::filter::field;
///
/// assert!(field("age = 1 OR 1").eq(1).to_clause().is_err());
/// assert!(field("not").eq(1).to_clause().is_err());
/// ```
pub fn field(name: impl Into<String>) -> Field {
    Field { name: name.into() }
}

/// A column, from which a condition is built; see [`field`].
///
/// ```
/// use backendless::filter::field;
///
/// assert_eq!(field("address.city").eq("Oslo").to_clause()?, "address.city = 'Oslo'");
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
}

impl Field {
    /// The column equals `value`; `IS NULL` if the value is `None`.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").eq("O'Hara").to_clause()?, "name = 'O''Hara'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn eq(self, value: impl Into<Value>) -> Filter {
        match value.into().0 {
            Literal::Null => self.is_null(),
            literal => self.compare("=", literal),
        }
    }

    /// The column differs from `value`; `IS NOT NULL` if the value is `None`.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").ne(18).to_clause()?, "age != 18");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn ne(self, value: impl Into<Value>) -> Filter {
        match value.into().0 {
            Literal::Null => self.is_not_null(),
            literal => self.compare("!=", literal),
        }
    }

    /// The column is less than `value`.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").lt(18).to_clause()?, "age < 18");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn lt(self, value: impl Into<Value>) -> Filter {
        self.compare("<", value.into().0)
    }

    /// The column is less than `value`, or equals it.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").le(18).to_clause()?, "age <= 18");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn le(self, value: impl Into<Value>) -> Filter {
        self.compare("<=", value.into().0)
    }

    /// The column is greater than `value`.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").gt(18).to_clause()?, "age > 18");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn gt(self, value: impl Into<Value>) -> Filter {
        self.compare(">", value.into().0)
    }

    /// The column is greater than `value`, or equals it.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").ge(18).to_clause()?, "age >= 18");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn ge(self, value: impl Into<Value>) -> Filter {
        self.compare(">=", value.into().0)
    }

    /// The column's string matches `pattern`, in which `%` matches any string and `_` any single
    /// character.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").like("B%").to_clause()?, "name LIKE 'B%'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn like(self, pattern: impl Into<String>) -> Filter {
        self.compare("LIKE", Literal::Text(pattern.into()))
    }

    /// The column's string does not match `pattern`; see [`like`](Self::like).
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").not_like("B%").to_clause()?, "name NOT LIKE 'B%'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn not_like(self, pattern: impl Into<String>) -> Filter {
        self.compare("NOT LIKE", Literal::Text(pattern.into()))
    }

    /// The column equals one of `values`. Without values, no row matches.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").is_in([18, 20]).to_clause()?, "age IN (18, 20)");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        self.one_of("IN", values, "1=0")
    }

    /// The column equals none of `values`. Without values, every row matches.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").not_in([18, 20]).to_clause()?, "age NOT IN (18, 20)");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn not_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        self.one_of("NOT IN", values, "1=1")
    }

    /// The column is from `low` to `high`, both included.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").between(18, 20).to_clause()?, "age BETWEEN 18 AND 20");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn between(self, low: impl Into<Value>, high: impl Into<Value>) -> Filter {
        let (low, high) = (low.into().0, high.into().0);
        self.build(|name| {
            Ok(format!(
                "{name} BETWEEN {} AND {}",
                low.non_null()?,
                high.non_null()?
            ))
        })
    }

    /// The column has no value.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").is_null().to_clause()?, "age IS NULL");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn is_null(self) -> Filter {
        self.build(|name| Ok(format!("{name} IS NULL")))
    }

    /// The column has a value.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").is_not_null().to_clause()?, "age IS NOT NULL");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn is_not_null(self) -> Filter {
        self.build(|name| Ok(format!("{name} IS NOT NULL")))
    }

    fn compare(self, operator: &str, literal: Literal) -> Filter {
        self.build(|name| Ok(format!("{name} {operator} {}", literal.non_null()?)))
    }

    fn one_of<V: Into<Value>>(
        self,
        operator: &str,
        values: impl IntoIterator<Item = V>,
        when_empty: &str,
    ) -> Filter {
        self.build(|name| {
            let mut list = String::new();
            for value in values {
                if !list.is_empty() {
                    list.push_str(", ");
                }
                list.push_str(&value.into().0.non_null()?);
            }
            Ok(if list.is_empty() {
                when_empty.to_owned()
            } else {
                format!("{name} {operator} ({list})")
            })
        })
    }

    fn build(self, clause: impl FnOnce(&str) -> std::result::Result<String, String>) -> Filter {
        let clause = if is_column_path(&self.name) {
            clause(&self.name).map_err(|problem| format!("column {}: {problem}", self.name))
        } else {
            Err(format!(
                "{:?} is not a column name: use letters, digits and _, no keyword of the grammar, and \
                 dots between the columns of a path",
                self.name
            ))
        };
        Filter { clause }
    }
}

/// The keywords of the grammar. As the name of a column they would change the meaning of a clause.
const KEYWORDS: [&str; 10] = [
    "AND", "BETWEEN", "FALSE", "IN", "IS", "LIKE", "NOT", "NULL", "OR", "TRUE",
];

fn is_column_path(name: &str) -> bool {
    let is_column = |column: &str| {
        let mut characters = column.chars();
        characters
            .next()
            .is_some_and(|first| first == '_' || first.is_alphabetic())
            && characters.all(|other| other == '_' || other.is_alphanumeric())
            && !KEYWORDS
                .iter()
                .any(|keyword| keyword.eq_ignore_ascii_case(column))
    };
    name.split('.').all(is_column)
}

impl Filter {
    /// This condition and `other` are both true.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").ge(18).and("city = 'Oslo'").to_clause()?, "(age >= 18) AND (city = 'Oslo')");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        self.join("AND", other.into())
    }

    /// This condition is true, or `other`, or both.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").ge(18).or(field("age").is_null()).to_clause()?, "(age >= 18) OR (age IS NULL)");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.join("OR", other.into())
    }

    /// Returns the clause as it is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name of a column or a value is
    /// invalid; the message says which.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("age").ge(18).to_clause()?, "age >= 18");
    /// assert!(field("age =").ge(18).to_clause().is_err());
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn to_clause(&self) -> Result<&str> {
        match &self.clause {
            Ok(clause) => Ok(clause),
            Err(problem) => Err(Error::invalid_argument(format!("filter: {problem}"))),
        }
    }

    fn join(self, operator: &str, other: Self) -> Self {
        let clause = match (self.clause, other.clause) {
            (Ok(left), Ok(right)) => match (left.trim(), right.trim()) {
                // An empty filter matches every row.
                ("", "") => Ok(String::new()),
                (_, "") | ("", _) if operator == "OR" => Ok(String::new()),
                (left, "") => Ok(left.to_owned()),
                ("", right) => Ok(right.to_owned()),
                (left, right) => Ok(format!("({left}) {operator} ({right})")),
            },
            (Err(problem), _) | (_, Err(problem)) => Err(problem),
        };
        Self { clause }
    }
}

/// Negates the condition. An empty filter matches every row, so its negation matches none.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self {
            clause: self.clause.map(|clause| match clause.trim() {
                "" => "1=0".to_owned(),
                clause => format!("NOT ({clause})"),
            }),
        }
    }
}

/// A clause in the service's grammar, sent unchanged. An empty one matches every row.
impl From<&str> for Filter {
    fn from(clause: &str) -> Self {
        clause.to_owned().into()
    }
}

/// A clause in the service's grammar, sent unchanged. An empty one matches every row.
impl From<String> for Filter {
    fn from(clause: String) -> Self {
        Self { clause: Ok(clause) }
    }
}

/// Omits the clause: it contains values of rows.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}

/// A value in a condition: a string, a number, a boolean, a time, or null.
///
/// It is converted by `From`, so that `field("age").ge(18)` takes the number itself. A time is sent
/// as the number of milliseconds since 1970, as by the official SDKs.
///
/// ```
/// use backendless::{Timestamp, filter::field};
///
/// let filter = field("created").lt(Timestamp::from_millis(1_700_000_000_000));
/// assert_eq!(filter.to_clause()?, "created < 1700000000000");
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Value(Literal);

#[derive(Clone, PartialEq)]
enum Literal {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
}

impl Literal {
    /// Returns the text of the literal. Null is rejected: `age < NULL` is true for no row.
    fn non_null(&self) -> std::result::Result<String, String> {
        match self {
            Self::Null => Err("only eq and ne accept a null value".to_owned()),
            Self::Boolean(value) => Ok(value.to_string()),
            Self::Integer(value) => Ok(value.to_string()),
            // All digits of an integer: `Display` writes the shortest digits that identify the float,
            // filled up with zeros, which is a different integer.
            Self::Float(value) if value.is_finite() && value.fract() == 0.0 => {
                Ok(format!("{value:.0}"))
            }
            Self::Float(value) if value.is_finite() => Ok(value.to_string()),
            Self::Float(_) => Err("a value is not a finite number".to_owned()),
            Self::Text(text) if text.contains('\0') => {
                Err("a string contains the NUL character".to_owned())
            }
            Self::Text(text) => Ok(format!("'{}'", text.replace('\'', "''"))),
        }
    }
}

/// Omits the value: it is data of a row.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}

macro_rules! value_from {
    ($($type:ty => |$value:ident| $literal:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self($literal)
            }
        })*
    };
}

value_from! {
    bool => |value| Literal::Boolean(value);
    i8 => |value| Literal::Integer(value.into());
    i16 => |value| Literal::Integer(value.into());
    i32 => |value| Literal::Integer(value.into());
    i64 => |value| Literal::Integer(value.into());
    u8 => |value| Literal::Integer(value.into());
    u16 => |value| Literal::Integer(value.into());
    u32 => |value| Literal::Integer(value.into());
    u64 => |value| Literal::Integer(value.into());
    f32 => |value| Literal::Float(value.into());
    f64 => |value| Literal::Float(value);
    &str => |value| Literal::Text(value.to_owned());
    String => |value| Literal::Text(value);
    &String => |value| Literal::Text(value.clone());
    Timestamp => |value| Literal::Integer(value.as_millis().into());
    SystemTime => |value| Literal::Integer(Timestamp::from(value).as_millis().into());
}

/// `None` is null: `field("city").eq(None::<&str>)` matches rows without a city.
impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self(Literal::Null), Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn clause(filter: Filter) -> String {
        filter.to_clause().unwrap().to_owned()
    }

    #[test]
    fn each_comparison_has_its_operator() {
        assert_eq!(clause(field("a").eq(1)), "a = 1");
        assert_eq!(clause(field("a").ne(1.5)), "a != 1.5");
        assert_eq!(clause(field("a").lt(-1)), "a < -1");
        assert_eq!(clause(field("a").le(u64::MAX)), "a <= 18446744073709551615");
        assert_eq!(clause(field("a").gt(true)), "a > true");
        assert_eq!(clause(field("a").ge("x")), "a >= 'x'");
        assert_eq!(clause(field("a").like("x%")), "a LIKE 'x%'");
        assert_eq!(clause(field("a").not_like("x%")), "a NOT LIKE 'x%'");
        assert_eq!(clause(field("a").between(1, 2)), "a BETWEEN 1 AND 2");
        assert_eq!(clause(field("a").is_in(["x", "y"])), "a IN ('x', 'y')");
        assert_eq!(clause(field("a").not_in([1, 2])), "a NOT IN (1, 2)");
        assert_eq!(clause(field("a").is_null()), "a IS NULL");
        assert_eq!(clause(field("a").is_not_null()), "a IS NOT NULL");
        assert_eq!(clause(field("a.b").eq(None::<i32>)), "a.b IS NULL");
        assert_eq!(clause(field("a").ne(None::<i32>)), "a IS NOT NULL");
    }

    #[test]
    fn an_empty_list_matches_no_row_and_its_negation_every_row() {
        assert_eq!(clause(field("a").is_in([0_i32; 0])), "1=0");
        assert_eq!(clause(field("a").not_in([0_i32; 0])), "1=1");
    }

    #[test]
    fn a_time_is_sent_in_milliseconds() {
        let time = UNIX_EPOCH + Duration::from_millis(1_700_000_000_000);
        assert_eq!(
            clause(field("created").ge(time)),
            "created >= 1700000000000"
        );
        let time = Timestamp::from_millis(5);
        assert_eq!(clause(field("created").lt(time)), "created < 5");
    }

    #[test]
    fn conditions_keep_their_grouping() {
        let either = field("a").eq(1).or(field("b").eq(2));
        assert_eq!(
            clause(either.and("c = 3 OR d = 4")),
            "((a = 1) OR (b = 2)) AND (c = 3 OR d = 4)"
        );
        assert_eq!(clause(!field("a").eq(1)), "NOT (a = 1)");
        assert_eq!(clause(Filter::from("").and(field("a").eq(1))), "a = 1");
    }

    #[test]
    fn quotes_in_a_string_are_doubled_and_nothing_else_is_changed() {
        let text = r#"O'Hara's \ " -- ; /* %"#;
        assert_eq!(
            clause(field("a").eq(text)),
            r#"a = 'O''Hara''s \ " -- ; /* %'"#
        );
    }

    #[test]
    fn invalid_names_and_values_are_rejected_by_name() {
        for name in ["", "a b", "a=1 OR 1", "1a", "a.", ".a", "a'b", "a--", "a)"] {
            let error = field(name).eq(1).to_clause().unwrap_err().to_string();
            assert!(error.contains(&format!("{name:?}")), "{error}");
        }
        for filter in [
            field("a").eq(f64::NAN),
            field("a").lt(f64::INFINITY),
            field("a").eq("x\0y"),
            field("a").lt(None::<i32>),
            field("a").is_in([Some(1), None]),
            field("b").eq(1).and(field("a").eq(f64::NAN)),
            !field("a").eq(f64::NAN),
        ] {
            let error = filter.to_clause().unwrap_err().to_string();
            assert!(error.contains("column a"), "{error}");
        }
    }

    #[test]
    fn debug_omits_values() {
        let filter = field("card").eq("4111-1111");
        assert!(!format!("{filter:?} {:?}", Value::from("4111")).contains("4111"));
    }
}
