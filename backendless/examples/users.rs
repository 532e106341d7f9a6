//! Registers a user, logs in and out, and shows a failed login: `cargo run --example users`.

mod support;

use std::error::Error;

use backendless::{Registration, Timestamp};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let email = format!("example-{}@example.com", Timestamp::now().as_millis());
    let registration = Registration::new("pa55-w0rd")
        .email(&email)
        .property("age", 30);
    let user = client.users().register(registration).await?;
    println!("registered {}", user.object_id);

    let session = client.users().login(&email, "pa55-w0rd").await?;
    let age = session.user().property::<u8>("age")?;
    println!("logged in, aged {age:?}");

    match client.users().login(&email, "a guess").await {
        Err(error) if error.is_unauthorized() => println!("rejected: {error}"),
        other => println!("not rejected: {other:?}"),
    }
    session.logout().await?;
    Ok(())
}
