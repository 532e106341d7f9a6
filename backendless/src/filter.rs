//! Where clauses, written as a string or built from fields and values.
//!
//! A built filter is safe from injection: column names are checked, and strings are quoted with their
//! quotes doubled. A filter with an invalid name or value is rejected before it is sent.

use std::fmt;
use std::ops::Not;

use crate::{Error, Result};

mod value;

use value::Literal;
pub use value::Value;

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

    /// The column's string matches `pattern`, in which `%` matches any string, including an empty one, and `_` any
    /// single character. Case is ignored.
    ///
    /// The pattern is sent as it is, quoted. The service documents no character that takes the meaning from `%` and
    /// `_`: use [`starts_with`](Self::starts_with), [`ends_with`](Self::ends_with) or [`contains`](Self::contains) for
    /// a text that may contain them, such as the input of a user.
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

    /// The column's string starts with `text`, in which `%` and `_` have no special meaning. Case is ignored, as with
    /// [`like`](Self::like).
    ///
    /// If `text` contains `%`, `_` or a backslash, the clause has an `ESCAPE` of SQL-92, which the local server supports.
    /// The service documents its grammar as a subset of SQL-92 and does not mention this part. Whether the live service
    /// accepts it, and with which error it rejects it otherwise, is not known: try it with your application first.
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").starts_with("B").to_clause()?, "name LIKE 'B%'");
    /// assert_eq!(field("name").starts_with("50%").to_clause()?, "name LIKE '50!%%' ESCAPE '!'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn starts_with(self, text: impl AsRef<str>) -> Filter {
        self.like_text("", text.as_ref(), "%")
    }

    /// The column's string ends with `text`; see [`starts_with`](Self::starts_with).
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").ends_with(".txt").to_clause()?, "name LIKE '%.txt'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn ends_with(self, text: impl AsRef<str>) -> Filter {
        self.like_text("%", text.as_ref(), "")
    }

    /// The column's string contains `text`; see [`starts_with`](Self::starts_with).
    ///
    /// ```
    /// use backendless::filter::field;
    ///
    /// assert_eq!(field("name").contains("o").to_clause()?, "name LIKE '%o%'");
    /// assert_eq!(field("name").contains("a_b").to_clause()?, "name LIKE '%a!_b%' ESCAPE '!'");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn contains(self, text: impl AsRef<str>) -> Filter {
        self.like_text("%", text.as_ref(), "%")
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

    fn like_text(self, before: &str, text: &str, after: &str) -> Filter {
        // A backslash is no wildcard, but some databases have it as the escape character if a clause names none.
        let (text, escape) = match text.contains(['%', '_', '\\']) {
            true => (escaped(text), format!(" ESCAPE '{ESCAPE}'")),
            false => (text.to_owned(), String::new()),
        };
        let pattern = Literal::Text(format!("{before}{text}{after}"));
        self.build(|name| Ok(format!("{name} LIKE {}{escape}", pattern.non_null()?)))
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

/// The escape character of a pattern. It is no backslash, which some databases interpret in a string too.
const ESCAPE: char = '!';

/// Escapes the wildcards in `text`, and the escape character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if matches!(character, '%' | '_' | ESCAPE) {
            escaped.push(ESCAPE);
        }
        escaped.push(character);
    }
    escaped
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

#[cfg(test)]
mod tests;
