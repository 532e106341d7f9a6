//! Transactions of the data service.

mod errors;
mod exchange;
mod wire;
