//! The data service.

mod bulk;
mod chunk_server;
mod count_groups;
mod create_many;
mod create_once;
mod deep_save;
mod describe;
mod exchange;
mod grouping;
mod long_queries;
mod paging;
mod queries;
mod rejected;
mod relations;
mod responses;
mod stream;
mod texts;
mod updates;
mod wire;
