//! The file service.

mod exchange;
mod rejected;
mod responses;
mod wire;
