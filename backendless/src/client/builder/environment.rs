//! Settings of a client from environment variables.

use std::ffi::OsString;

use super::ClientBuilder;
use crate::transport::{Application, DEFAULT_API_URL};
use crate::{Error, Result};

const APP_ID: &str = "BACKENDLESS_APP_ID";
const API_KEY: &str = "BACKENDLESS_API_KEY";
const API_URL: &str = "BACKENDLESS_API_URL";
const DOMAIN: &str = "BACKENDLESS_DOMAIN";
const PROFILE: &str = "BACKENDLESS_PROFILE";

/// Environment variables, which the function returns.
struct Variables<G>(G);

impl<G: Fn(&str) -> Option<OsString>> Variables<G> {
    fn optional(&self, name: &str) -> Result<Option<String>> {
        let text = (self.0)(name).map(OsString::into_string).transpose();
        text.map_err(|_| invalid(name, "is not Unicode"))
    }

    /// Returns a variable that is set and not empty. `remedy` says what to do with an empty one.
    fn optional_or_rejected(&self, name: &str, remedy: &str) -> Result<Option<String>> {
        match self.optional(name)? {
            Some(value) if value.trim().is_empty() => {
                Err(invalid(name, &format!("is empty: {remedy}")))
            }
            value => Ok(value),
        }
    }

    fn required(&self, name: &str) -> Result<String> {
        match self.optional(name)? {
            Some(value) if value.trim().is_empty() => Err(invalid(name, "is empty")),
            Some(value) => Ok(value),
            None => Err(invalid(name, "is not set")),
        }
    }

    /// Returns the address of the application.
    fn application(&self) -> Result<Application> {
        let remedy = "remove it, or set it to the domain of the application";
        let domain = self.optional_or_rejected(DOMAIN, remedy)?;
        let Some(domain) = domain else {
            let keys = Application::with_keys(self.required(APP_ID)?, self.required(API_KEY)?);
            return Ok(keys.named_by_environment());
        };
        let others = [APP_ID, API_KEY, API_URL].into_iter();
        let others: Vec<&str> = others.filter(|name| (self.0)(name).is_some()).collect();
        if !others.is_empty() {
            let problem = format!(
                "is set together with {}: remove {DOMAIN}, or all of the others, because a client has one address",
                others.join(" and ")
            );
            return Err(invalid(DOMAIN, &problem));
        }
        Ok(Application::at_domain(domain).named_by_environment())
    }
}

impl ClientBuilder {
    /// Reads the settings from the environment variables that `get` returns.
    pub(in crate::client) fn from_env(get: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let variables = Variables(get);
        let mut builder = Self::new(variables.application()?);
        let remedy = format!("remove it, which means {DEFAULT_API_URL}, or set it to another URL");
        if let Some(url) = variables.optional_or_rejected(API_URL, &remedy)? {
            let application = &mut builder.http.application;
            application.set_api_url_of_environment(url);
        }
        let remedy = "remove it, or set it to `document` or `live`";
        if let Some(profile) = variables.optional_or_rejected(PROFILE, remedy)? {
            let problem = "is neither `document` nor `live`";
            let profile = profile.parse().map_err(|_| invalid(PROFILE, problem))?;
            builder = builder.profile(profile);
        }
        Ok(builder)
    }
}

fn invalid(name: &str, problem: &str) -> Error {
    Error::invalid_argument(format!("{name} {problem}"))
}
