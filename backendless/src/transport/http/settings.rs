//! Settings of reqwest that the guarantees of this client depend on.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{ClientBuilder, redirect};

/// Sets what the client guarantees.
pub(super) fn apply(
    builder: ClientBuilder,
    user_agent: HeaderValue,
    connect_timeout: Duration,
) -> ClientBuilder {
    builder
        .default_headers(default_headers())
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(connect_timeout)
        .user_agent(user_agent)
}

/// Restores the defaults of reqwest that this client depends on, after the caller changed the builder. Otherwise it is not
/// called, because the timers that it sets cost time for each request.
pub(super) fn restore_defaults(builder: ClientBuilder) -> ClientBuilder {
    // The timeouts of reqwest cannot be removed. This one is ten years, because reqwest adds it to the current time, and
    // panics if the sum is not a time.
    const UNLIMITED: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let builder = builder
        .timeout(UNLIMITED)
        .read_timeout(UNLIMITED)
        // It logs what is sent.
        .connection_verbose(false);
    #[cfg(feature = "gzip")]
    let builder = builder.gzip(true);
    builder
}

/// Returns the headers of every request that does not set them.
pub(super) fn default_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Without the header, a server may choose any coding (RFC 9110, section 12.5.3).
    let coding = match cfg!(feature = "gzip") {
        true => "gzip",
        false => "identity",
    };
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(coding));
    headers
}
