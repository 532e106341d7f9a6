//! The user service, and clients that log in by themselves.

mod account;
mod automatic_login;
mod confirmation;
mod exchange;
mod guest;
mod rejected;
mod responses;
mod resume;
mod roles;
mod social;
mod store_calls;
mod token_store;
mod unpolled;
mod wire;

use backendless::{Client, Registration, User};
use backendless_local::Server;

/// A client with the Cloud Code API key.
fn code_client(server: &Server) -> Client {
    let builder = Client::builder(server.app_id(), server.cloud_code_key());
    builder.api_url(server.url()).build().unwrap()
}

/// Registers the user with this login and the password `pa55`.
async fn register(client: &Client, login: &str) -> User {
    let registration = Registration::new("pa55").email(login);
    client.users().register(registration).await.unwrap()
}
