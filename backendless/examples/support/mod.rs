//! What the examples share: which server they talk to.

use std::error::Error;

use backendless::Client;
use backendless_local::Server;

/// The application that `BACKENDLESS_APP_ID`, `BACKENDLESS_API_KEY` and, if it is not the default,
/// `BACKENDLESS_API_URL` name; without them a local server, which lives as long as the second value.
pub(crate) async fn connect() -> Result<(Client, Option<Server>), Box<dyn Error>> {
    if std::env::var_os("BACKENDLESS_APP_ID").is_some() {
        println!("Talking to the application that BACKENDLESS_APP_ID names.");
        return Ok((Client::from_env()?, None));
    }
    let (client, server) = local().await?;
    println!("Started a local server at {}.", server.url());
    Ok((client, Some(server)))
}

/// A local server whatever the environment says, as tests need it.
pub(crate) async fn local() -> Result<(Client, Server), Box<dyn Error>> {
    let server = Server::start().await?;
    let client = Client::builder(server.app_id(), server.api_key())
        .api_url(server.url())
        .build()?;
    Ok((client, server))
}
