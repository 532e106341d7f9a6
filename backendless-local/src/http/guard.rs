//! Which requests of a browser the server accepts, and what a browser may do with its responses.
//!
//! The developer's browser also visits other sites, which may send requests to this server. They can neither read nor
//! change anything:
//!
//! - `Host` is a name of this server. A site whose own name resolves to this machine (DNS rebinding) sends its own name.
//! - `Origin` is the server itself or one that the developer listed. A browser adds it to every request of a page that is
//!   not a plain `GET`, also if the content type needs no preflight request.
//! - `Sec-Fetch-Site` says that a page of another site sent a request without `Origin`, such as that of an image. It is
//!   accepted for the pages of the listed origins, which `Referer` names, and for links to files, which change nothing.
//! - `Referer` and `User-Agent` say it where a browser sends no `Sec-Fetch-Site`: in a `GET` to a host that is no loopback
//!   name.
//! - Stored files have the type that their uploader chose. No response is a page of this origin: each document gets an
//!   origin of its own, without scripts, and nothing is interpreted as another type than it has.
//!
//! Clients that are no browsers send neither `Origin` nor `Sec-Fetch-Site`, and have a name of their own.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::admission;
use crate::http::body::{discard, share};
use crate::http::origin::{Host, HostName, is_private, single_header};
use crate::http::response::ErrorResponse;
use crate::limits::Limits;
use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// The names and origins that requests may have.
pub(super) struct Guard {
    /// Whether other machines can connect to the server.
    is_reachable: bool,
    /// The origins whose pages may call the server.
    origins: Vec<String>,
}

impl Guard {
    pub(super) fn new(is_reachable: bool, origins: Vec<String>) -> Guard {
        Guard {
            is_reachable,
            origins,
        }
    }

    /// Returns why a request is rejected, and what to do.
    fn check(&self, request: &Request) -> Result<(), String> {
        let headers = request.headers();
        let host = single_header(headers, header::HOST.as_str())?;
        let named = request.uri().authority();
        let named = named.map(|authority| authority.as_str());
        for host in [host, named].into_iter().flatten() {
            self.check_host(host)?;
        }
        let origin = single_header(headers, header::ORIGIN.as_str())?;
        if let Some(origin) = origin {
            let own = host.or(named);
            return self.check_origin(origin, own);
        }
        match single_header(headers, "sec-fetch-site")? {
            None => self.check_unmarked(request, host.or(named)),
            Some("none" | "same-origin") => Ok(()),
            Some(_) if is_link_to_a_file(request) || self.is_load_of_a_listed_page(request) => {
                Ok(())
            }
            Some(_) => Err(foreign_page()),
        }
    }

    /// Checks a request without `Origin` and `Sec-Fetch-Site`, which browsers send only to `https` and loopback names: that
    /// of a client that is no browser, or a `GET` that a page caused. A page cannot change the name of the browser. The type
    /// that a browser accepts is no sign of one, as the default of Java is similar, and neither is `Referer`, which HTTP
    /// clients add when they follow a redirect.
    fn check_unmarked(&self, request: &Request, host: Option<&str>) -> Result<(), String> {
        let headers = request.headers();
        if !is_read(request) || !is_browser(headers) || is_unmarked_link_to_a_file(request) {
            return Ok(());
        }
        if let Some(referer) = single_header(headers, header::REFERER.as_str())? {
            let origin = origin_of(referer);
            return match is_own(origin, host) || self.is_listed(origin) {
                true => Ok(()),
                false => Err(foreign_page()),
            };
        }
        // A page can suppress `Referer`.
        let host = host.and_then(Host::parse);
        match host.is_some_and(|host| host.name.is_loopback()) {
            true => Ok(()),
            false => Err(
                "a browser sent it, and does not say for which page; in a browser, use 127.0.0.1 or localhost, and \
                 elsewhere, a User-Agent that does not begin with Mozilla/"
                    .to_owned(),
            ),
        }
    }

    fn check_host(&self, host: &str) -> Result<(), String> {
        // A page of this origin may call the server.
        let is_listed = self.origins.iter().any(|origin| {
            let listed = origin.strip_prefix("http://");
            let listed = listed.or_else(|| origin.strip_prefix("https://"));
            listed.is_some_and(|listed| listed.eq_ignore_ascii_case(host))
        });
        let is_own = Host::parse(host).is_some_and(|host| {
            let is_reachable = match host.name {
                HostName::Address(_) => self.is_reachable,
                HostName::Name(name) => self.is_reachable && is_private(name),
            };
            is_reachable || host.name.is_loopback()
        });
        match is_own || is_listed {
            true => Ok(()),
            false => Err(format!(
                "the host '{}' is not a name of this server; send the request to its address, or allow the name, as with \
                 --cors http://NAME:PORT",
                shorten(host)
            )),
        }
    }

