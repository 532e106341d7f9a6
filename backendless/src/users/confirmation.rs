//! Confirmation of e-mail addresses.

use serde::Deserialize;

use super::Users;
use crate::generated::raw;
use crate::request::Request;

/// Response to the request for an address.
#[derive(Deserialize)]
struct Confirmation {
    #[serde(rename = "confirmationURL")]
    url: String,
}

impl Users {
    /// Sends the e-mail again with which a user confirms the e-mail address. `identity` is what the user logs in with.
    ///
    /// The request is not idempotent: sent twice, it sends two e-mails. It is sent without a user token.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_resend_email_confirmation.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 3104 if the user does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 3102 if the address is confirmed already, and with code 3103 if the
    ///   application requires no confirmation.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the identity cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::Registration;
    /// use backendless_local::Server;
    ///
    /// # backendless_local::doc_example!(Server::builder().email_confirmation(true), |client, server| {
    /// let users = client.users();
    /// users.register(Registration::new("pa55").email("ann@example.com")).await?;
    /// users.resend_email_confirmation("ann@example.com").await?;
    /// assert_eq!(server.outbox().await?.len(), 2);
    /// # });
    /// ```
    pub fn resend_email_confirmation(&self, identity: impl Into<String>) -> Request<()> {
        Request::new(
            &self.client,
            raw::resend_email_confirmation(&identity.into()),
        )
    }

    /// Creates the address with which a user confirms the e-mail address, for an application that sends the e-mail
    /// itself. `identity` is what the user logs in with.
    ///
    /// Whoever opens the address confirms the e-mail address: send it to the user only. The request is not idempotent:
    /// each creates another address.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_create_email_confirmation.html)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 3057 if the user does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the identity cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # client.users().register(backendless::Registration::new("pa55").email("ann@example.com")).await?;
    /// let url = client.users().email_confirmation_url("ann@example.com").await?;
    /// assert!(url.starts_with("http"));
    /// # });
    /// ```
    pub fn email_confirmation_url(&self, identity: impl Into<String>) -> Request<String> {
        let request = raw::create_email_confirmation_url(&identity.into());
        Request::map(&self.client, request, |Confirmation { url }| url)
    }
}
