//! The program: runs a local Backendless server until it is interrupted.

mod program;

use std::ffi::OsString;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use backendless_local::protocol::ControlCommand;
use backendless_local::{Builder, Dialect, Faults, MultipleLogins, Seed, Server};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use program::cloud_code::CloudCode;
use program::exec::Signals;
use program::{control, environment, exec};

/// The port without the option, except that of `exec`.
const PORT: u16 = 9080;

const EXAMPLES: &str = "\
Examples:
  backendless-local --data ./backendless-data
  backendless-local --import ./fixture --export-on-exit ./fixture      (empty if ./fixture does not exist)
  backendless-local exec --import ./fixture -- cargo test
  backendless-local exec --cloud-code ./services -- ./run-tests.sh
  backendless-local export ./state      (needs the variables that the server prints)
  backendless-local import ./state

The console, pages for a browser, is at the root of the address: http://127.0.0.1:9080/";

const EXEC_EXAMPLES: &str = "\
Examples:
  backendless-local exec -- cargo test
  backendless-local exec --import ./fixture -- cargo test
  backendless-local exec --seed seed.json -- sh -c 'curl $BACKENDLESS_API_URL/$BACKENDLESS_APP_ID/$BACKENDLESS_API_KEY/data/Person'

The command gets BACKENDLESS_LOCAL_TOKEN as well, so that it can run `backendless-local export` and `import`.
The status is 127 if the command does not exist, and 126 if it cannot be run.";

const EXPORT_EXAMPLES: &str = "\
Needs BACKENDLESS_LOCAL_TOKEN, and BACKENDLESS_API_URL unless --url is given: copy the lines that the server prints at its
start to this shell, or run the command by `backendless-local exec`.

Examples:
  backendless-local export ./state
  backendless-local export ./state --url http://127.0.0.1:9080";

const IMPORT_EXAMPLES: &str = "\
Needs BACKENDLESS_LOCAL_TOKEN, and BACKENDLESS_API_URL unless --url is given: copy the lines that the server prints at its
start to this shell, or run the command by `backendless-local exec`.

Examples:
  backendless-local import ./state
  backendless-local import ./state --url http://127.0.0.1:9080";

/// What follows a usage error of `exec` without `--`.
const EXEC_HINT: &str =
    "Write the command after --, as in: backendless-local exec --port 0 -- cargo test";

/// A local Backendless server for development and tests.
#[derive(Parser)]
#[command(name = "backendless-local", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Subcommand)]
enum Command {
    /// Starts a server on a free port, runs a command with the variables of its clients (BACKENDLESS_APP_ID,
    /// BACKENDLESS_API_KEY, BACKENDLESS_API_URL), and exits with the status of the command
    #[command(after_help = EXEC_EXAMPLES)]
    Exec {
        #[command(flatten)]
        options: Box<Options>,
        /// The command and its arguments
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// Writes the state of the running server to a folder
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(Control),
    /// Replaces the state of the running server by that of an export
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Control),
}

#[derive(Args)]
struct Control {
    /// The folder of the export
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// URL of the server, without app id and key [default: BACKENDLESS_API_URL]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

#[derive(Args)]
struct Options {
    /// Port to listen on; 0 is any free port [default: 9080, and any free port for exec]
    #[arg(long, value_parser = parse_port, allow_negative_numbers = true)]
    port: Option<u16>,
    /// Address to listen on; another one than a loopback address lets other machines use the server
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = parse_host)]
    host: IpAddr,
    /// Folder of an export, whose state the server has at the start; if it does not exist and is that of --export-on-exit,
    /// the server starts empty
    #[arg(long, value_name = "DIR")]
    import: Option<PathBuf>,
    /// Folder to which the state is exported when the server stops, in place of an earlier export
    #[arg(long, value_name = "DIR")]
    export_on_exit: Option<PathBuf>,
    /// Delete all data of the data folder at the start; nothing is deleted if --import or --seed are invalid
    #[arg(long, requires = "data")]
    reset: bool,
    /// Print only the lines that set the variables of clients in a shell, and keep running; not for exec
    #[arg(long)]
    print_env: bool,
    /// Write a line to stderr for each request: json
    #[arg(long, value_name = "FORMAT", value_parser = ["json"])]
    log: Option<String>,
    /// Origin, such as http://localhost:3000, whose pages in a browser may call the server; can be given several times
    #[arg(long = "cors", value_name = "ORIGIN")]
    cors_origins: Vec<String>,
    /// Cloud Code: a folder with the results of methods in files SERVICE/METHOD.json, or the URL of a server on this
    /// machine that gets POST URL/SERVICE/METHOD
    #[arg(long, value_name = "DIR|URL", value_parser = CloudCode::parse)]
    cloud_code: Option<CloudCode>,
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
    #[arg(long = "role", value_name = "NAME", value_parser = parse_role)]
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

fn parse_host(text: &str) -> Result<IpAddr, &'static str> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text
            .parse()
            .map_err(|_| "use an IP address, such as 127.0.0.1 or 0.0.0.0"),
    }
}

fn parse_seconds(text: &str) -> Result<u64, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.ok_or("use a whole number of seconds from 1, such as 3600")
}

