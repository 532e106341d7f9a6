//! The Counters service: 64-bit integers that many callers increment concurrently.
//!
//! The database runs one task at a time, so increments are atomic.

use rusqlite::{Connection, OptionalExtension, params};

use crate::service_error::{ServiceError, code};
use crate::store::database::Database;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
";

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

#[derive(Clone, Debug)]
pub(crate) struct Counters {
    database: Database,
}

impl Counters {
    pub(super) fn new(database: Database) -> Counters {
        Counters { database }
    }

    /// Returns the value of a counter; 0 if it was never changed.
    pub(crate) async fn get(&self, name: String) -> Result<i64, ServiceError> {
        let read = self
            .database
            .read(move |connection| load(connection, &name));
        read.await
    }

    /// Returns all counters and their values, sorted by name.
    pub(crate) async fn values(&self) -> Result<Vec<(String, i64)>, ServiceError> {
        let read = self.database.read(|connection| {
            let mut statement =
                connection.prepare("SELECT name, value FROM counter ORDER BY name")?;
            let values = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(values.collect::<Result<_, _>>()?)
        });
        read.await
    }

    /// Returns the number of counters.
    pub(crate) async fn counter_count(&self) -> Result<i64, ServiceError> {
        let sql = "SELECT count(*) FROM counter";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?));
        read.await
    }

    /// Sets a counter.
    pub(crate) async fn set(&self, name: String, value: i64) -> Result<(), ServiceError> {
        let write = self
            .database
            .write(move |transaction| store(transaction, &name, value));
        write.await
    }

    /// Adds `step` and returns the sum.
    pub(crate) async fn add(&self, name: String, step: i64) -> Result<i64, ServiceError> {
        let (_, sum) = self.change(name, step).await?;
        Ok(sum)
    }

    /// Adds `step` and returns the value before.
    pub(crate) async fn get_and_add(&self, name: String, step: i64) -> Result<i64, ServiceError> {
        let (value, _) = self.change(name, step).await?;
        Ok(value)
    }

    /// Adds `step` and returns the values before and after.
    async fn change(&self, name: String, step: i64) -> Result<(i64, i64), ServiceError> {
        let write = self.database.write(move |transaction| {
            let value = load(transaction, &name)?;
            let sum = value.checked_add(step).ok_or_else(|| {
                let message = "the sum does not fit into a 64-bit integer";
                ServiceError::new(code::COUNTER_OVERFLOW, message)
            })?;
            store(transaction, &name, sum)?;
            Ok((value, sum))
        });
        write.await
    }

    /// Sets a counter to `value` if it is `expected`, and returns whether it was.
    pub(crate) async fn compare_and_set(
        &self,
        name: String,
        expected: i64,
        value: i64,
    ) -> Result<bool, ServiceError> {
        let write = self.database.write(move |transaction| {
            let is_expected = load(transaction, &name)? == expected;
            if is_expected {
                store(transaction, &name, value)?;
            }
            Ok(is_expected)
        });
        write.await
    }

    /// Returns the names that match `pattern`, sorted; `*` represents any number of characters.
    pub(crate) async fn list(&self, pattern: String) -> Result<Vec<String>, ServiceError> {
        let read = self.database.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT name FROM counter ORDER BY name")?;
            let names = statement.query_map([], |row| row.get::<_, String>(0))?;
            let matching = names.filter(|name| match name {
                Ok(name) => matches(name, &pattern),
                Err(_) => true,
            });
            Ok(matching.collect::<Result<_, _>>()?)
        });
        read.await
    }

    pub(crate) async fn reset(&self, name: String) -> Result<(), ServiceError> {
        let write = self
            .database
            .write(move |transaction| store(transaction, &name, 0));
        write.await
    }
}

/// Whether a name matches a pattern, in which `*` represents any number of characters.
fn matches(name: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return name == pattern;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = name
        .strip_prefix(start)
        .and_then(|name| name.strip_suffix(end));
    let rest = middle.split('*').try_fold(inner, |rest, part| {
        let rest = rest?;
        let position = rest.find(part)?;
        Some(rest.get(position + part.len()..))
    });
    rest.flatten().is_some()
}

fn load(connection: &Connection, name: &str) -> Result<i64, ServiceError> {
    let value = connection
        .prepare_cached("SELECT value FROM counter WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value.unwrap_or(0))
}

fn store(connection: &Connection, name: &str, value: i64) -> Result<(), ServiceError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)")?
        .execute(params![name, value])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn asterisks_represent_any_characters() {
        for (name, pattern) in [
            ("a", "a"),
            ("", "*"),
            ("abc", "*"),
            ("abc", "a*"),
            ("abc", "*c"),
            ("abc", "a*c"),
            ("abc", "*b*"),
            ("abc", "a**c"),
            ("ü-x-ü", "ü*ü"),
            ("a-b-c-d", "a*b*c*"),
        ] {
            assert!(matches(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [
            ("abc", "a"),
            ("a", "A"),
            ("a", "a*a"),
            ("abc", "*b"),
            ("a%b", "a_b"),
            ("acb", "*b*c*"),
            ("aba", "*b*b*"),
        ] {
            assert!(!matches(name, pattern), "{name} {pattern}");
        }
    }
}
