//! Data, Users and the server itself, tested over HTTP with a client without knowledge of
//! Backendless.

#![allow(clippy::unwrap_used, reason = "a panic fails the test, in helpers too")]

mod concurrency;
mod faults;
mod find;
mod http;
mod killed;
mod lifecycle;
mod limits;
mod persistence;
mod private_folder;
mod program;
mod readers;
mod rows;
mod sessions;
mod support;
mod users;
mod where_clause;
