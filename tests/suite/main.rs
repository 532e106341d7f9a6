//! The end-to-end suites: `wire_*` say what goes over the wire, `answers*` how whatever comes back
//! is read, `coverage` that nothing is forgotten, `faults` what a client does when the other side
//! fails, `tls` whom it trusts, `refused*` what is never sent, `local_*` what a whole exchange with
//! the local server does, `accounts` how clients log themselves in and out, `handles` what callers
//! may do with the types, `properties` what holds for every value whatever, and `fuzz` what the fuzz
//! targets find near their corpora.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod accounts;
mod answers;
mod answers_files;
mod answers_services;
mod coverage;
mod faults;
mod fuzz;
mod handles;
mod local_data;
mod local_files;
mod local_messaging;
mod local_services;
mod local_users;
mod properties;
mod refused;
mod refused_services;
mod stream;
mod tls;
mod wire;
mod wire_data;
mod wire_files;
mod wire_services;
mod wire_users;
