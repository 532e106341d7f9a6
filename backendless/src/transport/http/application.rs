//! The address of an application: an API URL with the app id and the REST API key, or a domain of its own.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::api_url;
use crate::prepared::encode_segment;
use crate::secret::secret_string;
use crate::{Error, Result};

pub(crate) const DEFAULT_API_URL: &str = "https://api.backendless.com";
const DEFAULT_API_PATH: &str = "/api";

/// The address of an application.
pub(crate) struct Application {
    identity: Identity,
    /// `None` for the default, and for a domain.
    api_url: Option<SecretString>,
    /// `None` for the default, and without a domain.
    api_path: Option<SecretString>,
    names: SettingNames,
}

/// How an address identifies the application.
enum Identity {
    /// By two segments of each path: `{api_url}/{app_id}/{api_key}`.
    Keys {
        app_id: SecretString,
        api_key: SecretString,
    },
    /// By the host: `{domain}{api_path}`.
    Domain(SecretString),
}

/// Names of settings in error messages: those of the builder's methods, or of environment variables.
pub(crate) struct SettingNames {
    pub(crate) app_id: &'static str,
    pub(crate) api_key: &'static str,
    pub(crate) api_url: &'static str,
    pub(crate) domain: &'static str,
}

impl SettingNames {
    const OF_BUILDER: Self = Self {
        app_id: "app_id",
        api_key: "api_key",
        api_url: "api_url",
        domain: "domain",
    };
}

/// Settings of a client that an error suggests to check.
#[derive(Clone, Copy)]
pub(in crate::transport) struct AddressHints {
    /// Those that address the server.
    pub(in crate::transport) server: &'static str,
    /// Those that address the application.
    pub(in crate::transport) application: &'static str,
}

/// The part of the URL that all requests of an application have in common.
pub(super) struct BaseUrl {
    /// The URL without its path.
    pub(super) origin: Url,
    /// The path that precedes the path of every operation: that of the API URL with the app id and the key, or that of the
    /// API at a domain.
    pub(super) app_path: SecretString,
}

impl Application {
    /// The application whose id and REST API key are in the path of every request.
    pub(crate) fn with_keys(app_id: String, api_key: String) -> Self {
        Self::of(Identity::Keys {
            app_id: secret_string(app_id),
            api_key: secret_string(api_key),
        })
    }

    /// The application at a domain of its own.
    pub(crate) fn at_domain(domain: String) -> Self {
        Self::of(Identity::Domain(secret_string(domain)))
    }

    fn of(identity: Identity) -> Self {
        Self {
            identity,
            api_url: None,
            api_path: None,
            names: SettingNames::OF_BUILDER,
        }
    }

    /// Reports problems by these names, in place of those of the builder's methods.
    pub(crate) fn with_names(self, names: SettingNames) -> Self {
        Self { names, ..self }
    }

    pub(crate) fn set_api_url(&mut self, url: String) {
        self.api_url = Some(secret_string(url));
    }

    pub(crate) fn set_api_path(&mut self, path: String) {
        self.api_path = Some(secret_string(path));
    }

    /// Returns the secrets in the path of every request: the app id and the key, and none with a domain.
    pub(crate) fn into_secrets(self) -> Vec<SecretString> {
        match self.identity {
            Identity::Keys { app_id, api_key } => vec![app_id, api_key],
            Identity::Domain(_) => Vec::new(),
        }
    }

    pub(super) fn hints(&self) -> AddressHints {
        match self.identity {
            Identity::Keys { .. } => AddressHints {
                server: "the API URL",
                application: "the application id, the REST API key and the API URL",
            },
            Identity::Domain(_) => AddressHints {
                server: "the domain and the API path",
                application: "the domain and the API path",
            },
        }
    }

    /// Validates the settings.
    pub(super) fn base_url(&self) -> Result<BaseUrl> {
        match &self.identity {
            Identity::Keys { app_id, api_key } => self.base_url_with_keys(app_id, api_key),
            Identity::Domain(domain) => self.base_url_at_domain(domain),
        }
    }

    fn base_url_with_keys(&self, app_id: &SecretString, api_key: &SecretString) -> Result<BaseUrl> {
        if self.api_path.is_some() {
            let problem = "is a setting of an application at a domain: with an app id, append the path to the API URL";
            return Err(Error::invalid_setting("api_path", problem));
        }
        let app_segment = segment(self.names.app_id, app_id)?;
        let key_segment = segment(self.names.api_key, api_key)?;
        let identity = [app_id.expose_secret(), api_key.expose_secret()];
        let text = self.api_url.as_ref().map(ExposeSecret::expose_secret);
        let url = api_url::parse(text.unwrap_or(DEFAULT_API_URL), identity)
            .map_err(|problem| Error::invalid_setting(self.names.api_url, &problem))?;
        let base = url.path().trim_end_matches('/');
        Ok(BaseUrl {
            app_path: secret_string([base, "/", &app_segment, "/", &key_segment].concat()),
            origin: origin(&url),
        })
    }

