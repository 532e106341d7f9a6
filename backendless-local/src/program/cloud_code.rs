//! Cloud Code of the program: a folder of prepared results, or a server on this machine that is called.

use std::path::{Path, PathBuf};
use std::time::Duration;

use backendless_local::{Builder, ServiceError};
use serde_json::Value;

use super::http::LocalUrl;

/// Code of the service for an error of the application's code.
const ERROR: i64 = 14_000;

/// Time for which the called server may send nothing.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where the results of Cloud Code methods come from.
#[derive(Clone, Debug)]
pub(crate) enum CloudCode {
    /// The result of a method is in the file SERVICE/METHOD.json of a folder.
    Folder(PathBuf),
    /// A method is a request `POST URL/SERVICE/METHOD` with the argument.
    Server(LocalUrl),
}

impl CloudCode {
    /// Parses the value of the option.
    pub(crate) fn parse(text: &str) -> Result<CloudCode, String> {
        if text.contains("://") {
            return LocalUrl::parse(text).map(CloudCode::Server);
        }
        match Path::new(text).is_dir() {
            true => Ok(CloudCode::Folder(PathBuf::from(text))),
            false => Err(
                "it is not a folder; pass a folder with files SERVICE/METHOD.json, or a URL"
                    .to_owned(),
            ),
        }
    }

    /// Registers the methods.
    pub(crate) fn register(self, builder: Builder) -> Builder {
        builder.fallback_service(move |service, method, argument| {
            if ![service, method].into_iter().all(is_name) {
                return Err(error("the name of a service or of a method has other characters than letters, digits, '-', '_' and '.', or begins with '.': use a name that is one of a file"));
            }
            match &self {
                CloudCode::Folder(folder) => prepared(folder, service, method),
                CloudCode::Server(url) => call(url, service, method, &argument),
            }
        })
    }
}

/// Whether a name is one of a file and of a segment of a URL, as it is.
fn is_name(name: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(is_valid)
}

/// Returns the prepared result of a method. The file is read at each call, so that it may change.
fn prepared(folder: &Path, service: &str, method: &str) -> Result<Value, ServiceError> {
    let path = folder.join(service).join(format!("{method}.json"));
    let shown = format!("{service}/{method}.json");
    let text = std::fs::read(path).map_err(|problem| {
        error(&format!(
            "cannot read {shown} in the folder of Cloud Code: {problem}; write the result of the method to this file"
        ))
    })?;
    serde_json::from_slice(&text)
        .map_err(|problem| error(&format!("{shown} is not valid JSON: {problem}; write the result of the method as JSON, a text in quotes")))
}

fn call(
    url: &LocalUrl,
    service: &str,
    method: &str,
    argument: &Value,
) -> Result<Value, ServiceError> {
    let body = argument.to_string();
    let path = format!("/{service}/{method}");
    let response = url
        .post(&path, &[], body.as_bytes(), Some(TIMEOUT))
        .map_err(|problem| {
            error(&format!(
                "the server of Cloud Code failed at {path}: {problem}; check that it runs at the URL of --cloud-code"
            ))
        })?;
    match response.status {
        200..=299 if response.body.is_empty() => Ok(Value::Null),
        200..=299 => serde_json::from_slice(&response.body).map_err(|problem| {
            error(&format!(
                "the response of the server of Cloud Code at {path} is not valid JSON: {problem}; respond with the result as JSON, or with an empty body for null"
            ))
        }),
        status => {
            let sent: Value = serde_json::from_slice(&response.body).unwrap_or_default();
            let code = sent["code"].as_i64().unwrap_or(ERROR);
            let message = sent["message"].as_str().map(str::to_owned);
            let message = message.unwrap_or_else(|| {
                format!("the server of Cloud Code responds to {path} with status {status} and without a message: respond with a JSON object of `code` and `message`")
            });
            Err(ServiceError::new(code, message))
        }
    }
}

fn error(message: &str) -> ServiceError {
    ServiceError::new(ERROR, message)
}
