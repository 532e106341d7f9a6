//! What the program prints at the start and at the end of a server.

use std::io::Write;
use std::path::Path;

use backendless_local::protocol::ControlCommand;
use backendless_local::{Server, escape_controls};

use super::environment;

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
/// lines for a shell. A closed stderr does not change how the program ends.
pub(crate) fn print_usage(server: &Server) {
    let usage = server.usage();
    let (busiest, rejected) = (usage.busiest_minute(), usage.rejected());
    let line = format!("busiest minute: {busiest} requests; rejected: {rejected}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Prints the folder of the export at the end.
pub(crate) fn print_export(folder: &Path) {
    let done = ControlCommand::Export.done(&folder.display().to_string());
    let _ = writeln!(std::io::stderr(), "{}", escape_controls(&done));
}
