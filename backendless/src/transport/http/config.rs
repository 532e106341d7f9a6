//! Configuration of the HTTP client, and its validation.

use std::time::Duration;

use http::header::HeaderValue;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::{HttpClient, HttpError, TlsConfig, api_url, settings, tls};
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
    /// The builder of reqwest's client, if the caller changed it.
    pub(crate) builder: Option<reqwest::ClientBuilder>,
    pub(crate) tls: TlsConfig,
    pub(crate) proxy: Option<SecretString>,
    pub(crate) names: SettingNames,
}

impl HttpConfig {
    /// Validates the settings and creates the client. No request is sent.
    pub(crate) fn build(&mut self) -> Result<HttpClient> {
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
            #[cfg(feature = "testing")]
            in_memory: None,
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

    /// Changes the builder of reqwest's client.
    pub(crate) fn configure(
        &mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) {
        let configured = configure(self.take_builder());
        self.builder = Some(configured);
    }

    fn take_builder(&mut self) -> reqwest::ClientBuilder {
        let builder = self.builder.take();
        builder.unwrap_or_else(|| tls::with_backend(reqwest::Client::builder()))
    }

    fn client(&mut self) -> Result<reqwest::Client> {
        let is_configured = self.builder.is_some();
        let mut builder = self.take_builder();
        if is_configured {
            builder = settings::restore_defaults(builder);
        }
        let user_agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            invalid(
                "user_agent",
                "contains a character that a header cannot contain",
            )
        })?;
        builder = settings::apply(builder, user_agent, self.connect_timeout);
        builder = self.tls.apply(builder)?;
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
            // Of several proxies, the first that matches is used.
            builder = builder.no_proxy().proxy(proxy);
        }
        builder.build().map_err(|error| {
            let reason = tls::missing_provider().map(|reason| format!(": {reason}"));
            let reason = reason.unwrap_or_default();
            Error::invalid_argument(format!("the HTTP client cannot be created{reason}"))
                .with_source(HttpError::from(error).source)
        })
    }
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
