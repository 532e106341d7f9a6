//! Invokes the Cloud Code method `echo`, which the local server has: `cargo run --example cloud_code`.

mod support;

use std::error::Error;

use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let cart = json!({"items": [{"price": 3}, {"price": 4}]});
    let invocation = client
        .cloud_code()
        .invoke::<_, Value>("echo", "echo", &cart);
    let result = invocation.header("bl-execution-type", "sync").await?;
    println!("result: {result}");

    match client
        .cloud_code()
        .invoke_no_args::<Value>("Cart", "clear")
        .await
    {
        Err(error) if error.is_not_found() => println!("no such service: {error}"),
        other => println!("result: {other:?}"),
    }
    Ok(())
}
