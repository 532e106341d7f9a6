//! The row of all calls: a user's struct, and its JSON from the server.

use serde::{Deserialize, Serialize};

use crate::Result;

pub const APP_ID: &str = "A0F5-BENCH-APP-ID";
pub const API_KEY: &str = "9C41-BENCH-API-KEY";
/// The prefix of the path of every operation.
pub const APP_PATH: &str = "/A0F5-BENCH-APP-ID/9C41-BENCH-API-KEY";
/// The id of the requested row.
pub const ID: &str = "5D1A0F3C-8E21-4B7A-9C55-0123456789AB";
/// The rows of a page.
pub const PAGE: usize = 100;
/// The rows of the table.
pub const TABLE: usize = 100_000;
/// The file that is uploaded and downloaded.
pub const FILE: &str = "big.bin";
/// The condition and the order of the search for a page.
pub const MIN_AGE: u32 = 18;
pub const ORDER: &str = "age desc";

/// A row as a user of the client declares it: only the columns.
#[derive(Debug, Deserialize, Serialize)]
pub struct Person {
    pub name: String,
    pub age: u32,
    pub email: String,
    pub score: f64,
    pub city: Option<String>,
}

/// A row as it is declared without the client, with the system properties.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded only")]
pub struct PlainPerson {
    pub object_id: String,
    pub created: Option<i64>,
    pub updated: Option<i64>,
    pub owner_id: Option<String>,
    #[serde(rename = "___class")]
    pub class: Option<String>,
    pub name: String,
    pub age: u32,
    pub email: String,
    pub score: f64,
    pub city: Option<String>,
}

impl Person {
    /// The row to create.
    pub fn sample() -> Self {
        Self {
            name: "Bob O'Hara 0".to_owned(),
            age: 20,
            email: "bob0@example.com".to_owned(),
            score: 0.5,
            city: Some("Oslo".to_owned()),
        }
    }
}

/// The JSON of the row at this index of the table.
pub fn row(index: usize) -> String {
    let updated = if index.is_multiple_of(2) {
        "null"
    } else {
        "1700000100000"
    };
    format!(
        r#"{{"objectId":"5D1A0F3C-8E21-4B7A-9C55-{index:012}","created":1700000000000,"updated":{updated},"ownerId":null,"___class":"Person","name":"Bob O'Hara {index}","age":{age},"email":"bob{index}@example.com","score":{index}.5,"city":"Oslo"}}"#,
        age = age(index),
    )
}

/// The age at this index of the table. It is unique, so that the order can be checked.
pub fn age(index: usize) -> u32 {
    20 + u32::try_from(index).unwrap_or(u32::MAX - 20)
}

/// The JSON of a page.
pub fn page(offset: usize, rows: usize) -> String {
    let rows: Vec<String> = (offset..offset + rows).map(row).collect();
    format!("[{}]", rows.join(","))
}

/// Checks the age of a row.
pub fn check_age(received: u32) -> Result<()> {
    check(received == age(0), "not the requested row")
}

/// Checks the number of rows of a page.
pub fn check_page(rows: usize) -> Result<()> {
    check(rows == PAGE, "the page is not full")
}

/// The JSON of the ids of a page of created rows.
pub fn ids() -> String {
    let ids = (0..PAGE).map(|index| format!(r#""5D1A0F3C-8E21-4B7A-9C55-{index:012}""#));
    format!("[{}]", ids.collect::<Vec<_>>().join(","))
}

/// Checks the number of created rows.
pub fn check_created(created: usize, rows: usize) -> Result<()> {
    check(created == rows, "not all rows are created")
}

/// The URL of the file on this server.
pub fn file_url(server: &str) -> String {
    format!("{server}{APP_PATH}/files/{FILE}")
}

/// Checks that all rows of the table arrive in order.
#[derive(Debug, Default)]
pub struct ContenderOptions {
    rows: usize,
}

impl ContenderOptions {
    /// Checks the age of the next row.
    pub fn next(&mut self, received: u32) -> Result<()> {
        check(received == age(self.rows), "the row is not the next one")?;
        self.rows += 1;
        Ok(())
    }

    /// Checks that no row is missing.
    pub fn end(&self) -> Result<()> {
        check(self.rows == TABLE, "rows are missing")
    }
}

fn check(holds: bool, problem: &str) -> Result<()> {
    holds.then_some(()).ok_or_else(|| problem.into())
}
