//! What the generated files need around them.
#![deny(warnings, missing_debug_implementations, unreachable_pub)]

pub mod mock;
pub mod operation;
pub mod transport;

mod generated {
    pub(crate) mod mock;
    pub mod operations;
    pub mod raw;
}

pub use generated::{operations, raw};

/// Keeps the look-up alive.
pub fn operation(name: &str) -> Option<&'static operation::Operation> {
    operations::by_raw_name(name)
}

#[derive(Debug)]
pub struct Error;

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

    pub fn build(self) -> Result<Client, Error> {
        Ok(Client)
    }
}

/// The future of a raw function can move to another thread, whatever the caller's types are.
pub fn future_is_send<'a, B, T>(client: &'a raw::Client, body: &'a B) -> impl Future<Output = bool> + Send + 'a
where
    B: serde::Serialize + Sync + ?Sized,
    T: serde::de::DeserializeOwned + Send + 'a,
{
    let created = client.create_object::<B, T>("Person", body);
    async move { created.await.is_ok() }
}
