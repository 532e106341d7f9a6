//! The console: which requests it accepts, what its API reads and changes, the log of requests, and its pages in a browser.

#![allow(clippy::unwrap_used, reason = "a panic fails the test, in helpers too")]

mod browser;
mod data;
mod editing;
mod guard;
mod log;
mod long_lists;
mod pages;
mod picture;
mod stored_scripts;
mod support;