    fn base_url_at_domain(&self, domain: &SecretString) -> Result<BaseUrl> {
        if self.api_url.is_some() {
            let problem = "has no effect with a domain, which is the address of one application: remove it, or use the \
                           app id and the REST API key";
            return Err(Error::invalid_setting(self.names.api_url, problem));
        }
        let url = api_url::parse_domain(domain.expose_secret())
            .map_err(|problem| Error::invalid_setting(self.names.domain, &problem))?;
        let path = self.api_path.as_ref().map(ExposeSecret::expose_secret);
        let path = api_path(path.unwrap_or(DEFAULT_API_PATH))
            .map_err(|problem| Error::invalid_setting("api_path", problem))?;
        Ok(BaseUrl {
            app_path: secret_string(path),
            origin: origin(&url),
        })
    }
}

fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("");
    origin
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
    Err(Error::invalid_setting(name, problem))
}

/// Encodes the path of the API at a domain. The error completes a sentence that starts with the name of the setting.
fn api_path(path: &str) -> std::result::Result<String, &'static str> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err("does not start with a slash: write it as in `/api`");
    };
    if segments.is_empty() {
        return Ok(String::new());
    }
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    let mut encoded = String::new();
    for segment in segments.split('/') {
        let problem = match segment {
            "" => "contains an empty path segment: remove one of the slashes in `//`",
            "." | ".." => "contains a segment of dots, which would address another path",
            _ if segment.contains(['?', '#']) => {
                "contains a query or a fragment: remove everything from the `?` or `#`"
            }
            _ if segment.contains('\\') => "contains a backslash: separate segments with `/`",
            _ if segment.contains('%') => "contains a `%`: write the path without percent-encoding",
            _ if segment.contains(char::is_control) => "contains a control character: remove it",
            _ => {
                encoded.push('/');
                encoded.push_str(&encode_segment(segment));
                continue;
            }
        };
        return Err(problem);
    }
    Ok(encoded)
}

/// Returns the app id and the key in the URL of a file, decoded: the segments before `files`, if there are two.
pub(super) fn identity_of_file(url: &Url) -> Vec<String> {
    let mut segments = url.path().split('/').skip(1);
    let (Some(app_id), Some(api_key), Some("files")) =
        (segments.next(), segments.next(), segments.next())
    else {
        return Vec::new();
    };
    let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    vec![decode(app_id), decode(api_key)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_segment_of_an_api_path_is_encoded() {
        for (path, expected) in [
            ("/api", "/api"),
            ("/api/", "/api"),
            ("/", ""),
            ("/a b/v1.0/ü", "/a%20b/v1.0/%C3%BC"),
            ("/...", "/..."),
        ] {
            assert_eq!(api_path(path).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn api_path_that_would_be_another_one_is_rejected() {
        for (path, expected) in [
            ("", "does not start with a slash"),
            ("api", "does not start with a slash"),
            ("https://x.com", "does not start with a slash"),
            ("//", "contains an empty path segment"),
            ("//x.com", "contains an empty path segment"),
            ("/api//", "contains an empty path segment"),
            ("/.", "contains a segment of dots"),
            ("/api/../x", "contains a segment of dots"),
            ("/api/%2e%2E", "contains a `%`"),
            ("/api\\..", "contains a backslash"),
            ("/api?SECRET", "contains a query or a fragment"),
            ("/api#SECRET", "contains a query or a fragment"),
            ("/api\n", "contains a control character"),
        ] {
            let problem = api_path(path).unwrap_err();
            assert!(problem.starts_with(expected), "{path}: {problem}");
        }
    }

    #[test]
    fn identity_is_the_two_segments_before_files() {
        let identity = |url| identity_of_file(&Url::parse(url).unwrap());
        assert_eq!(
            identity("https://backendlessappcontent.com/A%2BF/9C41/files/a/files/b"),
            ["A+F", "9C41"]
        );
        for url in [
            "https://name.backendless.app/api/files/a",
            "https://example.com/a/b/c/files/d",
            "https://example.com",
        ] {
            assert_eq!(identity(url), [""; 0], "{url}");
        }
    }
}
