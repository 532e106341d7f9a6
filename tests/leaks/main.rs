//! Nothing leaks: what the client is trusted with appears in no error, no `Debug`, no log line and
//! no panic, and goes to no other origin.
//!
//! Each secret is a canary, which is looked for in every text in whatever encoding: see
//! `canaries`. `capture` has all log lines of the process at the finest level, those of the HTTP
//! stack among them. (hyper's own lines exist only in builds with `--cfg hyper_unstable_tracing`,
//! which no service has by accident; those of hyper-util, h2, rustls and reqwest are captured.)
//!
//! What the service itself says of a row or a login is its message to the caller, and is repeated
//! in `Error::message`; the application id, the key, tokens and passwords are taken out of it.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod canaries;
mod capture;
mod failures;
mod headers;
mod log;
mod panics;
mod printed;
mod redirects;
mod refusals;
mod site;
mod spans;
