//! Caches a value for ten minutes: `cargo run --example cache`.

mod support;

use std::error::Error;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Weather {
    city: String,
    degrees: f32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let cache = client.cache();
    let oslo = Weather {
        city: "Oslo".to_owned(),
        degrees: -3.5,
    };
    cache
        .put("weather", &oslo)
        .ttl(Duration::from_secs(600))
        .await?;
    println!("cached: {:?}", cache.get::<Weather>("weather").await?);

    cache.delete("weather").await?;
    println!("still there: {}", cache.contains("weather").await?);
    Ok(())
}
