//! The file service.

mod commands;
mod exchange;
mod list;
mod rejected;
mod responses;
mod timeouts;
mod wire;
