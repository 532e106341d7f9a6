//! A client of HTTP/1.0 for servers on this machine. It follows no redirect and uses no proxy.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// Maximum length of a response, in bytes.
const MAX_RESPONSE: u64 = 16 * 1024 * 1024;

/// Maximum time until a connection is established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The address of a server on this machine, and a path.
#[derive(Clone, Debug)]
pub(crate) struct LocalUrl {
    /// Host and port, as in the URL.
    host: String,
    address: SocketAddr,
    /// Without a slash at the end.
    path: String,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl LocalUrl {
    /// Parses `http://HOST:PORT/PATH`, with a host that is an address of this machine.
    pub(crate) fn parse(url: &str) -> Result<LocalUrl, String> {
        let problem = |why: &str| format!("{why}; use a URL such as http://127.0.0.1:9080");
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| problem("the URL does not begin with http://"))?;
        if rest.contains(|c: char| c.is_whitespace() || c.is_control() || "?#@\\".contains(c)) {
            return Err(problem(
                "the URL has a query, a fragment, a user name or a space",
            ));
        }
        let (host, path) = match rest.find('/') {
            Some(end) => rest.split_at(end),
            None => (rest, ""),
        };
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let with_port = if has_port {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        let name = with_port.rsplit_once(':').map_or("", |(name, _)| name);
        let address = match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(_) => with_port.parse().ok(),
            Err(_) if name == "localhost" => loopback(&with_port),
            Err(_) => None,
        };
        match address.filter(|address| is_of_this_machine(address.ip())) {
            Some(address) => Ok(LocalUrl {
                host: host.to_owned(),
                address,
                path: path.trim_end_matches('/').to_owned(),
            }),
            None => Err(problem(
                "the host is not this machine: only loopback addresses and other addresses of this machine are called",
            )),
        }
    }

    /// Sends a POST request with a JSON body. `path` begins with a slash.
    pub(crate) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        timeout: Option<Duration>,
    ) -> std::io::Result<Response> {
        let mut stream = TcpStream::connect_timeout(&self.address, CONNECT_TIMEOUT)?;
        // As the address may have moved to another machine since it was checked.
        if !is_same_machine(stream.local_addr()?.ip(), stream.peer_addr()?.ip()) {
            let why = "the address is no longer that of this machine";
            return Err(std::io::Error::other(why));
        }
        stream.set_read_timeout(timeout)?;
        let mut head = format!(
            "POST {}{path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.path,
            self.host,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut response = Vec::new();
        stream.take(MAX_RESPONSE + 1).read_to_end(&mut response)?;
        parse(&response).map_err(std::io::Error::other)
    }
}

/// Whether an address is a loopback address or that of a network interface, as only to those a socket can be bound.
fn is_of_this_machine(address: IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    let is_one_host = !address.is_unspecified() && !address.is_multicast() && !is_broadcast;
    address.is_loopback() || (is_one_host && UdpSocket::bind((address, 0)).is_ok())
}

/// Whether both ends of a connection are on this machine. A connection to a loopback address may begin at another one.
fn is_same_machine(local: IpAddr, peer: IpAddr) -> bool {
    local == peer || (local.is_loopback() && peer.is_loopback())
}

/// Returns a loopback address of a name. Others that the name may have are not used.
fn loopback(host: &str) -> Option<SocketAddr> {
    let mut addresses = host.to_socket_addrs().ok()?;
    addresses.find(|address| address.ip().is_loopback() && address.is_ipv4())
}

/// Parses a complete response, whose body ends with the connection.
fn parse(response: &[u8]) -> Result<Response, String> {
    const END: &[u8] = b"\r\n\r\n";
    if response.len() as u64 > MAX_RESPONSE {
        return Err(format!("the response is longer than {MAX_RESPONSE} bytes"));
    }
    let end = response.windows(END.len()).position(|bytes| bytes == END);
    let end = end.ok_or("the response has no end of its headers")?;
    let head = std::str::from_utf8(&response[..end]).map_err(|_| "the headers are not text")?;
    let mut body = &response[end + END.len()..];
    let mut lines = head.split("\r\n");
    let mut status_line = lines.next().unwrap_or_default().split(' ');
    let is_http = status_line
        .next()
        .is_some_and(|version| version.starts_with("HTTP/1."));
    let status = status_line.next().and_then(|status| status.parse().ok());
    let (true, Some(status)) = (is_http, status) else {
        return Err("the response is not one of HTTP/1".to_owned());
    };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            return Err("a header of the response has no value".to_owned());
        };
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(
                "the response has a transfer coding, which HTTP/1.0 does not have: respond to such a request with Content-Length".to_owned(),
            );
        }
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.trim().parse::<usize>().ok();
            let complete = length.and_then(|length| body.get(..length));
            body = complete.ok_or("the response is incomplete")?;
        }
    }
    Ok(Response {
        status,
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_urls() {
        for url in [
            "http://127.0.0.1:9080",
            "http://127.0.0.1/",
            "http://[::1]:9080/a/b/",
            "http://localhost:9080",
        ] {
            let parsed = LocalUrl::parse(url).unwrap();
            assert!(parsed.address.ip().is_loopback(), "{url}");
        }
        for url in [
            "https://127.0.0.1",
            "http://198.51.100.1:80",
            "http://0.0.0.0:80",
            "http://[::]:80",
            "http://224.0.0.1:80",
            "http://255.255.255.255:80",
            "http://example.com",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "http://127.0.0.1:9080/a b",
            "http://127.0.0.1:9080/a\r\nX: y",
            "http://127.0.0.1:9080/a?b",
            "127.0.0.1:9080",
            "http://",
        ] {
            assert!(LocalUrl::parse(url).is_err(), "{url}");
        }
    }

    /// The address from which this machine would send to another one: no packet is sent.
    #[test]
    fn an_address_of_a_network_interface_is_of_this_machine() {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        if socket.connect("198.51.100.1:9").is_err() {
            eprintln!("skipped: without a network, there are only loopback addresses");
            return;
        }
        let address = socket.local_addr().unwrap().ip();
        assert!(LocalUrl::parse(&format!("http://{address}:80")).is_ok());
    }

    #[test]
    fn a_connection_of_two_machines_is_none_of_this_machine() {
        for (local, peer, is_same) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("127.0.0.1", "192.0.2.2", false),
        ] {
            let same = is_same_machine(local.parse().unwrap(), peer.parse().unwrap());
            assert_eq!(same, is_same, "{local} {peer}");
        }
    }

    #[test]
    fn an_incomplete_or_foreign_response_is_an_error() {
        let parsed = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}more").unwrap();
        assert_eq!((parsed.status, parsed.body), (200, b"{}".to_vec()));
        let parsed = parse(b"HTTP/1.0 404 Not Found\r\n\r\nno").unwrap();
        assert_eq!((parsed.status, parsed.body), (404, b"no".to_vec()));
        for response in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nnothing\r\n\r\n",
            b"SSH-2.0\r\n\r\n",
        ] {
            assert!(parse(response).is_err(), "{response:?}");
        }
    }
}
