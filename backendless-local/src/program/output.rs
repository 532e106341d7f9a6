//! What the program prints at the start and at the end of a server.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use backendless_local::protocol::ControlCommand;
use backendless_local::{Server, escape_controls};

use super::environment;

/// How long the program waits for stderr.
const STDERR_LIMIT: Duration = Duration::from_secs(1);

/// Prints the base URL, the variables of clients and the console. A closed stdout does not stop the server.
pub(crate) fn print_start(server: &Server, variables: &[(&str, String)], print_env: bool) {
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

/// Prints the busiest minute. Like all that is printed after the start, to stderr: stdout is that of the command, or has the
/// lines for a shell.
pub(crate) fn print_usage(server: &Server) {
    let usage = server.usage();
    let (busiest, rejected) = (usage.busiest_minute(), usage.rejected());
    print_message(format!(
        "busiest minute: {busiest} requests; rejected: {rejected}"
    ));
}

/// Prints the folder of the export at the end.
pub(crate) fn print_export(folder: &Path) {
    let done = ControlCommand::Export.done(&folder.display().to_string());
    print_message(escape_controls(&done));
}

/// Prints a line to stderr, which may be closed. If it is not read, or the line of a request waits for it, the program goes
/// on after a second, and the line may be missing.
pub(crate) fn print_message(mut line: String) {
    line.push('\n');
    let (end, ended) = channel::<()>();
    let thread = std::thread::Builder::new();
    let printing = thread.spawn(move || {
        let _end = end;
        let _ = std::io::stderr().write_all(line.as_bytes());
    });
    // If there is no thread, the line is missing, too.
    if printing.is_ok() {
        // It always fails: at the end of the thread, or after the limit.
        let _ = ended.recv_timeout(STDERR_LIMIT);
    }
}
