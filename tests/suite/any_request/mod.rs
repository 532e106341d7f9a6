//! Requests to any path of the API.

mod exchange;
mod rejected;
mod retries;
mod values;
mod wire;
