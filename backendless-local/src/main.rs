//! The program: runs a local Backendless server until it is interrupted.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use backendless_local::{Builder, Dialect, Faults, MultipleLogins, Server};
use clap::Parser;

/// A local Backendless server for development and tests.
#[derive(Parser)]
#[command(name = "backendless-local", version)]
struct Options {
    /// Port on 127.0.0.1 to listen on; 0 is any free port
    #[arg(long, default_value_t = 9080, value_parser = parse_port, allow_negative_numbers = true)]
    port: u16,
    /// Folder that stores all data across restarts; without it all data is in memory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// JSON file with rows to create at the start: {"Table": [{..}, ..], ..}; rows of the table
    /// Users need email and password
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Time from a login to the expiry of its session [default: 86400]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = parse_seconds,
        allow_negative_numbers = true
    )]
    session_life: Option<u64>,
    /// Meaning of the time to live of cache values, in milliseconds or in seconds: document or live
    /// [default: none, a time that has a meaning in both is rejected]
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<Dialect>,
    /// Application id [default: the one in the data folder, else random]
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,
    /// REST API key [default: the one in the data folder, else random]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// API key of server-side code, which may do what no client may [default: random]
    #[arg(long, value_name = "KEY")]
    cloud_code_key: Option<String>,
    /// Role of the application that can be assigned to users; can be given several times
    #[arg(long = "role", value_name = "NAME")]
    roles: Vec<String>,
    /// Number of sessions that a user may have at a time: a number, unlimited, reject or end-earlier, which is the default
    /// of the live service [default: unlimited]
    #[arg(long, value_name = "LOGINS")]
    multiple_logins: Option<MultipleLogins>,
    /// Content of a URL, for uploads from it, as the server itself downloads nothing: the URL and the path of a local
    /// file; can be given several times
    #[arg(long = "remote-file", value_name = "URL=PATH", value_parser = parse_remote_file)]
    remote_files: Vec<(String, PathBuf)>,
    /// Fraction of requests that get a fault, from 0 to 1: a connection reset, an incomplete
    /// response, a delay of 50 ms, status 429 or 503
    #[arg(long, value_name = "RATE", value_parser = parse_rate, allow_negative_numbers = true)]
    faults: Option<f64>,
    /// Seed of the random choice of requests that get a fault
    #[arg(
        long,
        value_name = "SEED",
        default_value_t = 0,
        requires = "faults",
        value_parser = parse_seed,
        allow_negative_numbers = true
    )]
    fault_seed: u64,
    /// Maximum number of requests in any 60 seconds; further ones get status 429, and the busiest
    /// minute is printed at the end
    #[arg(long, value_name = "N", value_parser = parse_requests, allow_negative_numbers = true)]
    requests_per_minute: Option<u32>,
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    let expected = "use a number from 0 to 65535, such as 9080; 0 is any free port";
    text.parse().map_err(|_| expected)
}

fn parse_seconds(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "use a whole number of seconds, such as 3600")
}

/// Splits at the last `=`, because a URL may contain others.
fn parse_remote_file(text: &str) -> Result<(String, PathBuf), &'static str> {
    let is_url = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    match text.rsplit_once('=') {
        Some((url, path)) if is_url(url) && !path.is_empty() => {
            Ok((url.to_owned(), PathBuf::from(path)))
        }
        _ => Err("use a URL and a path, such as https://example.com/logo.png=./logo.png"),
    }
}

fn parse_requests(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .map_err(|_| "use a whole number from 0 to 4294967295, such as 1000")
}

fn parse_rate(text: &str) -> Result<f64, &'static str> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or("use a number from 0 to 1, such as 0.05 for one request in twenty")
}

fn parse_seed(text: &str) -> Result<u64, &'static str> {
    let expected = "use a whole number from 0 to 18446744073709551615, such as 7";
    text.parse().map_err(|_| expected)
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
    // Before the line is printed: a program that reads the line may send the signal at once.
    let signal = stop_signal()?;
    let seed = options.seed.clone();
    let limit = options.requests_per_minute;
    let server = start(options).await?;
    if let Some(file) = seed {
        seed_from(&file, &server).await?;
    }
    // A closed stdout does not stop the server.
    let _ = writeln!(
        std::io::stdout(),
        "listening on {}/{}/{}",
        server.url(),
        server.app_id(),
        server.api_key()
    );
    signal.await;
    if limit.is_some() {
        let usage = server.usage();
        let _ = writeln!(
            std::io::stdout(),
            "busiest minute: {} requests; rejected: {}",
            usage.busiest_minute(),
            usage.rejected()
        );
    }
    server.stop().await;
    Ok(())
}

async fn start(options: Options) -> Result<Server, Box<dyn std::error::Error>> {
    let remote_files = options.remote_files.clone();
    Ok(with_remote_files(builder(options), &remote_files)?
        .start()
        .await?)
}

/// Registers the content of URLs.
fn with_remote_files(mut builder: Builder, files: &[(String, PathBuf)]) -> Result<Builder, String> {
    for (url, path) in files {
        let content = std::fs::read(path).map_err(|error| {
            let name = path.display();
            format!("cannot read {name}, the content of {url}: {error}; pass the path of a file to --remote-file")
        })?;
        builder = builder.remote_file(url, content);
    }
    Ok(builder)
}

fn builder(options: Options) -> Builder {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), options.port);
    let mut builder = Server::builder().address(address);
    if let Some(folder) = options.data {
        builder = builder.data_dir(folder);
    }
    if let Some(seconds) = options.session_life {
        builder = builder.session_life(Duration::from_secs(seconds));
    }
    if let Some(dialect) = options.dialect {
        builder = builder.dialect(dialect);
    }
    if let Some(app_id) = options.app_id {
        builder = builder.app_id(app_id);
    }
    if let Some(api_key) = options.api_key {
        builder = builder.api_key(api_key);
    }
    if let Some(key) = options.cloud_code_key {
        builder = builder.cloud_code_key(key);
    }
    for role in options.roles {
        builder = builder.role(role);
    }
    if let Some(logins) = options.multiple_logins {
        builder = builder.multiple_logins(logins);
    }
    if let Some(rate) = options.faults {
        builder = builder.faults(Faults::seeded(options.fault_seed).with_each(rate));
    }
    if let Some(limit) = options.requests_per_minute {
        builder = builder.requests_per_minute(limit);
    }
    builder
}

/// Creates the rows of the file.
async fn seed_from(file: &Path, server: &Server) -> Result<(), String> {
    let name = file.display();
    let text = std::fs::read(file).map_err(|error| {
        format!("cannot read the seed {name}: {error}; pass the path of a JSON file to --seed")
    })?;
    let tables = serde_json::from_slice(&text).map_err(|error| {
        let example = r#"{"Person": [{"name": "Bob"}]}"#;
        format!("the seed {name} is not valid JSON: {error}; write a file such as {example}")
    })?;
    let seeded = server.seed(tables).await;
    seeded.map_err(|error| format!("cannot use the seed {name}: {error}"))
}

/// Completes at Ctrl-C, and on Unix also at SIGTERM.
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
