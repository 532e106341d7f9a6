//! The seam between the generated client and the transport.

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response};

use super::{Transport, response};
use crate::generated::raw;
use crate::{Error, ErrorKind, operations};

/// Without this implementation the generated client does not compile: it is generated with
/// `HooksMode::Expected`.
impl ClientHooks<Transport> for raw::Client {
    /// `exec` may fail only as `reqwest::Error`, which says neither operation nor attempts. So an
    /// error of ours travels inside a stand-in response, and `refused` takes it out again.
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        let answer = match operations::by_raw_name(info.operation_id) {
            Some(operation) => self.inner.call(self, &mut request, operation).await,
            None => Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("the operation table has no row for {}", info.operation_id),
            )),
        };
        Ok(answer.unwrap_or_else(response::stand_in))
    }
}
