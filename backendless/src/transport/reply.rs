//! Successful responses, and their decoding.

use bytes::Bytes;
use http::StatusCode;

use super::context::RequestContext;
use super::disclosure;
use crate::prepared::Reader;
use crate::{ErrorKind, Result, decode, secret};

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
        let decoded = read(json).map_err(|error| {
            let text = describe(json, &error);
            // The path contains keys of the response, and errors of the caller's types may quote values.
            let text = match disclosure::check_for_secrets(&self.context, &text) {
                Err(withheld) if error.is_data() => {
                    let position = decode::describe_position::<R>(&error);
                    format!("{position} (its description is withheld, because {withheld})")
                }
                _ => text,
            };
            let error = self
                .context
                .error(ErrorKind::Decode, text)
                .with_status(self.status.as_u16())
                .final_because("the response would be the same");
            self.context.fail(error)
        });
        if self.context.secret.is_some() {
            // The response to a login contains the token.
            secret::wipe(self.body);
        }
        decoded
    }
}
