//! What the generated files need around them.
#![deny(warnings, missing_debug_implementations, unreachable_pub)]

#[allow(dead_code, reason = "the mock uses only a part")]
mod encode;
pub mod mock;
#[allow(dead_code, reason = "requests to any path use a part")]
pub mod operation;
pub mod prepared;
mod secret;

mod generated {
    pub(crate) mod mock;
    pub mod operations;
    pub mod raw;
}

pub use generated::{operations, raw};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub struct Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Document,
    Live,
}

impl Profile {
    pub fn select(self, document: &'static str, live: &'static str) -> &'static str {
        match self {
            Self::Document => document,
            Self::Live => live,
        }
    }
}

#[derive(Debug)]
pub struct Client;

impl Client {
    pub fn builder(_: &str, _: &str) -> ClientBuilder {
        ClientBuilder
    }
}

#[derive(Debug)]
pub struct ClientBuilder;

impl ClientBuilder {
    pub fn api_url(self, _: String) -> Self {
        self
    }

    pub fn build(self) -> Result<Client> {
        Ok(Client)
    }
}

/// A request borrows nothing and can move to another thread, whatever the caller's types are.
pub fn request_is_static<B, T>(body: &B) -> Box<dyn Send + Sync + 'static>
where
    B: serde::Serialize + ?Sized,
    T: serde::de::DeserializeOwned + 'static,
{
    Box::new(raw::create_object::<B, T>("Person", body).ok())
}
