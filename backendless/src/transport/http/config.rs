//! Configuration of the HTTP client, and its validation.

use std::time::Duration;

#[cfg(not(feature = "gzip"))]
use http::header::ACCEPT_ENCODING;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use reqwest::{Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use super::application::{Address, Application, invalid};
use super::{HttpClient, HttpError};
use crate::secret::secret_string;
use crate::{Error, Result};

/// Configuration of the HTTP client.
pub(crate) struct HttpConfig {
    pub(crate) application: Application,
    pub(crate) connect_timeout: Duration,
    pub(crate) user_agent: String,
    /// PEM bundles of certificate authorities.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) proxy: Option<SecretString>,
}

impl HttpConfig {
    /// Validates the settings and creates the client. No request is sent.
    pub(crate) fn build(&self) -> Result<HttpClient> {
        let Address { origin, app_path } = self.application.address()?;
        Ok(HttpClient {
            client: self.client()?,
            origin,
            app_path,
            settings: self.application.settings(),
        })
    }

    /// Returns the password of the proxy, as it is sent.
    pub(crate) fn proxy_password(&self) -> Option<SecretString> {
        let url = Url::parse(self.proxy.as_ref()?.expose_secret()).ok()?;
        let password = url.password().map(|password| {
            let password = percent_decode_str(password).decode_utf8_lossy();
            secret_string(password.into_owned())
        });
        String::from(url).zeroize();
        password
    }

    fn client(&self) -> Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .default_headers(default_headers())
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout)
            .user_agent(HeaderValue::from_str(&self.user_agent).map_err(|_| {
                invalid(
                    "user_agent",
                    "contains a character that a header cannot contain",
                )
            })?);
        builder = self.with_tls(builder)?;
        if let Some(proxy) = &self.proxy {
            let proxy = Url::parse(proxy.expose_secret())
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .and_then(|url| reqwest::Proxy::all(url).ok())
                .ok_or_else(|| {
                    invalid(
                        "proxy",
                        "is not an http or https URL: write it as `http://host:port`",
                    )
                })?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            Error::invalid_argument("the HTTP client cannot be created")
                .with_source(HttpError::from(error).source)
        })
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn with_tls(&self, mut builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        // Both features are active if another crate of the same build enables the second one.
        #[cfg(feature = "rustls")]
        {
            builder = builder.tls_backend_rustls();
        }
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        {
            builder = builder.tls_backend_native();
        }
        for pem in &self.root_certificates {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or_else(|| invalid("root_certificate", "is not a certificate in PEM form"))?;
            builder = builder.tls_certs_merge(certificates);
        }
        Ok(builder)
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn with_tls(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        Ok(builder)
    }
}

fn default_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Without the header, a server may choose any coding (RFC 9110, section 12.5.3).
    #[cfg(not(feature = "gzip"))]
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}
