//! Settings of a client from environment variables.

use std::ffi::OsString;

use super::ClientBuilder;
use crate::transport::{Application, DEFAULT_API_URL, SettingNames};
use crate::{Error, Result};

const APP_ID: &str = "BACKENDLESS_APP_ID";
const API_KEY: &str = "BACKENDLESS_API_KEY";
const API_URL: &str = "BACKENDLESS_API_URL";
const DOMAIN: &str = "BACKENDLESS_DOMAIN";
const PROFILE: &str = "BACKENDLESS_PROFILE";

const NAMES: SettingNames = SettingNames {
    app_id: APP_ID,
    api_key: API_KEY,
    api_url: API_URL,
    domain: DOMAIN,
};

/// Environment variables, which the function returns.
struct Variables<G>(G);

impl<G: Fn(&str) -> Option<OsString>> Variables<G> {
    fn optional(&self, name: &str) -> Result<Option<String>> {
        let text = (self.0)(name).map(OsString::into_string).transpose();
        text.map_err(|_| Error::invalid_setting(name, "is not Unicode"))
    }

    /// Returns a variable that may be absent. If it is empty, the error describes it by `problem`.
    fn optional_non_empty(&self, name: &str, problem: &str) -> Result<Option<String>> {
        match self.optional(name)? {
            Some(value) if value.trim().is_empty() => Err(Error::invalid_setting(name, problem)),
            value => Ok(value),
        }
    }

    fn required(&self, name: &str) -> Result<String> {
        let value = self.optional_non_empty(name, "is empty")?;
        value.ok_or_else(|| Error::invalid_setting(name, "is not set"))
    }

    /// Returns the address of the application.
    fn application(&self) -> Result<Application> {
        let empty = "is empty: remove it, or set it to the domain of the application";
        let domain = self.optional_non_empty(DOMAIN, empty)?;
        let Some(domain) = domain else {
            let keys = Application::with_keys(self.required(APP_ID)?, self.required(API_KEY)?);
            return Ok(keys.with_names(NAMES));
        };
        let others = [APP_ID, API_KEY, API_URL].into_iter();
        let others: Vec<&str> = others.filter(|name| (self.0)(name).is_some()).collect();
        if !others.is_empty() {
            let problem = format!(
                "is set together with {}: remove {DOMAIN}, or all of the others, because a client has one address",
                others.join(" and ")
            );
            return Err(Error::invalid_setting(DOMAIN, &problem));
        }
        Ok(Application::at_domain(domain).with_names(NAMES))
    }
}

impl ClientBuilder {
    /// Reads the settings from the environment variables that `get` returns.
    pub(in crate::client) fn from_env(get: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let variables = Variables(get);
        let mut builder = Self::new(variables.application()?);
        let empty =
            format!("is empty: remove it, which means {DEFAULT_API_URL}, or set it to another URL");
        if let Some(url) = variables.optional_non_empty(API_URL, &empty)? {
            builder = builder.api_url(url);
        }
        let empty = "is empty: remove it, or set it to `document` or `live`";
        if let Some(profile) = variables.optional_non_empty(PROFILE, empty)? {
            let problem = "is neither `document` nor `live`";
            let profile = profile
                .parse()
                .map_err(|_| Error::invalid_setting(PROFILE, problem))?;
            builder = builder.profile(profile);
        }
        Ok(builder)
    }
}
