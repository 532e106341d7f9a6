//! The checks of the fuzz targets. Each panics on a fault and returns on every other input.
//! `tests/fuzz` runs them under libFuzzer; the suite's module `fuzz` runs them over the corpora and
//! mutations of them.

mod filter;
mod mutate;
mod response;
mod where_clause;

pub use filter::filter;
pub use mutate::Mutations;
pub use response::Responses;
pub use where_clause::WhereClauses;
