//! Stands in for the transport of the SDK, with its signatures.

use std::fmt::Display;

use progenitor_client::{ClientHooks, Error, ResponseValue};
use serde::de::DeserializeOwned;

use crate::operation::Operation;

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

pub async fn read_json<T: DeserializeOwned>(
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<crate::Error>> {
    ResponseValue::from_response(response).await
}

pub async fn read_empty(response: reqwest::Response) -> Result<ResponseValue<()>, Error<crate::Error>> {
    Ok(ResponseValue::empty(response))
}

pub async fn refused(response: reqwest::Response) -> Error<crate::Error> {
    Error::UnexpectedResponse(response)
}
