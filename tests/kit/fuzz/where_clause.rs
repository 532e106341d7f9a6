//! The local server's parser of where clauses.

use std::collections::HashSet;

use backendless_local::fuzzing::WhereParser;

/// All words of a generated SQL condition other than column names, which the server generates as
/// well. No word comes from a clause.
const SQL: [&str; 16] = [
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "BETWEEN",
    "COALESCE",
    "local_like",
    "=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "?",
];

/// The maximum length of a message, which quotes only a part of a long clause.
const MAX_MESSAGE_LENGTH: usize = 2_000;

/// A parser and the words of its output.
pub struct WhereClauses {
    parser: WhereParser,
    words: HashSet<String>,
}

impl WhereClauses {
    /// A parser with a table in memory.
    pub fn new() -> Self {
        let parser = WhereParser::new().expect("a database in memory");
        let columns = parser.columns();
        let words = SQL.iter().map(|word| (*word).to_owned());
        let words = columns.chain(words).collect();
        Self { parser, words }
    }

    /// Checks that a clause is rejected with a short message, or translated to SQL that SQLite accepts
    /// and that contains no text of the clause.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn check(&self, data: &[u8]) {
        let clause = String::from_utf8_lossy(data);
        match self.parser.translate(&clause) {
            Ok(None) => assert!(clause.trim().is_empty(), "{clause:?} has no condition"),
            Err(message) => {
                assert!(message.len() <= MAX_MESSAGE_LENGTH, "{clause:?}: {message}");
            }
            Ok(Some(translated)) => {
                let sql = &translated.sql;
                let mut words = sql
                    .split([' ', '(', ')', ','])
                    .filter(|word| !word.is_empty());
                let is_generated = |word: &str| {
                    self.words.contains(word) || self.parser.functions().any(|name| name == word)
                };
                let pasted = words.find(|word| !is_generated(word));
                assert_eq!(pasted, None, "{clause:?} becomes {sql}");
                assert_eq!(
                    sql.matches('?').count(),
                    translated.values,
                    "{clause:?}: {sql}"
                );
                let found = translated.found;
                assert!(found.is_ok(), "{clause:?} becomes {sql}: {found:?}");
            }
        }
    }
}

impl Default for WhereClauses {
    fn default() -> Self {
        Self::new()
    }
}
