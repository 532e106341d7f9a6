//! Data, Users and the server itself, tested over HTTP with a client without knowledge of
//! Backendless.

#![allow(clippy::unwrap_used, reason = "a panic fails the test, in helpers too")]

mod accounts;
mod bulk;
mod columns;
mod computed;
mod concurrency;
mod domain;
mod expensive;
mod faults;
mod find;
mod foreign_database;
mod functions;
mod grouping;
mod http;
mod killed;
mod lifecycle;
mod limits;
mod not_implemented;
mod permissions;
mod permissions_of_operations;
mod persistence;
mod private_folder;
mod program;
mod readers;
mod relations;
mod rows;
mod sessions;
mod support;
mod transactions;
mod user_rows;
mod users;
mod where_clause;
mod wrong_values;
