//! An operation of a transaction, as it is sent.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::encode::to_raw_value;
use crate::{Error, Result};

#[derive(Serialize)]
pub(super) struct Operation {
    #[serde(rename = "operationType")]
    pub(super) operation_type: &'static str,
    #[serde(serialize_with = "text")]
    pub(super) table: Arc<str>,
    #[serde(rename = "opResultId", serialize_with = "text")]
    pub(super) id: Arc<str>,
    pub(super) payload: Box<RawValue>,
}

/// Serializes a shared text, for which serde needs a feature of its own.
pub(super) fn text<S: Serializer>(
    text: &Arc<str>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// Serializes the payload of an operation.
pub(super) fn encode<B: Serialize + ?Sized>(payload: &B) -> Result<Box<RawValue>> {
    to_raw_value(payload).map_err(|error| {
        Error::invalid_argument(format!("the values cannot be serialized: {error}"))
    })
}
