//! The two forms of the address of an application.

use backendless::{Client, ClientBuilder};

use crate::{API_KEY, APP_ID};

/// Form of the address of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressForm {
    /// The API URL with the app id and the REST API key.
    Keys,
    /// A domain of the application, with the path `/api`.
    Domain,
}

impl AddressForm {
    /// Both forms.
    pub const ALL: [Self; 2] = [Self::Keys, Self::Domain];

    /// The builder of a client of the server at `url`. With a domain, the app id and the key have no effect.
    pub fn client_builder(self, url: &str, app_id: &str, api_key: &str) -> ClientBuilder {
        match self {
            Self::Keys => Client::builder(app_id, api_key).api_url(url),
            Self::Domain => Client::for_domain(url),
        }
    }

    /// The path that precedes the path of each operation.
    pub fn app_path(self, app_id: &str, api_key: &str) -> String {
        match self {
            Self::Keys => format!("/{app_id}/{api_key}"),
            Self::Domain => "/api".to_owned(),
        }
    }
}

/// The part of a target behind the app path of this crate's clients, in either form.
pub fn behind_app_path(target: &str) -> Option<&str> {
    let with_keys = AddressForm::Keys.app_path(APP_ID, API_KEY);
    if let Some(rest) = target.strip_prefix(&with_keys) {
        return Some(rest);
    }
    // An API URL may end with the same path.
    let rest = target.strip_prefix(&AddressForm::Domain.app_path(APP_ID, API_KEY))?;
    (rest.starts_with('/') && !rest.starts_with(&with_keys)).then_some(rest)
}
