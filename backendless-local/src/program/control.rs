//! The commands `export` and `import` for a running server.

use std::path::Path;

use backendless_local::protocol::{API_URL_VARIABLE, ControlCommand, TOKEN_HEADER, TOKEN_VARIABLE};

use super::http::LocalUrl;

/// Asks the server whose variables are set to export to a folder, or to import it, and returns what was done.
pub(crate) fn run(
    command: ControlCommand,
    folder: &Path,
    url: Option<&str>,
) -> Result<String, String> {
    let name = command.name();
    let variable = |name: &str| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            format!("{name} is not set: copy the lines that the server prints at its start to this shell, or run the command by `backendless-local exec`")
        })
    };
    let url = match url {
        Some(url) => url.to_owned(),
        None => variable(API_URL_VARIABLE)?,
    };
    let token = variable(TOKEN_VARIABLE)?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "{TOKEN_VARIABLE} is not a token of a server: copy the line that the server prints at its start"
        ));
    }
    let folder = std::path::absolute(folder)
        .map_err(|error| format!("invalid folder {}: {error}", folder.display()))?;
    let folder = folder.to_str().ok_or_else(|| {
        format!(
            "invalid folder {}: the path is not Unicode",
            folder.display()
        )
    })?;
    let body = serde_json::json!({ "folder": folder }).to_string();
    let headers = [(TOKEN_HEADER, &*token)];
    let sent = LocalUrl::parse(&url)?.post(command.path(), &headers, body.as_bytes(), None);
    let response = sent
        .map_err(|error| format!("cannot {name}: the server at {url} does not respond: {error}"))?;
    match response.status {
        200 => Ok(command.done(folder)),
        403 => Err(format!(
            "cannot {name}: {TOKEN_VARIABLE} is not the token of the server at {url}: copy the line that it printed at its start, as each start has another token"
        )),
        status => {
            let error: serde_json::Value =
                serde_json::from_slice(&response.body).unwrap_or_default();
            let message = error["message"].as_str().map(str::to_owned);
            Err(message.unwrap_or_else(|| {
                format!("cannot {name}: the server at {url} responds with status {status}, so it is no local server with this token")
            }))
        }
    }
}
