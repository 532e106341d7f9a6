//! Configuration of the HTTP client, and its validation.

use std::time::Duration;

#[cfg(not(feature = "gzip"))]
use http::header::ACCEPT_ENCODING;
use http::header::{ACCEPT, HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use reqwest::{Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::{HttpClient, HttpError, api_url};
use crate::prepared::encode_segment;
use crate::secret::secret_string;
use crate::{Error, Result};

/// Names of settings in error messages: those of the builder's methods, or of environment variables.
pub(crate) struct SettingNames {
    pub(crate) app_id: &'static str,
    pub(crate) api_key: &'static str,
    pub(crate) api_url: &'static str,
}

/// Configuration of the HTTP client.
pub(crate) struct HttpConfig {
    pub(crate) app_id: SecretString,
    pub(crate) api_key: SecretString,
    pub(crate) api_url: SecretString,
    pub(crate) connect_timeout: Duration,
    pub(crate) user_agent: String,
    /// PEM bundles of certificate authorities.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) proxy: Option<SecretString>,
    pub(crate) names: SettingNames,
}

impl HttpConfig {
    /// Validates the settings and creates the client. No request is sent.
    pub(crate) fn build(&self) -> Result<HttpClient> {
        let app_id = segment(self.names.app_id, &self.app_id)?;
        let api_key = segment(self.names.api_key, &self.api_key)?;
        let identity = [self.app_id.expose_secret(), self.api_key.expose_secret()];
        let url = api_url::parse(self.api_url.expose_secret(), identity)
            .map_err(|problem| invalid(self.names.api_url, &problem))?;
        let client = self.client()?;
        let base = url.path().trim_end_matches('/');
        let app_path = secret_string([base, "/", &app_id, "/", &api_key].concat());
        let mut origin = url.clone();
        origin.set_path("");
        Ok(HttpClient {
            client,
            origin,
            app_path,
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

fn invalid(setting: &str, problem: &str) -> Error {
    Error::invalid_argument(format!("{setting} {problem}"))
}

/// Encodes the app id or the key as a segment of the path.
fn segment(name: &str, value: &SecretString) -> Result<Zeroizing<String>> {
    let value = value.expose_secret();
    let problem = match value {
        "" => "is empty",
        "." | ".." => "consists of dots, which would address another path",
        _ if value.contains(['/', '\\']) => "contains a slash or backslash",
        _ if value.contains(char::is_control) => "contains a control character",
        _ => return Ok(encode_segment(value)),
    };
    Err(invalid(name, problem))
}
