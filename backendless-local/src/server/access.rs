//! Who may use the server: the token of `export` and `import`, and the origins of pages in a browser.

use super::{Builder, Server};

impl Builder {
    /// Lets a process that knows the token export and import the state of the running server, as
    /// `backendless-local export` and `backendless-local import` do. Use a random token: it permits writing and reading folders
    /// as the user that runs the server. It has at least 16 ASCII letters, digits, `-` and `_`; [`start`](Builder::start)
    /// rejects others. The process connects from this machine. Default: none, so that no process can.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let token = backendless_local::Server::random_token();
    /// let server = backendless_local::Server::builder().control_token(&token).start().await?;
    /// let request = reqwest::Client::new().post(format!("{}/.control/export", server.url()));
    /// let request = request.body(r#"{"folder": "/tmp/state"}"#);
    /// // Without the token.
    /// assert_eq!(request.send().await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    pub fn control_token(mut self, token: impl Into<String>) -> Builder {
        self.http.control_token = Some(token.into());
        self
    }

    /// Lets pages of an origin, such as `http://localhost:3000`, call the server from a browser. Can be called several times.
    /// The origin must match exactly: a scheme, a host and a port in lower case, without a path; a default port is omitted.
    /// [`start`](Builder::start) rejects what no browser sends, and `null`. Default: none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let origin = "http://localhost:3000";
    /// let server = backendless_local::Server::builder().cors_origin(origin).start().await?;
    /// let counter = format!("{}/{}/{}/counters/c", server.url(), server.app_id(), server.api_key());
    /// let response = reqwest::Client::new().get(counter).header("Origin", origin).send().await?;
    /// assert_eq!(response.headers()["access-control-allow-origin"], origin);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cors_origin(mut self, origin: impl Into<String>) -> Builder {
        self.http.cors_origins.push(origin.into());
        self
    }
}

impl Server {
    /// Returns a random token, for [`Builder::control_token`].
    pub fn random_token() -> String {
        crate::id::new_id()
    }
}
