//! The outbox as typed values.

use super::Server;
use crate::error::Error;
use crate::services::messaging::Email;

impl Server {
    /// Returns the [outbox](Server::outbox) as typed values, in order.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// let url = format!("{}/{}/{}/messaging/email", server.url(), server.app_id(), server.api_key());
    /// let email = r#"{"subject": "Hi", "to": ["ann@example.com"], "bodyparts": {"textmessage": "Hello"}}"#;
    /// reqwest::Client::new().post(url).body(email).send().await?;
    ///
    /// let emails = server.emails().await?;
    /// assert_eq!((&*emails[0].to[0], emails[0].text.as_deref()), ("ann@example.com", Some("Hello")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn emails(&self) -> Result<Vec<Email>, Error> {
        let emails = self.run(|services| async move { services.messaging.emails().await });
        emails
            .await?
            .map_err(|error| Error::with_cause("cannot read the outbox", error))
    }
}
