//! The data service.

mod exchange;
mod rejected;
mod responses;
mod stream;
mod wire;
