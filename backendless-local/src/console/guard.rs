//! Which requests the console accepts.
//!
//! A site that the developer visits in the same browser could send requests to this server. It cannot use the console,
//! because each of these checks rejects its requests:
//!
//! - The connection comes from this machine, also if the server listens on other addresses.
//! - `Host` is a name of this server. A site whose own name resolves to this machine (DNS rebinding) sends its own name.
//! - `Origin` and `Sec-Fetch-Site`, if the browser sends them, are those of the console. Only the page itself may be opened
//!   from a link of another site. Another port of this machine is another origin, too.
//! - Requests of data, reads and writes, have a header with the token that is part of the page. Another origin can neither
//!   read the page nor send the header: the preflight request for it gets no permission.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::http::body::{discard, share};
use crate::http::connection::ConnectionHandle;
use crate::http::origin::{LocalHosts, local_url, secrets_equal, single_header};
use crate::http::response::ErrorResponse;
use crate::service_error::{ServiceError, code};

/// The header with the token.
pub(super) const TOKEN_HEADER: &str = "x-console-token";

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The names of this server, and the token of its console.
pub(super) struct Guard {
    hosts: LocalHosts,
    /// The URL of the server for clients on this machine.
    url: String,
    token: String,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: String) -> Guard {
        Guard {
            hosts: LocalHosts::new(address),
            url: local_url(address),
            token,
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Returns why a request is rejected, from its connection, `Host` and `Origin`.
    fn check(&self, request: &Request, is_local: bool) -> Result<(), String> {
        if !is_local {
            return Err("it can be opened on the machine of the server only".to_owned());
        }
        let headers = request.headers();
        let host = single_header(headers, "host")?;
        let named = request
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        if [host, named]
            .into_iter()
            .flatten()
            .any(|host| !self.hosts.contains(host))
            || host.or(named).is_none()
        {
            return Err(format!("open it at {}/", self.url));
        }
        let origin = single_header(headers, "origin")?;
        let is_own = |origin: &str| {
            let own = origin.strip_prefix("http://").zip(host.or(named));
            own.is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
        };
        match origin.is_none_or(is_own) {
            true => Ok(()),
            false => Err("the request was sent by a page of another site".to_owned()),
        }
    }

    /// Whether the headers contain the token. The comparison takes the same time for all tokens of its length.
    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Ok(Some(token)) = single_header(headers, TOKEN_HEADER) else {
            return false;
        };
        secrets_equal(token, &self.token)
    }
}

/// Rejects requests that a page of another site sent, or that were not sent on this machine.
pub(super) async fn check(
    State(app): State<App>,
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    // Clients of the service send requests to `/` as well, with any name of this server.
    let is_page = request.uri().path() == "/";
    if is_page && !accepts_html(&request) {
        return next.run(request).await;
    }
    let checked = app.guard.check(&request, connection.is_local());
    if let Err(why) = checked.and_then(|()| check_site(&request, is_page)) {
        return rejected(&why);
    }
    next.run(request).await
}

/// Checks the site that sent a request, which the page of the console may be opened from, but not loaded into: not even by a
/// document of this origin, so that no script of one can read its token.
fn check_site(request: &Request, is_page: bool) -> Result<(), String> {
    let headers = request.headers();
    let destination = single_header(headers, "sec-fetch-dest")?;
    if is_page && destination.is_some_and(|destination| destination != "document") {
        return Err("the page can be opened only, not loaded by another page".to_owned());
    }
    let is_navigation = is_page
        && destination.is_some()
        && single_header(headers, "sec-fetch-mode")? == Some("navigate");
    match single_header(headers, SEC_FETCH_SITE)? {
        None | Some("none" | "same-origin") => Ok(()),
        Some(_) if is_navigation => Ok(()),
        Some(_) => Err("the request was sent by a page of another site".to_owned()),
    }
}

/// Runs a request of data that has the token.
pub(super) async fn check_data(State(app): State<App>, request: Request, next: Next) -> Response {
    let limits = app.server.limits;
    let (mut parts, body) = request.into_parts();
    let (body, rest) = share(body, &limits);
    let response = match app.guard.has_token(&parts.headers) {
        true => {
            parts.extensions.insert(limits);
            next.run(Request::from_parts(parts, body)).await
        }
        false => rejected("the token of the page is missing or old: reload the page"),
    };
    // As for a request of a client: one that still sends cannot read the response.
    let _ = tokio::time::timeout(limits.body_timeout, discard(rest)).await;
    response
}

fn rejected(why: &str) -> Response {
    let message = format!("the console rejects the request: {why}");
    let error = ServiceError::new(code::REJECTED, message);
    ErrorResponse::with_status(StatusCode::FORBIDDEN, error).into_response()
}

/// Whether the client is a browser that opens a page.
pub(super) fn accepts_html(request: &Request) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}
