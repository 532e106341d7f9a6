//! Uses an application at its domain, without its app id and key in any URL: `cargo run --example domain`.

use std::error::Error;

use backendless::{Client, Upload};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Or `Client::for_domain("https://name.backendless.app")`, or `Client::from_env()` with BACKENDLESS_DOMAIN.
    let server = backendless_local::Server::start().await?;
    let client = Client::for_domain(server.url()).build()?;

    let visits = client.counters().increment("visits").await?;
    println!("{visits} visit");
    let files = client.files();
    let file = files.upload("docs/a.txt", Upload::bytes("one")).await?;
    println!("stored at {}", file.file_url());
    println!("read {:?}", files.download(&file).await?.bytes().await?);
    Ok(())
}
