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
mod file_access;
mod find;
mod foreign_database;
mod functions;
mod grouping;
mod http;
mod killed;
mod large_results;
mod lifecycle;
mod limits;
mod multiple_logins;
mod not_implemented;
mod permissions;
mod permissions_of_operations;
mod persistence;
mod private_folder;
mod program;
mod readers;
mod related_columns;
mod relations;
mod rows;
mod sessions;
mod support;
mod transactions;
mod transactions_of_users;
mod user_permissions;
mod user_rows;
mod users;
mod where_clause;
mod wrong_values;
