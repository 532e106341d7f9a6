//! Runs a command with the environment variables of a server.

use std::ffi::OsString;
use std::process::{ExitCode, ExitStatus};

/// Runs the command until it ends, and returns the exit code of this program: that of the command, or 128 and the number of
/// the signal that ended it. As in shells, it is 127 if the command does not exist, and 126 if it cannot be run.
pub(crate) async fn run(
    command: &[OsString],
    variables: &[(&'static str, String)],
    signals: &mut Signals,
) -> Result<ExitCode, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("the command is missing; write it after --".to_owned());
    };
    let mut process = tokio::process::Command::new(program);
    process
        .args(arguments)
        // It excludes the other variables.
        .env_remove("BACKENDLESS_DOMAIN")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .kill_on_drop(true);
    // The command would not get a signal that arrived before it.
    if let Some(signal) = signals.arrived().await {
        return Ok(ExitCode::from(status_of(signal)));
    }
    let mut child = match process.spawn() {
        Ok(child) => child,
        Err(error) => {
            let program = program.to_string_lossy();
            eprintln!(
                "backendless-local: cannot run '{program}': {error}; write the path of a program after --"
            );
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            return Ok(ExitCode::from(if is_missing { 127 } else { 126 }));
        }
    };
    let id = child.id();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            signal = signals.next() => forward(signal, id),
        }
    };
    // The signal that ended the command is not one that interrupts what follows.
    while signals.arrived().await.is_some() {}
    let status = status.map_err(|error| format!("cannot wait for the command: {error}"))?;
    Ok(exit_code(status))
}

impl Signals {
    /// Returns a signal that has arrived already.
    async fn arrived(&mut self) -> Option<StopSignal> {
        tokio::select! {
            biased;
            signal = self.next() => Some(signal),
            // The runtime looks for signals before it continues.
            () = tokio::task::yield_now() => None,
        }
    }
}

#[cfg(unix)]
pub(crate) use unix::{Signals, status_of};
#[cfg(unix)]
use unix::{StopSignal, exit_code, forward};

#[cfg(unix)]
mod unix {
    use std::io::IsTerminal;
    use std::os::unix::process::ExitStatusExt;

    use rustix::process::{Pid, kill_process};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::{ExitCode, ExitStatus};

    pub(crate) type StopSignal = rustix::process::Signal;

    /// What is added to the number of a signal in the status of a program that it ended.
    const BY_SIGNAL: i32 = 128;

    /// The signals that stop the program.
    pub(crate) struct Signals {
        interrupt: Signal,
        terminate: Signal,
    }

    impl Signals {
        pub(crate) fn new() -> std::io::Result<Signals> {
            Ok(Signals {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }

        pub(crate) async fn next(&mut self) -> StopSignal {
            tokio::select! {
                _ = self.interrupt.recv() => StopSignal::INT,
                _ = self.terminate.recv() => StopSignal::TERM,
            }
        }
    }

    /// Sends a signal to the command. A terminal sends SIGINT to the command as well, so it is not sent twice.
    pub(super) fn forward(signal: StopSignal, id: Option<u32>) {
        let is_sent = signal == StopSignal::INT && std::io::stdin().is_terminal();
        let id = id
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let (Some(id), false) = (id, is_sent) {
            // It fails if the command has just ended.
            let _ = kill_process(id, signal);
        }
    }

    /// Returns the status of this program when a signal ends it.
    pub(crate) fn status_of(signal: StopSignal) -> u8 {
        u8::try_from(BY_SIGNAL + signal.as_raw()).unwrap_or(1)
    }

    pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
        let signal = status.signal().map(|signal| BY_SIGNAL + signal);
        let code = status.code().or(signal);
        code.and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from)
    }
}

#[cfg(not(unix))]
pub(crate) use other::{Signals, status_of};
#[cfg(not(unix))]
use other::{StopSignal, exit_code, forward};

#[cfg(not(unix))]
mod other {
    use super::{ExitCode, ExitStatus};

    /// Ctrl-C, the only one.
    pub(crate) struct StopSignal;

    /// Ctrl-C.
    pub(crate) struct Signals(tokio::signal::windows::CtrlC);

    impl Signals {
        pub(crate) fn new() -> std::io::Result<Signals> {
            tokio::signal::windows::ctrl_c().map(Signals)
        }

        pub(crate) async fn next(&mut self) -> StopSignal {
            self.0.recv().await;
            StopSignal
        }
    }

    /// The console has sent it to the command as well.
    pub(super) fn forward(_: StopSignal, _: Option<u32>) {}

    /// The status that shells give a program that Ctrl-C ended.
    pub(crate) fn status_of(_: StopSignal) -> u8 {
        130
    }

    pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}
