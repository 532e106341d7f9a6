//! Configuration of the HTTP client, and its validation.

use std::time::Duration;

use http::header::HeaderValue;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use super::application::Application;
use super::cause::Cause;
#[cfg(feature = "testing")]
use super::in_memory::InMemory;
use super::url_composer::UrlComposer;
use super::{HttpClient, Server, TlsConfig, settings, tls};
use crate::secret::secret_string;
#[cfg(feature = "testing")]
use crate::testing::Responder;
use crate::{Error, Result};

/// Configuration of the HTTP client.
pub(crate) struct HttpConfig {
    pub(crate) application: Application,
    pub(crate) connect_timeout: Duration,
    pub(crate) user_agent: String,
    /// The builder of reqwest's client, if the caller changed it.
    pub(crate) builder: Option<reqwest::ClientBuilder>,
    pub(crate) tls: TlsConfig,
    pub(crate) proxy: Option<SecretString>,
    /// What responds instead of a server.
    #[cfg(feature = "testing")]
    pub(crate) responder: Option<Responder>,
}

/// HTTP client of a configuration, and the secrets of the configuration.
pub(crate) struct BuiltHttp {
    pub(crate) client: HttpClient,
    /// The app id and the key; empty for an application at a domain.
    pub(crate) app_secrets: Vec<SecretString>,
    /// The password of the proxy, as it is sent.
    pub(crate) proxy_password: Option<SecretString>,
}

impl HttpConfig {
    /// Validates the settings and creates the client. No request is sent.
    pub(crate) fn build(mut self) -> Result<BuiltHttp> {
        let base = self.application.base_url()?;
        let user_agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            Error::invalid_setting(
                "user_agent",
                "contains a character that a header cannot contain",
            )
        })?;
        let composer = UrlComposer::new(&base.origin, base.app_path.expose_secret());
        let client = HttpClient {
            client: self.client(&user_agent)?,
            composer,
            base,
            proxy: self.proxy_server(),
            hints: self.application.hints(),
            #[cfg(feature = "testing")]
            in_memory: self
                .responder
                .take()
                .map(|responder| InMemory::new(responder, user_agent)),
        };
        Ok(BuiltHttp {
            client,
            proxy_password: self.proxy_password(),
            app_secrets: self.application.into_secrets(),
        })
    }

    /// Returns host and port of the proxy.
    fn proxy_server(&self) -> Option<String> {
        let url = Url::parse(self.proxy.as_ref()?.expose_secret()).ok()?;
        let server = Server::of(&url).to_string();
        String::from(url).zeroize();
        Some(server)
    }

    fn proxy_password(&self) -> Option<SecretString> {
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

    fn client(&mut self, user_agent: &HeaderValue) -> Result<reqwest::Client> {
        let is_configured = self.builder.is_some();
        let mut builder = self.take_builder();
        if is_configured {
            builder = settings::restore_defaults(builder);
        }
        builder = settings::apply(builder, user_agent.clone(), self.connect_timeout);
        builder = self.tls.apply(builder)?;
        if let Some(proxy) = &self.proxy {
            let proxy = Url::parse(proxy.expose_secret())
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .and_then(|url| reqwest::Proxy::all(url).ok())
                .ok_or_else(|| {
                    Error::invalid_setting(
                        "proxy",
                        "is not an http or https URL: write it as `http://host:port`",
                    )
                })?;
            // Of several proxies, the first that matches is used.
            builder = builder.no_proxy().proxy(proxy);
        }
        builder.build().map_err(|error| {
            let source = Cause::of_builder(&error);
            let reason = tls::missing_provider().unwrap_or(source.text());
            Error::invalid_argument(format!("the HTTP client cannot be created: {reason}"))
                .with_source(source)
        })
    }
}
