//! The log of requests.

use super::{Builder, Server};
use crate::request_log::RecordedRequest;

impl Server {
    /// Returns the last requests of clients, 500 unless [`Builder::request_log_capacity`] sets another number, the oldest
    /// first. A request is in the log when its client has the response;
    /// the body of a file is recorded while it is sent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let base = format!("{}/{}/{}", server.url(), server.app_id(), server.api_key());
    /// reqwest::get(format!("{base}/data/Person/count")).await?;
    ///
    /// let requests = server.requests();
    /// let [request] = requests.as_slice() else { panic!("one request was sent") };
    /// assert_eq!(request.template(), Some("/data/{table-name}/count"));
    /// assert_eq!(request.error_code(), Some(1009)); // the table does not exist
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.log.all()
    }
}

impl Builder {
    /// Sets how many of the last requests [`Server::requests`] and the console have. Each may take about 80 KiB of memory: up
    /// to 16 KiB of each body, 8 KiB of the headers of the request and of the response, and a path of up to 8192 characters.
    /// Default: 500.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = backendless_local::Server::builder().request_log_capacity(1).start().await?;
    /// let counter = format!("{}/{}/{}/counters", server.url(), server.app_id(), server.api_key());
    /// for name in ["first", "second"] {
    ///     reqwest::get(format!("{counter}/{name}")).await?;
    /// }
    /// let requests = server.requests();
    /// assert_eq!((requests.len(), requests[0].path()), (1, "/counters/second"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_log_capacity(mut self, requests: usize) -> Builder {
        self.log_capacity = requests;
        self
    }

    /// Writes a line of JSON to stderr for each request: `time` of the server's clock in milliseconds since 1970,
    /// `method`, `path` without app id, keys, tokens and query, `status`, which is null if the client received no response,
    /// `code` of an error response, which is null for others, and `milliseconds`. Default: false. [`Server::requests`] returns
    /// the same requests with headers and bodies.
    ///
    /// A line is written before the client has the response, by a thread of its own. A request waits for its line, and no line
    /// is dropped, so a program that reads stderr slowly delays requests. At most 64 requests wait for their lines; the next one
    /// blocks the server, also its [stop](Server::stop), until a line is written.
    pub fn log_requests(mut self, is_logged: bool) -> Builder {
        self.prints_requests = is_logged;
        self
    }
}
