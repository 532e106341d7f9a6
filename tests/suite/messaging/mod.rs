//! The messaging service.

mod exchange;
mod rejected;
mod responses;
mod wire;
