//! The environment variables of the clients of a server, and of the commands `export` and `import`.

use backendless_local::Server;

/// The token of the control routes.
pub(crate) const TOKEN: &str = "BACKENDLESS_LOCAL_TOKEN";

pub(crate) const API_URL: &str = "BACKENDLESS_API_URL";

/// Returns the variables of clients, and that of the control routes.
pub(crate) fn variables(server: &Server, token: &str) -> Vec<(&'static str, String)> {
    let mut variables = server.environment_variables();
    variables.push((TOKEN, token.to_owned()));
    variables
}

/// Returns the base URL for clients on this machine.
pub(crate) fn url(variables: &[(&str, String)]) -> String {
    let url = variables.iter().find(|(name, _)| *name == API_URL);
    url.map_or_else(String::new, |(_, url)| url.clone())
}

/// Returns lines that set the variables in a shell. No value has a character that a shell interprets.
pub(crate) fn exports(variables: &[(&str, String)]) -> String {
    let lines = variables
        .iter()
        .map(|(name, value)| format!("export {name}={value}\n"));
    lines.collect()
}
