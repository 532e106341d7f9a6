//! An operation of a transaction, as it is sent.

use std::cell::Cell;
use std::sync::Arc;

use serde::ser::Error as _;
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

thread_local! {
    /// The transaction whose operation this thread serializes.
    static CURRENT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Serializes the payload of an operation of `transaction`. A reference to an operation of another transaction is an
/// error: the operations of all transactions have the same ids, so it would refer to another row. A reference that was
/// serialized before, as in `json!`, cannot be checked.
pub(super) fn encode<B: Serialize + ?Sized>(
    transaction: u64,
    payload: &B,
) -> Result<Box<RawValue>> {
    /// Restores the value also if the caller's `Serialize` panics.
    struct Restore(Option<u64>);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.replace(Some(transaction)));
    to_raw_value(payload).map_err(|error| {
        Error::invalid_argument(format!("the values cannot be serialized: {error}"))
    })
}

/// Id of an operation that a reference refers to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) id: Arc<str>,
    pub(super) transaction: u64,
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match CURRENT.get() {
            Some(current) if current != self.transaction => Err(S::Error::custom(format_args!(
                "{} is an operation of another transaction",
                self.id
            ))),
            _ => text(&self.id, serializer),
        }
    }
}