fn parse_role(text: &str) -> Result<String, &'static str> {
    match text.trim().is_empty() {
        true => Err("use the name of a role, such as Editor"),
        false => Ok(text.to_owned()),
    }
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
    let program = Program::try_parse().unwrap_or_else(|error| exit_with(&error));
    let done = match program.command {
        None => run(program.options, None).await,
        Some(Command::Exec { options, .. }) if options.print_env => {
            let problem = "the argument '--print-env' cannot be used with 'exec', which passes the variables to its command";
            let error = Program::command().error(ErrorKind::ArgumentConflict, problem);
            exit_with(&error)
        }
        Some(Command::Exec { options, command }) => run(*options, Some(command)).await,
        Some(Command::Export(control)) => run_control(ControlCommand::Export, &control),
        Some(Command::Import(control)) => run_control(ControlCommand::Import, &control),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("backendless-local: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a usage error, or the help, and exits.
fn exit_with(error: &clap::Error) -> ! {
    let mut arguments = std::env::args_os().skip(1);
    let is_exec = arguments.next().is_some_and(|name| name == "exec");
    if is_exec && error.use_stderr() && !arguments.any(|argument| argument == "--") {
        let _ = error.print();
        eprintln!("\n{EXEC_HINT}");
        std::process::exit(error.exit_code());
    }
    error.exit()
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Sends a command to a running server.
fn run_control(command: ControlCommand, Control { folder, url }: &Control) -> Outcome<ExitCode> {
    let done = control::run(command, folder, url.as_deref())?;
    // A closed stdout does not change what was done.
    let _ = writeln!(std::io::stdout(), "{done}");
    Ok(ExitCode::SUCCESS)
}

/// Runs a server until a signal, or until the command ends.
async fn run(options: Options, command: Option<Vec<OsString>>) -> Outcome<ExitCode> {
    // Before the line is printed: a program that reads the line may send the signal at once.
    let mut signals = Signals::new()?;
    let (limit, export) = (options.requests_per_minute, options.export_on_exit.clone());
    let print_env = options.print_env;
    let token = Server::random_token();
    let is_exec = command.is_some();
    let server = tokio::select! {
        server = start(options, &token, is_exec) => server?,
        // There is nothing to export: the state is that of the last run.
        signal = signals.next() => return Ok(ExitCode::from(exec::status_of(signal))),
    };
    let variables = environment::variables(&server, &token);
    let code = match command {
        Some(command) => exec::run(&command, &variables, &mut signals).await,
        None => {
            print_start(&server, &variables, print_env);
            signals.next().await;
            Ok(ExitCode::SUCCESS)
        }
    };
    if limit.is_some() {
        print_usage(&server, is_exec);
    }
    let has_export = export.is_some();
    tokio::select! {
        stopped = stop(server, export) => stopped?,
        signal = signals.next() => {
            if has_export {
                eprintln!("backendless-local: interrupted; the state was not exported, and an earlier export is unchanged");
            }
            // At once: the end of `main` would wait for the export.
            std::process::exit(exec::status_of(signal).into());
        }
    }
    Ok(code?)
}

/// Stops the server after the requests that run, and exports its state.
async fn stop(server: Server, export: Option<PathBuf>) -> Result<(), backendless_local::Error> {
    match export {
        Some(folder) => server.stop_and_export(folder).await,
        None => {
            server.stop().await;
            Ok(())
        }
    }
}

/// Prints the busiest minute: to stderr if stdout is that of a command.
fn print_usage(server: &Server, is_exec: bool) {
    let usage = server.usage();
    let (busiest, rejected) = (usage.busiest_minute(), usage.rejected());
    let line = format!("busiest minute: {busiest} requests; rejected: {rejected}\n");
    let _ = match is_exec {
        true => std::io::stderr().write_all(line.as_bytes()),
        false => std::io::stdout().write_all(line.as_bytes()),
    };
}

/// Prints the base URL, the variables of clients and the console. A closed stdout does not stop the server.
fn print_start(server: &Server, variables: &[(&str, String)], print_env: bool) {
    let mut output = std::io::stdout();
    if !print_env {
        let (url, app_id, api_key) = (server.url(), server.app_id(), server.api_key());
        let _ = writeln!(output, "listening on {url}/{app_id}/{api_key}");
    }
    let _ = output.write_all(environment::exports(variables).as_bytes());
    if !print_env {
        let _ = writeln!(output, "# console: {}/", environment::url(variables));
    }
    let _ = output.flush();
}

/// Starts the server with its data.
async fn start(options: Options, token: &str, is_exec: bool) -> Outcome<Server> {
    if let Some(folder) = &options.export_on_exit {
        Server::check_export_folder(folder)?;
    }
    let port = options.port.unwrap_or(if is_exec { 0 } else { PORT });
    let builder = with_remote_files(Server::builder(), &options.remote_files)?;
    let builder = with_state(builder, &options)?;
    let builder = with_settings(builder, options, port);
    Ok(builder.control_token(token).start().await?)
}

/// Sets what the server has when it starts.
fn with_state(mut builder: Builder, options: &Options) -> Outcome<Builder> {
    if let Some(folder) = &options.import {
        let export = options.export_on_exit.as_ref();
        builder = match export.is_some_and(|export| is_same(export, folder)) {
            // It is missing at the first run.
            true => builder.import_if_exists(folder),
            false => builder.import(folder),
        };
    }
    if let Some(path) = &options.seed {
        builder = builder.seed(Seed::read(path)?);
    }
    Ok(builder.reset(options.reset))
}

/// Whether two paths are the same, without following links.
fn is_same(one: &Path, other: &Path) -> bool {
    match (std::path::absolute(one), std::path::absolute(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
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

fn with_settings(builder: Builder, options: Options, port: u16) -> Builder {
    let address = SocketAddr::new(options.host, port);
    let mut builder = builder.address(address).log_requests(options.log.is_some());
    for origin in options.cors_origins {
        builder = builder.cors_origin(origin);
    }
    if let Some(cloud_code) = options.cloud_code {
        builder = cloud_code.register(builder);
    }
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
