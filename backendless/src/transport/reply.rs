//! Successful responses, and their decoding.

use bytes::Bytes;
use http::StatusCode;

use super::context::RequestContext;
use super::trace;
use crate::prepared::Reader;
use crate::{Error, ErrorKind, Result};

/// Maximum length in bytes of a body that is decoded by the task of the request, which takes about a millisecond.
const MAX_INLINE_LENGTH: usize = 256 * 1024;

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

    /// Runs `decode`. A long body is decoded on another thread and within the total timeout: the decoder of a value cannot be
    /// interrupted, and would stop the other tasks of the runtime.
    pub(crate) async fn decode<R: Send + 'static>(
        self,
        decode: impl FnOnce(Self) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        match self.body.len() {
            0..=MAX_INLINE_LENGTH => decode(self),
            _ => Box::pin(self.decode_in_background(decode)).await,
        }
    }

    async fn decode_in_background<R: Send + 'static>(
        self,
        decode: impl FnOnce(Self) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let deadline = self.context.total_deadline();
        let text = format!("the response was not decoded within {deadline}");
        let expired = self.context.error(ErrorKind::Timeout, text);
        let expired = self.context.transient(expired);
        let span = self.context.span.clone();
        let decoding = tokio::task::spawn_blocking(move || decode(self));
        match deadline.run(decoding).await {
            Some(Ok(result)) => result,
            // A panic of the caller's type is the caller's.
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(Err(_)) => Err(Error::internal("the runtime was shut down")),
            None => {
                trace::failed(&span, &expired);
                Err(expired)
            }
        }
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
