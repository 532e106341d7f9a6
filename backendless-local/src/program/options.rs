//! The command line: subcommands, options and their help, and the settings that they are.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use backendless_local::{Builder, Dialect, Faults, MultipleLogins, Seed, Server};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use super::cloud_code::CloudCode;
use super::{Outcome, option_values};

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

/// Returns the help of `export` or `import`, whose options are the same.
macro_rules! control_examples {
    ($name:literal) => {
        concat!(
            "Needs BACKENDLESS_LOCAL_TOKEN, and BACKENDLESS_API_URL unless --url is given: copy the lines that the server prints at its\n\
             start to this shell, or run the command by `backendless-local exec`.\n\n\
             Examples:\n  backendless-local ",
            $name,
            " ./state\n  backendless-local ",
            $name,
            " ./state --url http://127.0.0.1:9080"
        )
    };
}

/// What follows a usage error of `exec` without `--`.
const EXEC_HINT: &str =
    "Write the command after --, as in: backendless-local exec --port 0 -- cargo test";

/// A local Backendless server for development and tests.
#[derive(Parser)]
#[command(name = "backendless-local", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) options: Options,
}

#[derive(Subcommand)]
pub(crate) enum Command {
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
    #[command(after_help = control_examples!("export"))]
    Export(Control),
    /// Replaces the state of the running server by that of an export
    #[command(after_help = control_examples!("import"))]
    Import(Control),
}

#[derive(Args)]
pub(crate) struct Control {
    /// The folder of the export
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// URL of the server, without app id and key [default: BACKENDLESS_API_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Args)]
pub(crate) struct Options {
    /// Port to listen on; 0 is any free port [default: 9080; any free port for exec]
    #[arg(long, value_parser = option_values::parse_port, allow_negative_numbers = true)]
    port: Option<u16>,
    /// Address to listen on; another one than a loopback address lets other machines use the server
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_parser = option_values::parse_host)]
    host: IpAddr,
    /// Folder of an export, whose state the server has at the start; if it does not exist and is that of --export-on-exit,
    /// the server starts empty
    #[arg(long, value_name = "DIR")]
    import: Option<PathBuf>,
    /// Folder to which the state is exported when the server stops, in place of an earlier export
    #[arg(long, value_name = "DIR")]
    pub(crate) export_on_exit: Option<PathBuf>,
    /// Delete all data of the data folder at the start; nothing is deleted if --import or --seed are invalid
    #[arg(long, requires = "data")]
    reset: bool,
    /// Print only the lines that set the variables of clients in a shell, and keep running; not for exec
    #[arg(long)]
    pub(crate) print_env: bool,
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
    /// Folder that stores all data across restarts [default: in memory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// JSON file with rows to create at each start: {"Table": [{..}, ..], ..}; rows of the table
    /// Users need email and password
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Time from a login to the expiry of its session [default: 86400]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = option_values::parse_seconds,
        allow_negative_numbers = true
    )]
    session_life: Option<u64>,
    /// Meaning of the time to live of cache values, in milliseconds or in seconds: document or live; without it, a time that
    /// has a meaning in both is rejected
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<Dialect>,
    /// Application id [default: stored in the data folder, else random]
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,
    /// REST API key [default: stored in the data folder, else random]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// API key of server-side code, which may do what no client may [default: random]
    #[arg(long, value_name = "KEY")]
    cloud_code_key: Option<String>,
    /// Role of the application that can be assigned to users; can be given several times
    #[arg(long = "role", value_name = "NAME", value_parser = option_values::parse_role)]
    roles: Vec<String>,
    /// Number of sessions that a user may have at a time: a number, unlimited, reject or end-earlier, which is the default
    /// of the live service [default: unlimited]
    #[arg(long, value_name = "LOGINS")]
    multiple_logins: Option<MultipleLogins>,
    /// Content of a URL, for uploads from it, as the server itself downloads nothing: the URL and the path of a local
    /// file; can be given several times
    #[arg(long = "remote-file", value_name = "URL=PATH", value_parser = option_values::parse_remote_file)]
    remote_files: Vec<(String, PathBuf)>,
    /// Fraction of requests that get a fault, from 0 to 1: a connection reset, an incomplete
    /// response, a delay of 50 ms, status 429 or 503
    #[arg(long, value_name = "RATE", value_parser = option_values::parse_rate, allow_negative_numbers = true)]
    faults: Option<f64>,
    /// Seed of the random choice of requests that get a fault
    #[arg(
        long,
        value_name = "SEED",
        default_value_t = 0,
        requires = "faults",
        value_parser = option_values::parse_seed,
        allow_negative_numbers = true
    )]
    fault_seed: u64,
    /// Maximum number of requests in any 60 seconds; further ones get status 429, and the busiest
    /// minute is printed at the end
    #[arg(long, value_name = "N", value_parser = option_values::parse_requests, allow_negative_numbers = true)]
    pub(crate) requests_per_minute: Option<u32>,
}

