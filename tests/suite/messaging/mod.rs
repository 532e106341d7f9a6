//! The messaging service.

mod beyond;
mod exchange;
mod rejected;
mod responses;
mod wire;
