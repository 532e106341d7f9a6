//! The responder of a client, for tests.

use super::ClientBuilder;
use crate::testing::Responder;

impl ClientBuilder {
    /// Sends all requests to `responder` instead of a server, for tests without a port; see [`testing`](crate::testing).
    ///
    /// ```
    /// use backendless::testing::{Responder, Response};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let responder = Responder::new(|_| async { Ok(Response::json(200, &5)) });
    /// let client = backendless::Client::builder("A0F5", "9C41").responder(&responder).build()?;
    /// assert_eq!(client.counters().get("visits").await?, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn responder(mut self, responder: impl Into<Responder>) -> Self {
        self.http.responder = Some(responder.into());
        self
    }
}
