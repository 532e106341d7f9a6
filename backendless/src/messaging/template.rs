//! Push notifications and e-mails by templates of the application.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::{MessageStatus, Messaging};
use crate::data::Record;
use crate::generated::raw;
use crate::operations::{PUSH_WITH_TEMPLATE, SEND_EMAIL_FROM_TEMPLATE};
use crate::request::{Request, argument};
use crate::{Error, Result};

/// E-mail by a template, to be sent with [`Messaging::send_email_from_template`].
///
/// ```
/// use backendless::TemplateEmail;
///
/// let email = TemplateEmail::new("welcome").to("ann@example.com").value("name", "Ann");
/// ```
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
#[must_use = "an e-mail is sent with `send_email_from_template`"]
pub struct TemplateEmail {
    template_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cc_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bcc_addresses: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    criteria: Option<String>,
    #[serde(rename = "uniqueEmails")]
    unique_emails: bool,
    #[serde(skip_serializing_if = "Record::is_empty")]
    template_values: Record,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<String>,
}

impl TemplateEmail {
    /// Creates an e-mail by the template with this name.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com");
    /// ```
    pub fn new(template: impl Into<String>) -> Self {
        Self {
            template_name: template.into(),
            addresses: Vec::new(),
            cc_addresses: Vec::new(),
            bcc_addresses: Vec::new(),
            criteria: None,
            unique_emails: false,
            template_values: Record::new(),
            attachment: Vec::new(),
        }
    }

    /// Adds a recipient. An e-mail needs at least one recipient or [`criteria`](Self::criteria).
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").to("bob@example.com");
    /// ```
    pub fn to(mut self, address: impl Into<String>) -> Self {
        self.addresses.push(address.into());
        self
    }

    /// Adds a recipient of a copy.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").cc("bob@example.com");
    /// ```
    pub fn cc(mut self, address: impl Into<String>) -> Self {
        self.cc_addresses.push(address.into());
        self
    }

    /// Adds a recipient of a blind copy, whose address the other recipients do not see.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").bcc("bob@example.com");
    /// ```
    pub fn bcc(mut self, address: impl Into<String>) -> Self {
        self.bcc_addresses.push(address.into());
        self
    }

    /// Sends the e-mail to all users that match a where clause. It is sent unchanged: never insert untrusted text into it.
    /// The local server selects no users, but stores the clause in its outbox.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").criteria("age > 18");
    /// ```
    pub fn criteria(mut self, clause: impl Into<String>) -> Self {
        self.criteria = Some(clause.into());
        self
    }

    /// Sets whether each recipient gets an e-mail of its own, without the addresses of the others. The default is `false`.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").to("bob@example.com").unique_emails(true);
    /// ```
    pub fn unique_emails(mut self, unique: bool) -> Self {
        self.unique_emails = unique;
        self
    }

    /// Sets the value of a placeholder of the template. If it is set again, the last value applies.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").value("name", "Ann").value("visits", 3);
    /// ```
    pub fn value(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.template_values.insert(name.into(), value.into());
        self
    }

    /// Attaches the file at a path of the [file storage](crate::Files), such as `docs/a.pdf`.
    ///
    /// ```
    /// let email = backendless::TemplateEmail::new("welcome").to("ann@example.com").attachment("bills/1.pdf");
    /// ```
    pub fn attachment(mut self, path: impl Into<String>) -> Self {
        self.attachment.push(super::email::rooted(path.into()));
        self
    }

    fn check(&self) -> Result<()> {
        let has_recipient = [&self.addresses, &self.cc_addresses, &self.bcc_addresses]
            .iter()
            .any(|addresses| !addresses.is_empty());
        if has_recipient || self.criteria.is_some() {
            return Ok(());
        }
        let problem = "the e-mail has no recipient: see `to` and `criteria`";
        Err(Error::invalid_argument(problem).with_operation(&SEND_EMAIL_FROM_TEMPLATE))
    }
}

impl Messaging {
    /// Sends push notifications by the template `name`, which also decides who receives them. `values` are those of the
    /// placeholders of the template: an object, or `()` if there are none.
    ///
    /// The request is not idempotent: sent twice, it sends the notifications twice.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/push_example_notification_from_a_push_template.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the name cannot be a path segment, or the values cannot
    ///   be serialized.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::builder().push_template("IOS", "welcome", json!({})).start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let status = client.messaging().push_with_template("welcome", &json!({"name": "Ann"})).await?;
    /// assert!(status.message_id.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn push_with_template<V>(
        &self,
        name: impl Into<String>,
        values: &V,
    ) -> Request<MessageStatus>
    where
        V: Serialize + ?Sized,
    {
        let values = argument("the values", values, &PUSH_WITH_TEMPLATE);
        let request = values.and_then(|values| {
            let values = Some(values).filter(|values| values.get() != "null");
            let body: BTreeMap<&str, _> = values
                .map(|values| ("templateValues", values))
                .into_iter()
                .collect();
            raw::push_with_template::<_, Option<MessageStatus>>(&name.into(), &body)
        });
        Request::map(&self.client, request, Option::unwrap_or_default)
    }

    /// Returns the push templates of a type of device, `IOS`, `ANDROID` or `WP`, by name.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/messaging/index.js)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the type cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let templates = client.messaging().push_templates("IOS").await?;
    /// assert!(templates.is_empty());
    /// # });
    /// ```
    pub fn push_templates(
        &self,
        device_type: impl Into<String>,
    ) -> Request<BTreeMap<String, Value>> {
        let request =
            raw::get_push_templates::<Option<BTreeMap<String, Value>>>(&device_type.into());
        Request::map(&self.client, request, Option::unwrap_or_default)
    }

    /// Sends an e-mail by a template of the application.
    ///
    /// The request is not idempotent: sent twice, it sends two e-mails.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/messaging/index.js)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the e-mail has no recipient.
    /// - [`Api`](crate::ErrorKind::Api) with code 24002 if the template does not exist.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::TemplateEmail;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::builder().email_template("welcome").start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let email = TemplateEmail::new("welcome").to("ann@example.com").value("name", "Ann");
    /// client.messaging().send_email_from_template(email).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_email_from_template(&self, email: TemplateEmail) -> Request<MessageStatus> {
        let request = email
            .check()
            .and_then(|()| raw::send_email_from_template::<_, Option<MessageStatus>>(&email));
        Request::map(&self.client, request, Option::unwrap_or_default)
    }
}

/// Writes the number of recipients only: addresses and values are private.
impl fmt::Debug for TemplateEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateEmail")
            .field("recipients", &self.addresses.len())
            .finish_non_exhaustive()
    }
}
