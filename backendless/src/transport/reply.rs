//! Successful responses, and their decoding.

use bytes::Bytes;
use http::StatusCode;

use super::context::RequestContext;
use crate::prepared::Reader;
use crate::{ErrorKind, Result};

/// Successful response, read completely.
pub(crate) struct Reply {
    pub(super) context: RequestContext,
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Reply {
    /// Returns the number of attempts that the request took.
    pub(crate) fn attempts(&self) -> u32 {
        self.context.attempts
    }

    /// Decodes the body. An empty body is decoded as `null`.
    pub(crate) fn read<R>(self, reader: Reader<R>) -> Result<R> {
        let (read, describe) = match reader {
            Reader::Body(read) => return Ok(read(self.body)),
            Reader::Json(read, describe) => (read, describe),
        };
        let json: &[u8] = match self.body.trim_ascii() {
            b"" => b"null",
            _ => &self.body,
        };
        read(json).map_err(|error| {
            let text = describe(json, &error);
            let error = self
                .context
                .error(ErrorKind::Decode, text)
                .with_status(self.status.as_u16())
                .final_because("the response would be the same");
            self.context.fail(error)
        })
    }
}
