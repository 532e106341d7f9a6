//! The data service.

mod bulk;
mod describe;
mod exchange;
mod grouping;
mod long_queries;
mod paging;
mod queries;
mod rejected;
mod responses;
mod stream;
mod texts;
mod updates;
mod wire;
