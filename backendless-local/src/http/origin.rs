//! Hosts, origins and tokens of requests: what the guards of all routes check, each by its own policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};

/// The names of this machine that every server has.
const LOOPBACK_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The port that a URL without one has, which is not part of the header `Host` then.
const DEFAULT_PORT: &str = "80";

/// Returns the value of a header that occurs at most once.
pub(crate) fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, String> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(format!("it has more than one header '{name}'"));
    }
    let text = value.map(HeaderValue::to_str).transpose();
    text.map_err(|_| format!("the header '{name}' is not text"))
}

/// Compares two secrets in a time that depends on their lengths only.
pub(crate) fn secrets_equal(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    let difference = pairs.fold(0, |difference, (one, other)| difference | (one ^ other));
    one.len() == other.len() && difference == 0
}

/// Returns the URL of a server for clients on this machine, also if the server listens on all addresses.
pub(crate) fn local_url(mut address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("http://{address}")
}

/// The hosts, each with the port, that a client on the machine of the server uses: the address of the server, and the
/// loopback names.
pub(crate) struct LocalHosts(Vec<String>);

impl LocalHosts {
    pub(crate) fn new(address: SocketAddr) -> LocalHosts {
        let port = address.port().to_string();
        let mut hosts = vec![address.to_string()];
        for name in LOOPBACK_NAMES {
            hosts.push(format!("{name}:{port}"));
            if port == DEFAULT_PORT {
                hosts.push(name.to_owned());
            }
        }
        LocalHosts(hosts)
    }

    pub(crate) fn contains(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.0.iter().any(|own| {
            let domain = host.strip_suffix(own.as_str());
            let is_below = |domain: &str| own.starts_with("localhost") && domain.ends_with('.');
            domain.is_some_and(|domain| domain.is_empty() || is_below(domain))
        })
    }
}

/// The host of a request, without its port.
pub(super) enum HostName<'h> {
    Address(IpAddr),
    Name(&'h str),
}

impl HostName<'_> {
    pub(super) fn parse(host: &str) -> Option<HostName<'_>> {
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        if let Some(host) = host.strip_prefix('[') {
            let (address, port) = host.split_once(']')?;
            let address = address.parse::<Ipv6Addr>().ok()?;
            let has_port = port.strip_prefix(':').is_some_and(is_port);
            return (port.is_empty() || has_port).then_some(HostName::Address(address.into()));
        }
        let name = match host.split_once(':') {
            Some((name, port)) => is_port(port).then_some(name)?,
            None => host,
        };
        if let Ok(address) = name.parse::<Ipv4Addr>() {
            return Some(HostName::Address(address.into()));
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_name = !name.is_empty() && name.chars().all(is_part);
        is_name.then_some(HostName::Name(name))
    }
}

pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether this is a name of this machine for every browser (RFC 6761, section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether no site of the internet has this name: it has no dot, as that of a container, or a domain for private use
/// (RFC 6762, and `internal`, which ICANN reserved in 2024).
pub(super) fn is_private(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.contains('.') || name.ends_with(".local") || name.ends_with(".internal")
}

/// Rejects what no browser sends as the origin of a page, as a page with it would be rejected without a reason, and `null`,
/// which every page in a sandbox has. The error says what to use.
pub(crate) fn check_origin(origin: &str) -> Result<(), String> {
    let (host, default_port) = match origin.split_once("://") {
        Some(("http", host)) => (host, ":80"),
        Some(("https", host)) => (host, ":443"),
        _ => ("", ":80"),
    };
    let has_upper_case = host.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_upper_case || HostName::parse(host).is_none() {
        let expected = "use a scheme, a host and a port, without a path or a final /, in lower case, such as \
                        http://localhost:3000";
        return Err(expected.to_owned());
    }
    match host.ends_with(default_port) {
        true => Err(format!(
            "omit {default_port}, as browsers do not send the default port"
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_browsers_send_is_an_origin() {
        for origin in [
            "http://localhost:3000",
            "https://a.example",
            "http://192.0.2.1:8080",
            "http://[::1]:3000",
            "https://a.example:80",
        ] {
            assert_eq!(check_origin(origin), Ok(()), "{origin}");
        }
        for origin in [
            "",
            "*",
            "null",
            "localhost:3000",
            "http://",
            "http://a/",
            "http://a/b",
            "http://a:b",
            "http://a:",
            "http://A.example",
            "HTTP://a.example",
            "http://u@a.example",
            "http://a.example?b",
            "http://a b",
            "http://[::1",
            "http://localhost:80",
            "https://a.example:443",
            "file://",
        ] {
            assert!(check_origin(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn a_client_of_this_machine_gets_an_address_that_it_can_connect_to() {
        for (address, url) in [
            ("0.0.0.0:9", "http://127.0.0.1:9"),
            ("[::]:9", "http://[::1]:9"),
            ("192.0.2.1:9", "http://192.0.2.1:9"),
            ("127.0.0.1:9", "http://127.0.0.1:9"),
        ] {
            assert_eq!(local_url(address.parse().unwrap()), url);
        }
    }

    #[test]
    fn secrets_are_equal_as_a_whole() {
        assert!(secrets_equal("token", "token"));
        for (one, other) in [("token", "toke"), ("token", "Token"), ("", "x"), ("x", "")] {
            assert!(!secrets_equal(one, other), "{one} {other}");
        }
    }
}
