//! The data service.

mod bulk;
mod chunk_server;
mod create_many;
mod create_once;
mod exchange;
mod paging;
mod rejected;
mod responses;
mod stream;
mod texts;
mod wire;
