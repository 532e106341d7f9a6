//! Data, Users and the server itself, tested over HTTP with a client without knowledge of
//! Backendless.

#![allow(clippy::unwrap_used, reason = "a panic fails the test, in helpers too")]

mod access_settings;
mod accounts;
mod bulk;
mod columns;
mod computed;
mod concurrency;
mod control;
mod domain;
mod emails;
#[cfg(unix)]
mod exec;
mod expensive;
mod exports;
mod faults;
mod file_access;
mod find;
mod foreign_database;
mod functions;
mod grouping;
mod hostile_imports;
mod http;
mod http_browsers;
mod http_sites;
mod killed;
mod large_results;
mod lifecycle;
mod limits;
#[cfg(unix)]
mod log_lines;
mod masked_clauses;
mod multiple_logins;
mod not_implemented;
mod permissions;
mod permissions_of_operations;
mod persistence;
mod private_folder;
mod program;
mod program_options;
mod program_texts;
mod readers;
mod related_columns;
mod relations;
mod rows;
mod seeds;
mod sessions;
#[cfg(unix)]
mod signals;
mod state;
mod state_attacks;
#[cfg(unix)]
mod state_killed;
mod state_rows;
mod stored_identifiers;
mod support;
#[cfg(unix)]
mod terminal;
mod transactions;
mod transactions_of_users;
mod user_permissions;
mod user_rows;
mod users;
mod where_clause;
mod wrong_values;
