//! The environment variables of the clients of a server, and of the commands `export` and `import`.

use backendless_local::Server;
use backendless_local::protocol::{API_URL_VARIABLE, TOKEN_VARIABLE};

/// Returns the variables of clients, and that of the control routes.
pub(crate) fn variables(server: &Server, token: &str) -> Vec<(&'static str, String)> {
    let mut variables = server.environment_variables();
    variables.push((TOKEN_VARIABLE, token.to_owned()));
    variables
}

/// Returns the base URL for clients on this machine.
pub(crate) fn url(variables: &[(&str, String)]) -> String {
    let url = variables.iter().find(|(name, _)| *name == API_URL_VARIABLE);
    url.map_or_else(String::new, |(_, url)| url.clone())
}

/// Returns lines that set the variables in a shell. No value has a character that a shell interprets.
pub(crate) fn exports(variables: &[(&str, String)]) -> String {
    let lines = variables
        .iter()
        .map(|(name, value)| format!("export {name}={value}\n"));
    lines.collect()
}
