//! What the server does, asserted over real HTTP with a client that knows nothing of Backendless.

#![allow(
    clippy::unwrap_used,
    reason = "a test's panic is its report, in a helper too"
)]

mod concurrent;
mod durable;
mod faults;
mod find;
mod http;
mod killed;
mod lifecycle;
mod program;
mod rows;
mod sessions;
mod support;
mod users;
mod where_clause;
