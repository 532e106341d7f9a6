//! The address of a request: the app path in front of the operation's, and the query.

use std::fmt::{Display, Write};

use progenitor_client::Error as RawError;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::query::Query;
use crate::Error;
use crate::generated::raw;

/// An address in the making.
pub(crate) struct Target<'c> {
    client: &'c raw::Client,
    path: String,
    query: Query,
}

impl<'c> Target<'c> {
    /// The address of the operation at `path`, whose values are encoded.
    pub(crate) fn new(client: &'c raw::Client, path: impl Display) -> Self {
        /// The room for most paths of operations and their ids.
        const ROOM: usize = 96;
        let app = client.inner.app.path.expose_secret();
        let mut whole = String::with_capacity(app.len() + ROOM);
        whole.push_str(app);
        write!(whole, "{path}").expect("a String takes every text");
        Self {
            client,
            path: whole,
            query: Query::new(),
        }
    }

    /// Adds a parameter; one without a value is left out.
    pub(crate) fn query(mut self, name: &str, value: &impl Serialize) -> Self {
        self.query.append(name, value);
        self
    }

    #[expect(
        clippy::result_large_err,
        reason = "the type is progenitor's, which the generated caller hands on"
    )]
    pub(crate) fn url(self) -> Result<Url, RawError<Error>> {
        let mut url = self.client.inner.app.origin.clone();
        url.set_path(&self.path);
        let query = self.query.finish().map_err(RawError::InvalidRequest)?;
        if let Some(query) = query {
            url.set_query(Some(&query));
        }
        Ok(url)
    }
}
