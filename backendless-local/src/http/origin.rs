//! Hosts, origins and tokens of requests: what the guards of all routes check, each by its own policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};

/// The port that a URL without one has, which is not part of the header `Host` then.
const DEFAULT_PORT: u16 = 80;

/// Returns the value of a header that occurs at most once.
pub(crate) fn single_header<'h>(
    headers: &'h HeaderMap,
    name: &str,
) -> Result<Option<&'h str>, String> {
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

/// The hosts that a client on the machine of the server sends: the loopback names and the address of the server, with its
/// port.
pub(crate) struct LocalHosts(SocketAddr);

impl LocalHosts {
    pub(crate) fn new(address: SocketAddr) -> LocalHosts {
        LocalHosts(address)
    }

    pub(crate) fn contains(&self, host: &str) -> bool {
        let Some(Host { name, port }) = Host::parse(host) else {
            return false;
        };
        let is_own = matches!(name, HostName::Address(address) if address == self.0.ip());
        port.unwrap_or(DEFAULT_PORT) == self.0.port() && (is_own || name.is_loopback())
    }
}

/// The host of a request or of an origin.
pub(super) struct Host<'h> {
    pub(super) name: HostName<'h>,
    port: Option<u16>,
}

pub(super) enum HostName<'h> {
    Address(IpAddr),
    Name(&'h str),
}

impl Host<'_> {
    pub(super) fn parse(host: &str) -> Option<Host<'_>> {
        let port = |port: &str| {
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            port.parse::<u16>().ok().filter(|_| is_number)
        };
        if let Some(host) = host.strip_prefix('[') {
            let (address, rest) = host.split_once(']')?;
            let address = address.parse::<Ipv6Addr>().ok()?;
            let port = match rest.strip_prefix(':') {
                Some(digits) => Some(port(digits)?),
                None if rest.is_empty() => None,
                None => return None,
            };
            let name = HostName::Address(address.into());
            return Some(Host { name, port });
        }
        let (name, port) = match host.split_once(':') {
            Some((name, digits)) => (name, Some(port(digits)?)),
            None => (host, None),
        };
        let name = match name.parse::<Ipv4Addr>() {
            Ok(address) => HostName::Address(address.into()),
            Err(_) => HostName::of_name(name)?,
        };
        Some(Host { name, port })
    }
}

impl HostName<'_> {
    fn of_name(name: &str) -> Option<HostName<'_>> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_name = !name.is_empty() && name.chars().all(is_part);
        is_name.then_some(HostName::Name(name))
    }

    /// Whether this is this machine for every client: a loopback address, or a name that browsers resolve to one (RFC 6761,
    /// section 6.3).
    pub(super) fn is_loopback(&self) -> bool {
        match self {
            HostName::Address(address) => address.to_canonical().is_loopback(),
            HostName::Name(name) => {
                let name = name.to_ascii_lowercase();
                name == "localhost" || name.ends_with(".localhost")
            }
        }
    }
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
    if has_upper_case || Host::parse(host).is_none() {
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
    fn a_client_of_this_machine_uses_loopback_names_and_the_own_address() {
        for (address, host, expected) in [
            ("127.0.0.1:9", "127.0.0.1:9", true),
            ("127.0.0.1:9", "127.0.0.2:9", true),
            ("127.0.0.1:9", "[::1]:9", true),
            ("127.0.0.1:9", "LOCALHOST:9", true),
            ("127.0.0.1:9", "app.localhost:9", true),
            ("127.0.0.1:9", "localhost", false),
            ("127.0.0.1:9", "localhost:8", false),
            ("127.0.0.1:9", "localhost.:9", false),
            ("127.0.0.1:9", "notlocalhost:9", false),
            ("127.0.0.1:9", "a@localhost:9", false),
            ("127.0.0.1:9", "0.0.0.0:9", false),
            ("127.0.0.1:9", "192.0.2.1:9", false),
            ("127.0.0.1:9", "", false),
            ("127.0.0.1:80", "localhost", true),
            ("127.0.0.1:80", "[::1]", true),
            ("127.0.0.1:80", "localhost:80", true),
            ("127.0.0.1:80", "localhost:+80", false),
            ("192.0.2.1:9", "192.0.2.1:9", true),
            ("192.0.2.1:9", "localhost:9", true),
            ("192.0.2.1:9", "192.0.2.2:9", false),
        ] {
            let hosts = LocalHosts::new(address.parse().unwrap());
            assert_eq!(hosts.contains(host), expected, "{address} {host}");
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
