//! E-mails.

use std::fmt;

use crate::generated::raw::types::{EmailRequest, EmailRequestBodyparts};
use crate::{Error, Result};

/// An e-mail, to be sent with [`Messaging::send_email`](super::Messaging::send_email).
///
/// ```
/// use backendless::Email;
///
/// let email = Email::new("Welcome")
///     .to("ann@example.com")
///     .to("bob@example.com")
///     .text("Good to have you here.")
///     .html("<p>Good to have you here.</p>");
/// ```
#[derive(Clone)]
#[must_use = "an e-mail is sent with `send_email`"]
pub struct Email {
    subject: String,
    to: Vec<String>,
    text: Option<String>,
    html: Option<String>,
    attachment: Vec<String>,
}

impl Email {
    /// Creates an e-mail with this subject.
    ///
    /// ```
    /// let email = backendless::Email::new("Welcome").to("ann@example.com").text("Hello.");
    /// ```
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            to: Vec::new(),
            text: None,
            html: None,
            attachment: Vec::new(),
        }
    }

    /// Adds a recipient.
    ///
    /// ```
    /// let email = backendless::Email::new("Welcome").to("ann@example.com").to("bob@example.com");
    /// ```
    pub fn to(mut self, address: impl Into<String>) -> Self {
        self.to.push(address.into());
        self
    }

    /// Sets the body in plain text.
    ///
    /// ```
    /// let email = backendless::Email::new("Welcome").text("Good to have you here.");
    /// ```
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.text = Some(body.into());
        self
    }

    /// Sets the body in HTML. An e-mail may have both bodies.
    ///
    /// ```
    /// let email = backendless::Email::new("Welcome").html("<p>Good to have you here.</p>");
    /// ```
    pub fn html(mut self, body: impl Into<String>) -> Self {
        self.html = Some(body.into());
        self
    }

    /// Attaches the file at a path of the [file storage](crate::Files), such as `docs/a.pdf`.
    ///
    /// The OpenAPI document lacks this property, which the official JavaScript SDK sends.
    ///
    /// ```
    /// let email = backendless::Email::new("Bill").to("ann@example.com").text("See below.").attachment("bills/1.pdf");
    /// ```
    pub fn attachment(mut self, path: impl Into<String>) -> Self {
        self.attachment.push(rooted(path.into()));
        self
    }

    pub(super) fn into_request(self) -> Result<EmailRequest> {
        if self.to.is_empty() {
            return Err(Error::invalid_argument(
                "the e-mail has no recipient: see `to`",
            ));
        }
        if self.text.is_none() && self.html.is_none() {
            let problem = "the e-mail has no body: see `text` and `html`";
            return Err(Error::invalid_argument(problem));
        }
        Ok(EmailRequest {
            attachment: (!self.attachment.is_empty()).then_some(self.attachment),
            bodyparts: Some(EmailRequestBodyparts {
                htmlmessage: self.html,
                textmessage: self.text,
            }),
            subject: self.subject,
            to: self.to,
        })
    }
}

/// Returns a path of a file with the slash of the root directory, which paths in bodies have.
pub(super) fn rooted(path: String) -> String {
    match path.starts_with('/') {
        true => path,
        false => format!("/{path}"),
    }
}

/// Writes the number of recipients only: addresses and text are private.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("recipients", &self.to.len())
            .finish_non_exhaustive()
    }
}
