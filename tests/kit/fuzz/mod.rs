//! What the fuzz targets do with their input. Each function panics on a fault and returns on every
//! other input; `tests/fuzz` calls them under libFuzzer, and the suite `fuzz` with what is in its
//! corpus and near it.

mod answer;
mod filter;
mod mutate;
mod where_clause;

pub use answer::Answers;
pub use filter::filter;
pub use mutate::Mutations;
pub use where_clause::WhereClauses;
