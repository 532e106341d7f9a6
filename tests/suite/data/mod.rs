//! The data service.

mod bulk;
mod exchange;
mod paging;
mod rejected;
mod responses;
mod stream;
mod texts;
mod updates;
mod wire;
