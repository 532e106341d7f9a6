//! Increments a counter with concurrent requests: `cargo run --example counters`.

mod support;

use std::error::Error;

use futures_util::future::try_join_all;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let counters = client.counters();
    counters.reset("example").await?;
    try_join_all((0..20).map(|_| counters.increment("example").send())).await?;
    println!("after 20 increments: {}", counters.get("example").await?);
    println!(
        "after subtracting 5: {}",
        counters.increment_by("example", -5).await?
    );
    counters.reset("example").await?;
    Ok(())
}
