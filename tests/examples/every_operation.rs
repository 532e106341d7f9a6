//! Calls every operation of the crate, with each variant of the catalogue, and prints the status and the time of each call:
//! `cargo run --example every_operation`.
//!
//! It needs no account: without `BACKENDLESS_APP_ID` and `BACKENDLESS_API_KEY` it starts a local
//! server. With them it calls that application, and leaves behind a user, a geo point and an
//! e-mail. The calls are those of the catalogue in `tests/kit/catalogue`.

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use backendless::operations::Operation;
use backendless::{Client, operations};
use backendless_local::Server;
use backendless_tests::catalogue::{self, Context, Values};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (client, _server) = connect().await?;
    let context = Context::new(&client, &Values::default());
    let (mut calls, mut failures) = (0, 0);
    println!(
        "{:<46}{:<7}{:<46}{:>8}{:>10}",
        "call", "method", "path", "status", "time"
    );
    // In the order of the catalogue, each call finds what an earlier one created.
    for entry in catalogue::entries() {
        for (name, call) in entry.calls() {
            let start = Instant::now();
            let result = call.send(entry.context(&context)).await;
            print_row(&name, entry.operation, &result, start.elapsed());
            calls += 1;
            failures += usize::from(result.is_err());
        }
    }
    let count = catalogue::entries().len();
    println!("{calls} calls of {count} operations, {failures} failed");
    Ok(match failures == 0 && count == operations::ALL.len() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// A client of the application that `BACKENDLESS_APP_ID`, `BACKENDLESS_API_KEY` and, if it is not the
/// default, `BACKENDLESS_API_URL` name. Without them, a client of a local server, which stops when
/// the second value is dropped.
async fn connect() -> Result<(Client, Option<Server>), Box<dyn Error>> {
    if std::env::var_os("BACKENDLESS_APP_ID").is_some() {
        println!("Calling the application that BACKENDLESS_APP_ID names.");
        return Ok((Client::from_env()?, None));
    }
    let server = catalogue::local_server().start().await?;
    let client = Client::builder(server.app_id(), server.cloud_code_key())
        .api_url(server.url())
        .build()?;
    println!("Started a local server at {}.", server.url());
    Ok((client, Some(server)))
}

fn print_row(name: &str, operation: &Operation, result: &backendless::Result<()>, time: Duration) {
    let error = result.as_ref().err();
    let status = match error.map(backendless::Error::status) {
        None => "ok".to_owned(),
        Some(Some(status)) => status.to_string(),
        Some(None) => "error".to_owned(),
    };
    println!(
        "{name:<46}{:<7}{:<46}{status:>8}{:>7.1} ms",
        operation.method(),
        operation.path(),
        time.as_secs_f64() * 1000.0
    );
    if let Some(error) = error {
        println!("    {error}");
    }
}
