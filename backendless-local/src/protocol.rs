//! The requests of the commands `export` and `import`, which the program sends to a running server. The program is another
//! crate, so this is public, but not part of the documented API.

/// The header with the token of the server.
pub const TOKEN_HEADER: &str = "backendless-local-token";

/// The environment variable with the token of the server.
pub const TOKEN_VARIABLE: &str = "BACKENDLESS_LOCAL_TOKEN";

/// The environment variable with the URL of the server for clients on its machine.
pub const API_URL_VARIABLE: &str = "BACKENDLESS_API_URL";

/// A command for a running server. Its body is `{"folder": PATH}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlCommand {
    /// Writes the state of the server to a folder.
    Export,
    /// Replaces the state of the server by that of an export.
    Import,
}

impl ControlCommand {
    /// Returns the name of the command, which is that of the subcommand.
    pub fn name(self) -> &'static str {
        match self {
            ControlCommand::Export => "export",
            ControlCommand::Import => "import",
        }
    }

    /// Returns the path of its requests. The first segment cannot be an app id.
    pub fn path(self) -> &'static str {
        match self {
            ControlCommand::Export => "/.control/export",
            ControlCommand::Import => "/.control/import",
        }
    }

    /// Returns the message of a command that succeeded.
    pub fn done(self, folder: &str) -> String {
        match self {
            ControlCommand::Export => format!("exported to {folder}"),
            ControlCommand::Import => format!("imported from {folder}"),
        }
    }
}
