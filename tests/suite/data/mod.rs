//! The data service.

mod exchange;
mod rejected;
mod responses;
mod stream;
mod texts;
mod wire;
