//! The data folder and SQLite: the database thread, the schema of user tables, conversion of values.
//!
//! [`database::Database`] runs closures on the thread that owns the connection; everything else
//! here is called from such closures.

pub(crate) mod copy;
pub(crate) mod database;
pub(crate) mod date;
pub(crate) mod folder;
pub(crate) mod functions;
pub(crate) mod json;
pub(crate) mod like;
pub(crate) mod names;
mod ownership;
pub(crate) mod query_limit;
pub(crate) mod relation;
pub(crate) mod schema;
pub(crate) mod settings;
pub(crate) mod tables;
pub(crate) mod value;
mod views;
