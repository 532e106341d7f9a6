//! Typed seeds: what a server has when it starts.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::services::seed::{self, SeedData};

/// Rows, users and files that a server creates when it starts; see [`Builder::seed`](crate::Builder::seed).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use backendless_local::{Seed, Server};
///
/// #[derive(serde::Serialize)]
/// struct Person {
///     name: &'static str,
///     age: u32,
/// }
///
/// let seed = Seed::new()
///     .rows("Person", [Person { name: "Bob", age: 20 }, Person { name: "Eve", age: 30 }])
///     .user("ann@example.com", "pa55")
///     .file("docs/a.txt", "milk");
/// let server = Server::builder().seed(seed).start().await?;
/// let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
/// assert_eq!(reqwest::get(format!("{base}/data/Person/count")).await?.text().await?, "2");
/// assert_eq!(reqwest::get(format!("{base}/files/docs/a.txt")).await?.text().await?, "milk");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "pass it to `Builder::seed`"]
pub struct Seed {
    /// The file that it was read from.
    name: Option<String>,
    tables: Vec<(String, Vec<Result<Value, String>>)>,
    files: Vec<(String, Vec<u8>)>,
}

/// Rows and files may be secret, such as the passwords of users.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Seed {
    /// Returns a seed without anything.
    pub fn new() -> Seed {
        Seed::default()
    }

    /// Reads a JSON file with an object that has an array of rows per table, as [`Server::seed`](crate::Server::seed) takes
    /// it. Rows of the table `Users` need `email` and `password`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use backendless_local::{Seed, Server};
    /// # let temporary = tempfile::tempdir()?;
    /// # let file = temporary.path().join("seed.json");
    /// std::fs::write(&file, r#"{"Person": [{"name": "Bob"}, {"name": "Eve"}]}"#)?;
    /// let server = Server::builder().seed(Seed::read(&file)?).start().await?;
    /// # let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
    /// # assert_eq!(reqwest::get(format!("{base}/data/Person/count")).await?.text().await?, "2");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not JSON, or does not have this form.
    pub fn read(path: impl AsRef<Path>) -> Result<Seed, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|error| {
            Error::new(format!(
                "cannot read the seed {name}: {error}; pass the path of a JSON file"
            ))
        })?;
        let value = serde_json::from_slice(&text).map_err(|error| {
            let example = r#"{"Person": [{"name": "Bob"}]}"#;
            Error::new(format!(
                "the seed {name} is not valid JSON: {error}; write a file such as {example}"
            ))
        })?;
        let tables = seed::tables(value)
            .map_err(|error| Error::with_cause(format!("cannot use the seed {name}"), error))?;
        let tables = tables.into_iter();
        Ok(Seed {
            name: Some(name),
            tables: tables
                .map(|(table, rows)| (table, rows.into_iter().map(Ok).collect()))
                .collect(),
            files: Vec::new(),
        })
    }

    /// Adds rows of a table, in order. Each is created as by a request; a value that is not an object is an error of
    /// [`Builder::start`](crate::Builder::start).
    pub fn rows<T: Serialize>(
        mut self,
        table: impl Into<String>,
        rows: impl IntoIterator<Item = T>,
    ) -> Seed {
        let rows = rows.into_iter();
        let rows = rows.map(|row| serde_json::to_value(row).map_err(|error| error.to_string()));
        self.tables.push((table.into(), rows.collect()));
        self
    }

    /// Adds users with any properties; `email` and `password` are required.
    pub fn users<T: Serialize>(self, users: impl IntoIterator<Item = T>) -> Seed {
        self.rows("Users", users)
    }

    /// Adds a user.
    pub fn user(self, email: &str, password: &str) -> Seed {
        self.users([json!({"email": email, "password": password})])
    }

    /// Adds a file. The path has segments separated by `/`.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Seed {
        self.files.push((path.into(), content.into()));
        self
    }
}

impl Seed {
    /// Returns what the seed creates.
    pub(super) fn into_data(self) -> Result<SeedData, Error> {
        let mut tables = Vec::new();
        for (table, rows) in self.tables {
            let mut values = Vec::new();
            for (index, row) in rows.into_iter().enumerate() {
                values.push(row.map_err(|error| {
                    let row = format!("cannot seed row {} of table '{table}'", index + 1);
                    Error::with_cause(row, error)
                })?);
            }
            tables.push((table, values));
        }
        Ok(SeedData {
            name: self.name,
            tables,
            files: self.files,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_password() {
        let seed = Seed::new().user("ann@example.com", "pa55-canary");
        let text = format!(
            "{:?} {:?}",
            seed,
            crate::Server::builder().seed(seed.clone())
        );
        assert!(!text.contains("canary"), "{text}");
    }
}
