//! The data service.

mod exchange;
mod paging;
mod rejected;
mod responses;
mod stream;
mod texts;
mod wire;
