//! A request as the list of the console has it.

use std::time::{Duration, SystemTime};

use crate::faults::Fault;

/// A request in a list: without headers and bodies.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) id: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) template: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) error_code: Option<i64>,
    /// The message of an error with a code, if the log has all of the response.
    pub(crate) error_message: Option<String>,
    pub(crate) fault: Option<Fault>,
    pub(crate) received: SystemTime,
    pub(crate) duration: Duration,
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: u64,
    /// Whether both bodies have been received and sent: otherwise their sizes may grow.
    pub(crate) is_complete: bool,
}
