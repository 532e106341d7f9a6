//! The program: a local Backendless on a port, until ctrl-c.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use backendless_local::{Error, Faults, Server};
use clap::Parser;

/// A local Backendless server for development and tests.
#[derive(Parser)]
#[command(name = "backendless-local", version)]
struct Options {
    /// The port on 127.0.0.1 to listen on; 0 takes any free one
    #[arg(long, default_value_t = 9080)]
    port: u16,
    /// The folder that keeps everything across restarts; without it everything is in memory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How long a session lives after its login
    #[arg(long, value_name = "SECONDS")]
    session_life: Option<u64>,
    /// The application id; random, or the kept one, by default
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,
    /// The REST API key; random, or the kept one, by default
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The share of the requests that a fault strikes, from 0 to 1: a reset, a cut off answer, a
    /// delay, 429 or 503
    #[arg(long, value_name = "RATE")]
    faults: Option<f64>,
    /// Another seed lets faults strike other requests
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "faults")]
    fault_seed: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backendless-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Listening for the signal comes before the line that says "ready": who reads the line may
    // send the signal at once.
    let signal = stop_signal()?;
    let server = start(options).await?;
    // Nobody has to read the line: a closed stdout is no reason to stop serving.
    let _ = writeln!(
        std::io::stdout(),
        "listening on {}/{}/{}",
        server.url(),
        server.app_id(),
        server.api_key()
    );
    signal.await;
    server.stop().await;
    Ok(())
}

async fn start(options: Options) -> Result<Server, Error> {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), options.port);
    let mut builder = Server::builder().address(address);
    if let Some(folder) = options.data {
        builder = builder.data_dir(folder);
    }
    if let Some(seconds) = options.session_life {
        builder = builder.session_life(Duration::from_secs(seconds));
    }
    if let Some(app_id) = options.app_id {
        builder = builder.app_id(app_id);
    }
    if let Some(api_key) = options.api_key {
        builder = builder.api_key(api_key);
    }
    if let Some(rate) = options.faults {
        builder = builder.faults(Faults::seeded(options.fault_seed).with_each(rate));
    }
    builder.start().await
}

/// Ends when the program is asked to: by ctrl-c, and on Unix also by SIGTERM.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(std::future::poll_fn(move |context| {
        if interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }))
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
