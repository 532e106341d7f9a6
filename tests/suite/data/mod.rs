//! The data service.

mod bulk;
mod exchange;
mod paging;
mod rejected;
mod relations;
mod responses;
mod stream;
mod texts;
mod wire;
