//! The environment variables of the clients of a server.

use std::net::SocketAddr;

use crate::dialect::Dialect;
use crate::http::origin::local_url;
use crate::protocol::API_URL_VARIABLE;

/// Returns the variables that `Client::from_env` of the crate `backendless` reads, with the URL for clients on the machine of
/// the server.
pub(crate) fn variables(
    address: SocketAddr,
    app_id: &str,
    api_key: &str,
    dialect: Option<Dialect>,
) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("BACKENDLESS_APP_ID", app_id.to_owned()),
        ("BACKENDLESS_API_KEY", api_key.to_owned()),
        (API_URL_VARIABLE, local_url(address)),
    ];
    let profile = dialect.map(|dialect| match dialect {
        Dialect::Live => "live",
        Dialect::Document => "document",
    });
    variables.extend(profile.map(|profile| ("BACKENDLESS_PROFILE", profile.to_owned())));
    variables
}
