//! Configures the HTTP client: `cargo run --example http_client`.

use std::error::Error;
use std::time::Duration;

use backendless::Client;
use backendless_local::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await?;
    let address = server.url().trim_start_matches("http://").parse()?;
    let client = Client::builder(server.app_id(), server.api_key())
        .api_url(server.url().replace("127.0.0.1", "backendless.localhost"))
        .http(|http| {
            http.resolve("backendless.localhost", address)
                .pool_max_idle_per_host(4)
                .tcp_keepalive(Duration::from_secs(15))
        })
        .build()?;
    let visits = client.counters().increment("visits").await?;
    println!("backendless.localhost is {address}, and has {visits} visit");
    Ok(())
}
