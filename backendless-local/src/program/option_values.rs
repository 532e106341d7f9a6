//! The values of options, which are parsed and rejected with what to use instead.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

pub(super) fn parse_port(text: &str) -> Result<u16, &'static str> {
    let expected = "use a number from 0 to 65535, such as 9080; 0 is any free port";
    text.parse().map_err(|_| expected)
}

pub(super) fn parse_host(text: &str) -> Result<IpAddr, &'static str> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text
            .parse()
            .map_err(|_| "use an IP address, such as 127.0.0.1 or 0.0.0.0"),
    }
}

pub(super) fn parse_seconds(text: &str) -> Result<u64, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.ok_or("use a whole number of seconds from 1, such as 3600")
}

pub(super) fn parse_role(text: &str) -> Result<String, &'static str> {
    match text.trim().is_empty() {
        true => Err("use the name of a role, such as Editor"),
        false => Ok(text.to_owned()),
    }
}

/// Splits at the last `=`, because a URL may contain others.
pub(super) fn parse_remote_file(text: &str) -> Result<(String, PathBuf), &'static str> {
    let is_url = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    match text.rsplit_once('=') {
        Some((url, path)) if is_url(url) && !path.is_empty() => {
            Ok((url.to_owned(), PathBuf::from(path)))
        }
        _ => Err("use a URL and a path, such as https://example.com/logo.png=./logo.png"),
    }
}

pub(super) fn parse_requests(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .map_err(|_| "use a whole number from 0 to 4294967295, such as 1000")
}

pub(super) fn parse_rate(text: &str) -> Result<f64, &'static str> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or("use a number from 0 to 1, such as 0.05 for one request in twenty")
}

pub(super) fn parse_seed(text: &str) -> Result<u64, &'static str> {
    let expected = "use a whole number from 0 to 18446744073709551615, such as 7";
    text.parse().map_err(|_| expected)
}
