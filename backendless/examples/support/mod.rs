//! Shared by the examples: the client, and the server that it uses.

use std::error::Error;

use backendless::Client;
use backendless_local::Server;

/// Returns a client of the application that the environment variables of [`Client::from_env`] name. If neither
/// `BACKENDLESS_APP_ID` nor `BACKENDLESS_DOMAIN` is set, it is a client of a local server, which runs until the second value is dropped.
pub(crate) async fn connect() -> Result<(Client, Option<Server>), Box<dyn Error>> {
    for variable in ["BACKENDLESS_APP_ID", "BACKENDLESS_DOMAIN"] {
        if std::env::var_os(variable).is_some() {
            println!("Using the application of {variable}.");
            return Ok((Client::from_env()?, None));
        }
    }
    let (client, server) = local().await?;
    println!("Started a local server at {}.", server.url());
    Ok((client, Some(server)))
}

/// Starts a local server and returns a client of it, whatever the environment, as tests need it.
pub(crate) async fn local() -> Result<(Client, Server), Box<dyn Error>> {
    let server = Server::start().await?;
    let client = Client::builder(server.app_id(), server.api_key())
        .api_url(server.url())
        .build()?;
    Ok((client, server))
}
