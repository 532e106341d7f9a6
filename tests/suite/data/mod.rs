//! The data service.

mod exchange;
mod paging;
mod rejected;
mod responses;
mod stream;
mod wire;
