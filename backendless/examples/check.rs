//! Checks the settings of a client at the start of a program, and shows what a wrong key and a wrong address give:
//! `cargo run --example check`.

mod support;

use std::error::Error;

use backendless::{CheckProblem, Client, RetryPolicy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    client.check().await?;
    println!("the settings are right");

    let (_, server) = support::local().await?;
    for client in [
        Client::builder(server.app_id(), "another-key").api_url(server.url()),
        Client::for_domain("http://127.0.0.1:9"), // nothing listens on this port
    ] {
        let check = client.build()?.check().retry(RetryPolicy::none());
        let Err(error) = check.await else {
            continue;
        };
        match error.check_problem() {
            Some(CheckProblem::InvalidApplication) => println!("wrong key: {error}"),
            Some(problem) => println!("{problem}: {}", problem.remedy()),
            None => println!("{error}"),
        }
    }
    Ok(())
}
