//! The program: runs a local Backendless server until it is interrupted.

mod program;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use backendless_local::protocol::ControlCommand;
use backendless_local::{Server, escape_controls};
use program::exec::Signals;
use program::options::{Command, Control, Options, Program};
use program::{Outcome, control, environment, exec, output};

/// The port of a server without a command.
const PORT: u16 = 9080;

/// What the program does while the server runs.
enum Mode {
    /// It waits for a signal.
    Serve,
    /// It runs a command.
    Exec(Vec<OsString>),
}

impl Mode {
    fn default_port(&self) -> u16 {
        match self {
            Mode::Serve => PORT,
            Mode::Exec(_) => 0,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let program = Program::parse_or_exit();
    let done = match program.command {
        None => run(program.options, Mode::Serve).await,
        Some(Command::Exec { options, command }) => run(*options, Mode::Exec(command)).await,
        Some(Command::Export(control)) => run_control(ControlCommand::Export, &control),
        Some(Command::Import(control)) => run_control(ControlCommand::Import, &control),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            // It may quote a file or a server that others have written.
            let error = escape_controls(&error.to_string());
            output::print_message(format!("backendless-local: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Sends a command to a running server.
fn run_control(command: ControlCommand, Control { folder, url }: &Control) -> Outcome<ExitCode> {
    let done = control::run(command, folder, url.as_deref())?;
    // A closed stdout does not change what was done.
    let _ = writeln!(std::io::stdout(), "{done}");
    Ok(ExitCode::SUCCESS)
}

/// Runs a server until a signal, or until the command ends.
async fn run(options: Options, mode: Mode) -> Outcome<ExitCode> {
    // Before the line is printed: a program that reads the line may send the signal at once.
    let mut signals = Signals::new()?;
    let (has_limit, print_env) = (options.requests_per_minute.is_some(), options.print_env);
    let export = options.export_on_exit.clone();
    let token = Server::random_token();
    let server = tokio::select! {
        server = start(options, &token, mode.default_port()) => server?,
        // There is nothing to export: the state is that of the last run.
        signal = signals.next() => return Ok(ExitCode::from(exec::status_of(signal))),
    };
    let variables = environment::variables(&server, &token);
    let code = match &mode {
        Mode::Exec(command) => exec::run(command, &variables, &mut signals).await,
        Mode::Serve => {
            output::print_start(&server, &variables, print_env);
            signals.next().await;
            Ok(ExitCode::SUCCESS)
        }
    };
    if has_limit {
        output::print_usage(&server);
    }
    let has_export = export.is_some();
    tokio::select! {
        stopped = stop(server, export) => stopped?,
        signal = signals.next() => {
            if has_export {
                let message = "backendless-local: interrupted; the state was not exported, and an earlier export is unchanged";
                output::print_message(message.to_owned());
            }
            // At once: the end of `main` would wait for the export.
            std::process::exit(exec::status_of(signal).into());
        }
    }
    Ok(code?)
}

/// Starts the server with its data.
async fn start(options: Options, token: &str, default_port: u16) -> Outcome<Server> {
    if let Some(folder) = &options.export_on_exit {
        Server::check_export_folder(folder)?;
    }
    let builder = options.into_builder(default_port)?;
    Ok(builder.control_token(token).start().await?)
}

/// Stops the server after the requests that run, and exports its state.
async fn stop(server: Server, export: Option<PathBuf>) -> Result<(), backendless_local::Error> {
    match export {
        Some(folder) => {
            server.stop_and_export(&folder).await?;
            output::print_export(&folder);
            Ok(())
        }
        None => {
            server.stop().await;
            Ok(())
        }
    }
}
