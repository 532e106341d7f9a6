//! Stands in for the transport of the SDK, with its signatures: what is generated is compiled with it,
//! and not run.

use std::fmt::Display;

use progenitor_client::{ClientHooks, Error, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::operation::Operation;

mod query;

use query::Query;

#[derive(Clone, Debug)]
pub struct Transport;

impl ClientHooks<Transport> for crate::raw::Client {}

pub fn path_value<'v>(
    _: &'static Operation,
    _: &'static str,
    value: &'v str,
) -> Result<impl Display + 'v, Error<crate::Error>> {
    Ok(value)
}

/// What the address is made of, of which only the query is real.
pub(crate) struct Target(Query);

impl Target {
    pub(crate) fn new(_: &crate::raw::Client, _: impl Display) -> Self {
        Self(Query::new())
    }

    pub(crate) fn query(mut self, name: &str, value: &impl Serialize) -> Self {
        self.0.append(name, value);
        self
    }

    pub(crate) fn url(self) -> Result<reqwest::Url, Error<crate::Error>> {
        let query = self.0.finish().map_err(Error::InvalidRequest)?;
        let url = format!("http://localhost/?{}", query.unwrap_or_default());
        reqwest::Url::parse(&url).map_err(|error| Error::InvalidRequest(error.to_string()))
    }
}

pub fn read_json<T: DeserializeOwned>(
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<crate::Error>> {
    Err(refused(response))
}

pub fn read_empty(response: reqwest::Response) -> Result<ResponseValue<()>, Error<crate::Error>> {
    Ok(ResponseValue::empty(response))
}

pub fn refused(response: reqwest::Response) -> Error<crate::Error> {
    Error::UnexpectedResponse(response)
}
