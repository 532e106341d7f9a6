//! Secrets do not leak: they appear in no error, `Debug` text, log line or panic, and are sent to no
//! other origin.
//!
//! Each secret is a canary, and the tests search every text for it in any encoding: see `canaries`.
//! `capture` collects all log lines of the process at level `TRACE`, including those of hyper-util,
//! h2, rustls and reqwest. hyper itself logs only in builds with `--cfg hyper_unstable_tracing`.
//!
//! `Error::message` may be the message of the service about a row or a login. A message that repeats the
//! application id, the API key, a token or a password is withheld.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod any_request;
mod automatic_login;
mod canaries;
mod capture;
mod debug_output;
mod failures;
mod fixture;
mod headers;
mod log;
mod memory;
mod panics;
mod redirects;
mod rejections;
mod response_heads;
mod sources;
mod spans;
mod token_in_path;
mod token_store;
mod variants;
mod withheld;