impl Program {
    /// Returns the arguments, or prints a usage error or the help and exits.
    pub(crate) fn parse_or_exit() -> Program {
        let program = Program::try_parse().unwrap_or_else(|error| exit_with(&error));
        match &program.command {
            Some(Command::Exec { options, .. }) if options.print_env => {
                let problem = "the argument '--print-env' cannot be used with 'exec', which passes the variables to its command";
                exit_with(&Program::command().error(ErrorKind::ArgumentConflict, problem))
            }
            _ => program,
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

impl Options {
    /// Returns the settings of the server.
    pub(crate) fn into_builder(self, default_port: u16) -> Outcome<Builder> {
        let address = SocketAddr::new(self.host, self.port.unwrap_or(default_port));
        let builder = Server::builder().address(address);
        let builder = with_import(builder, self.import, self.export_on_exit.as_deref());
        let builder = with_remote_files(builder, &self.remote_files)?;
        let seed = self.seed.map(Seed::read).transpose()?;
        let session_life = self.session_life.map(Duration::from_secs);
        let seeded = Faults::seeded(self.fault_seed);
        let faults = self.faults.map(|rate| seeded.with_each(rate));

        let builder = builder.reset(self.reset).log_requests(self.log.is_some());
        let builder = with(builder, seed, Builder::seed);
        let builder = with(builder, self.cors_origins, Builder::cors_origin);
        let builder = with(builder, self.cloud_code, |builder, code| {
            code.register(builder)
        });
        let builder = with(builder, self.data, Builder::data_dir);
        let builder = with(builder, session_life, Builder::session_life);
        let builder = with(builder, self.dialect, Builder::dialect);
        let builder = with(builder, self.app_id, Builder::app_id);
        let builder = with(builder, self.api_key, Builder::api_key);
        let builder = with(builder, self.cloud_code_key, Builder::cloud_code_key);
        let builder = with(builder, self.roles, Builder::role);
        let builder = with(builder, self.multiple_logins, Builder::multiple_logins);
        let builder = with(builder, faults, Builder::faults);
        Ok(with(
            builder,
            self.requests_per_minute,
            Builder::requests_per_minute,
        ))
    }
}

/// Applies a setting for each value that an option has.
fn with<T>(
    builder: Builder,
    values: impl IntoIterator<Item = T>,
    set: impl Fn(Builder, T) -> Builder,
) -> Builder {
    values.into_iter().fold(builder, set)
}

fn with_import(builder: Builder, import: Option<PathBuf>, export: Option<&Path>) -> Builder {
    match import {
        // It is missing at the first run.
        Some(folder) if export.is_some_and(|export| is_same(export, &folder)) => {
            builder.import_if_exists(folder)
        }
        Some(folder) => builder.import(folder),
        None => builder,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines `backendless-local ..` of the help of the program or of a subcommand, without their comments.
    fn examples(command: &mut clap::Command) -> Vec<String> {
        let help = command.render_help().to_string();
        let lines = help.lines();
        let examples = lines.filter_map(|line| line.strip_prefix("  backendless-local "));
        let examples = examples.filter_map(|line| line.split("    ").next());
        examples.map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn the_examples_of_the_help_are_valid() {
        // The only argument that must exist.
        let folder = tempfile::tempdir().unwrap();
        let services = folder.path().to_str().unwrap();
        let mut program = Program::command();
        let mut all = vec![examples(&mut program)];
        for name in ["exec", "export", "import"] {
            let subcommand = program.find_subcommand_mut(name).unwrap();
            all.push(examples(subcommand));
        }
        for examples in all {
            assert!(!examples.is_empty());
            for example in examples {
                let line = format!("backendless-local {example}").replace("./services", services);
                let parsed = Program::try_parse_from(line.split_whitespace());
                assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
            }
        }
    }
}