    /// `host` is that of the request, which is a name of this server.
    fn check_origin(&self, origin: &str, host: Option<&str>) -> Result<(), String> {
        match is_own(origin, host) || self.is_listed(origin) {
            true => Ok(()),
            false => {
                let origin = shorten(origin);
                let remedy = format!("allow it, as with --cors {origin}");
                Err(format!(
                    "a page of the origin '{origin}' sent it; if this page may call the server, {remedy}"
                ))
            }
        }
    }

    fn is_listed(&self, origin: &str) -> bool {
        self.origins.iter().any(|listed| listed == origin)
    }

    /// Whether a page of a listed origin loads an image or the like. A page can suppress `Referer`, but not change its
    /// origin.
    fn is_load_of_a_listed_page(&self, request: &Request) -> bool {
        let referer = single_header(request.headers(), header::REFERER.as_str());
        let Ok(Some(referer)) = referer else {
            return false;
        };
        is_read(request) && self.is_listed(origin_of(referer))
    }
}

/// Returns why a request of a page of another site is rejected, and what to do.
fn foreign_page() -> String {
    let remedy = "allow its origin, as with --cors http://localhost:3000";
    format!("a page of another site sent it; {remedy}")
}

/// Whether an origin is that of the server. `host` is that of the request.
fn is_own(origin: &str, host: Option<&str>) -> bool {
    let own = origin.strip_prefix("http://").zip(host);
    own.is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
}

/// Returns the origin of a URL.
fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..host + end])
}

/// Whether the name of the client is that of a browser: all of them begin with `Mozilla/`.
fn is_browser(headers: &HeaderMap) -> bool {
    let mut agents = headers.get_all(header::USER_AGENT).iter();
    agents.any(|agent| agent.as_bytes().starts_with(b"Mozilla/"))
}

fn is_read(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

/// Whether a browser opens a file or confirms an e-mail address in a tab, as links of other sites do.
fn is_link_to_a_file(request: &Request) -> bool {
    let is = |name: &str, value: &str| single_header(request.headers(), name) == Ok(Some(value));
    is_read(request)
        && is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document")
        && admission::is_link_target(request.uri().path())
}

/// As [`is_link_to_a_file`], of a browser that sends no `Sec-Fetch-*`. A page can send such a request as well, which it
/// cannot read.
fn is_unmarked_link_to_a_file(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    is_read(request)
        && accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
        && admission::is_link_target(request.uri().path())
}

/// Runs a request that no page of another site sent.
pub(super) async fn check(
    State((guard, limits)): State<(Arc<Guard>, Limits)>,
    request: Request,
    next: Next,
) -> Response {
    let Err(why) = guard.check(&request) else {
        return next.run(request).await;
    };
    let (_, rest) = share(request.into_body(), &limits);
    // A client that still sends cannot read the response.
    let _ = tokio::time::timeout(limits.body_timeout, discard(rest)).await;
    let message = format!("the local server rejects the request: {why}");
    let error = ServiceError::new(code::REJECTED, message);
    ErrorResponse::with_status(StatusCode::FORBIDDEN, error).into_response()
}

/// Adds the headers that keep a response from being a page of this origin.
pub(super) async fn isolate(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(is_reachable: bool, origins: &[&str], hosts: &[&str]) -> Vec<bool> {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let guard = Guard::new(is_reachable, origins);
        let mut accepted = Vec::new();
        for host in hosts {
            accepted.push(guard.check_host(host).is_ok());
        }
        accepted
    }

    #[test]
    fn a_server_of_this_machine_has_only_its_names() {
        let own = [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:9",
            "127.0.0.2",
            "[::1]:9",
            "[::1]",
        ];
        assert_eq!(accepted(false, &[], &own), [true; 6]);
        let others = [
            "",
            "x",
            "evil.example:9",
            "localhost.evil.example",
            "127.0.0.1.evil.example:9",
            "localhost.",
            "192.0.2.1",
            "0.0.0.0:9",
            "[2001:db8::1]",
            "[::1",
            "[::1]x",
            "localhost:",
            "localhost:x",
            "a@localhost",
            "host.docker.internal",
            "127.0.0.1:9, localhost:9",
        ];
        assert_eq!(accepted(false, &[], &others), [false; 16]);
    }

    #[test]
    fn a_server_of_a_network_has_addresses_and_private_names_as_well() {
        let own = [
            "192.0.2.1:9",
            "[2001:db8::1]:9",
            "backend:9",
            "host.docker.internal:9",
            "Box.Local",
            "localhost",
        ];
        assert_eq!(accepted(true, &[], &own), [true; 6]);
        let others = [
            "evil.example:9",
            "192.0.2.1.evil.example",
            "local.evil.example:9",
            "backend.:9",
            "a@b",
        ];
        assert_eq!(accepted(true, &[], &others), [false; 5]);
    }

    #[test]
    fn the_host_of_a_listed_origin_is_a_name() {
        let hosts = ["box.example:9", "box.example:8", "box.example"];
        for is_reachable in [false, true] {
            let listed = accepted(is_reachable, &["http://box.example:9"], &hosts);
            assert_eq!(listed, [true, false, false]);
        }
    }
}
