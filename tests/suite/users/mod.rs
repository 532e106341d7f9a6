//! The user service, and clients that log in by themselves.

mod automatic_login;
mod exchange;
mod rejected;
mod responses;
mod wire;
