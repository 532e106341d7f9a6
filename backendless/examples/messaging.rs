//! Publishes and receives a message, and sends an e-mail: `cargo run --example messaging`.

mod support;

use std::error::Error;

use backendless::Email;
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let messaging = client.messaging();
    let status = messaging
        .publish("default", "the shop opens")
        .message_header("topic", "shop")
        .await?;
    println!("published {:?}", status.message_id);

    let mut messages = messaging.messages::<String>("default", "example");
    if let Some(message) = messages.try_next().await? {
        println!("received: {}", message.data);
    }

    let email = Email::new("Welcome")
        .to("ann@example.com")
        .text("Good to have you here.");
    messaging.send_email(email).await?;
    println!("sent an e-mail");
    Ok(())
}
