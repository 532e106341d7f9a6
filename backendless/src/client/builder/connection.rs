//! Settings of the connections of a client.

use super::ClientBuilder;

impl ClientBuilder {
    /// Trusts a certificate authority in addition to those of the operating system.
    ///
    /// `pem` contains one or several certificates in PEM format.
    ///
    /// ```
    /// use backendless::{Client, ErrorKind};
    ///
    /// let builder = Client::builder("A0F5", "9C41").root_certificate("not a certificate");
    /// assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument);
    /// ```
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.tls.trust(pem.into());
        self
    }

    /// Configures the HTTP client with the builder of reqwest: name resolution, local addresses, proxies, connection
    /// pools, HTTP/2, TLS versions and client certificates.
    ///
    /// `configure` is called once, immediately. Several calls apply one after another.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client, server| {
    /// # let port = server.url().rsplit(':').next().unwrap_or_default().to_owned();
    /// # let address = std::net::SocketAddr::from(([127, 0, 0, 1], port.parse()?));
    /// let client = backendless::Client::builder(server.app_id(), server.api_key())
    ///     .api_url(format!("http://backendless.localhost:{port}"))
    ///     .http(|http| http.resolve("backendless.localhost", address).pool_max_idle_per_host(4))
    ///     .build()?;
    /// client.counters().increment("visits").await?;
    /// # });
    /// ```
    ///
    /// # What cannot be changed
    ///
    /// [`build`](Self::build) applies these settings last, whatever `configure` sets:
    ///
    /// | setting of reqwest | value |
    /// | --- | --- |
    /// | `redirect`, `referer` | no redirect is followed, no `Referer` is sent |
    /// | `retry` | never; [`retry`](Self::retry) sets the policy |
    /// | `connect_timeout` | that of [`connect_timeout`](Self::connect_timeout) |
    /// | `timeout`, `read_timeout` | unlimited: [`timeout`](Self::timeout) and [`attempt_timeout`](Self::attempt_timeout) apply |
    /// | `user_agent` | that of [`user_agent`](Self::user_agent) |
    /// | `default_headers` | `Accept` and `Accept-Encoding` are replaced; other headers are sent |
    /// | `gzip` | on with the feature `gzip` |
    /// | `proxy`, `no_proxy` | only the proxy of [`proxy`](Self::proxy), if it is set |
    /// | `connection_verbose` | off, because it logs secrets |
    /// | `tls_danger_accept_invalid_certs`, `tls_danger_accept_invalid_hostnames` | off; trust the issuer of a certificate with `root_certificate` |
    ///
    /// # What to avoid
    ///
    /// These settings of reqwest cannot be changed back, and reduce what the client guarantees:
    ///
    /// - `default_headers`: a header is sent with every request, also with the download of a file from another server.
    ///   Its value is not recognized as a secret in messages of the service.
    /// - `proxy`: a password of such a proxy is not recognized as a secret in messages of the service; one of
    ///   [`proxy`](Self::proxy) is.
    /// - `cookie_store`, `cookie_provider`: all handles of the client share the cookies, whichever user they act for.
    /// - `http09_responses`: a malformed response may be read as the body of a successful one.
    /// - `tls_backend_preconfigured`, `connector_layer`: they may skip the verification of certificates and delay or
    ///   change what is sent.
    /// - `tls_sslkeylogfile`: who reads that file can decrypt the connection.
    ///
    /// # Version of reqwest
    ///
    /// The type is that of reqwest 0.13. It is outside of the version promise of this crate: a minor release may use
    /// another version. Code that only calls methods of the builder does not need reqwest as a dependency.
    pub fn http(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Self {
        self.http.configure(configure);
        self
    }
}
