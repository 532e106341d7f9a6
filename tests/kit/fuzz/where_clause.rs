//! The local server's parser of where-clauses.

use std::collections::HashSet;

use backendless_local::fuzzing::WhereParser;

/// All the words that a condition may be made of beside the names of columns, which the server
/// makes up itself. Nothing of a clause is among them.
const SQL: [&str; 17] = [
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "BETWEEN",
    "local_like",
    "=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "?",
    "1=1",
    "1=0",
];

/// The longest message: it quotes the clause, but not the whole of it.
const LONGEST_MESSAGE: usize = 2_000;

/// A parser with a table to parse for.
pub struct WhereClauses {
    parser: WhereParser,
    words: HashSet<String>,
}

impl WhereClauses {
    /// A parser of its own.
    pub fn new() -> Self {
        let parser = WhereParser::new().expect("a database in memory");
        let columns = parser.columns().map(str::to_owned);
        let words = SQL.iter().map(|word| (*word).to_owned());
        let words = columns.chain(words).collect();
        Self { parser, words }
    }

    /// A clause is refused in a few words, or becomes SQL that SQLite takes and in which nothing is
    /// from the clause.
    ///
    /// # Panics
    ///
    /// If it is not so.
    pub fn check(&self, data: &[u8]) {
        let clause = String::from_utf8_lossy(data);
        match self.parser.translate(&clause) {
            Ok(None) => assert!(clause.trim().is_empty(), "{clause:?} says nothing"),
            Err(message) => {
                assert!(message.len() <= LONGEST_MESSAGE, "{clause:?}: {message}");
            }
            Ok(Some(translated)) => {
                let sql = &translated.sql;
                let mut words = sql
                    .split([' ', '(', ')', ','])
                    .filter(|word| !word.is_empty());
                let pasted = words.find(|word| !self.words.contains(*word));
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
