//! TLS of the HTTP client: the library, its cryptography provider, and the trusted certificate authorities.

#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
use crate::Error;
use crate::Result;

/// Reason why the HTTP client cannot be created without a cryptography provider.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
const NO_PROVIDER: &str = "no cryptography provider of rustls is installed: before the client is built, call \
     `install_default` of one, as in `rustls::crypto::ring::default_provider().install_default()`, or enable the feature \
     `rustls` of backendless, which has one";

/// TLS settings of a client.
#[derive(Default)]
pub(crate) struct TlsConfig {
    /// PEM bundles of certificate authorities, which are trusted in addition to those of the operating system.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    root_certificates: Vec<Vec<u8>>,
}

impl TlsConfig {
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub(crate) fn trust(&mut self, pem: Vec<u8>) {
        self.root_certificates.push(pem);
    }

    /// Adds the certificate authorities, and enables the verification of certificates.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub(super) fn apply(
        &self,
        mut builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder> {
        for pem in &self.root_certificates {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or_else(|| {
                    Error::invalid_argument("root_certificate is not a certificate in PEM form")
                })?;
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(builder
            .tls_danger_accept_invalid_certs(false)
            .tls_danger_accept_invalid_hostnames(false))
    }

    #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        Ok(builder)
    }
}

/// Selects the TLS library. Both features are active if another crate of the same build enables the second one.
pub(super) fn with_backend(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(feature = "rustls-no-provider")]
    match missing_provider() {
        None => builder.tls_backend_rustls(),
        // Without a provider, `build` of reqwest panics. With a TLS library that it does not know, it returns an error.
        // The caller may still pass a configuration of rustls, which has its provider.
        Some(_) => builder.tls_backend_preconfigured(()),
    }
    #[cfg(all(feature = "native-tls", not(feature = "rustls-no-provider")))]
    {
        builder.tls_backend_native()
    }
    #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
    {
        builder
    }
}

/// Returns what to do about a cryptography provider that is missing.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
pub(super) fn missing_provider() -> Option<&'static str> {
    match rustls::crypto::CryptoProvider::get_default() {
        Some(_) => None,
        None => Some(NO_PROVIDER),
    }
}

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"))))]
pub(super) fn missing_provider() -> Option<&'static str> {
    None
}
