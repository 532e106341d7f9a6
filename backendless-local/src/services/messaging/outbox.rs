//! The e-mails of the outbox as typed values.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Messaging;
use crate::service_error::ServiceError;
use crate::services::recorded::{self, MaxItems, RecordTable, Recorded};
use crate::text::shorten;

/// An e-mail that a client sent, or that the server sent for it. Nothing was delivered.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Email {
    /// The subject; `None` for an e-mail by a template.
    pub subject: Option<String>,
    /// The recipients.
    pub to: Vec<String>,
    /// The recipients of copies.
    pub cc: Vec<String>,
    /// The hidden recipients of copies.
    pub bcc: Vec<String>,
    /// The body as text.
    pub text: Option<String>,
    /// The body as HTML.
    pub html: Option<String>,
    /// The paths of attached files.
    pub attachments: Vec<String>,
    /// The name of the template.
    pub template: Option<String>,
    /// The values for the template.
    pub template_values: Map<String, Value>,
}

/// The body and the values may contain a token, such as that of a link that confirms an address.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("subject", &self.subject)
            .field("to", &self.to)
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

impl Email {
    fn of(body: &Value) -> Email {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = |names: &[&str]| {
            let lists = names.iter().filter_map(|name| body[*name].as_array());
            lists.flatten().filter_map(text).collect()
        };
        let parts = &body["bodyparts"];
        Email {
            subject: text(&body["subject"]),
            to: texts(&["to", "addresses"]),
            cc: texts(&["cc", "cc-addresses"]),
            bcc: texts(&["bcc", "bcc-addresses"]),
            text: text(&parts["textmessage"]),
            html: text(&parts["htmlmessage"]),
            attachments: texts(&["attachment"]),
            template: text(&body["template-name"]),
            template_values: body["template-values"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
        }
    }
}

/// What a list shows of an e-mail.
#[derive(Debug, Serialize)]
pub(crate) struct EmailTitle {
    subject: Option<String>,
    template: Option<String>,
}

impl EmailTitle {
    fn of(body: &Value) -> EmailTitle {
        let text = |value: &Value| value.as_str().map(shorten);
        EmailTitle {
            subject: text(&body["subject"]),
            template: text(&body["template-name"]),
        }
    }
}

impl Messaging {
    /// Returns the e-mails in order.
    pub(crate) async fn emails(&self) -> Result<Vec<Email>, ServiceError> {
        Ok(self.outbox().await?.iter().map(Email::of).collect())
    }

    /// Returns the last e-mails, the newest first.
    pub(crate) async fn newest_emails(
        &self,
        count: u32,
    ) -> Result<Vec<Recorded<EmailTitle>>, ServiceError> {
        // Their bodies are read, but not kept.
        const BYTES: usize = 32 * 1024 * 1024;
        let max = MaxItems {
            count,
            bytes: BYTES,
        };
        let of = |body| EmailTitle::of(&body);
        recorded::newest(&self.database, RecordTable::Emails, max, of).await
    }

    /// Returns the e-mail with a number.
    pub(crate) async fn email(&self, number: i64) -> Result<Option<Email>, ServiceError> {
        let content = recorded::get(&self.database, RecordTable::Emails, number).await?;
        Ok(content.as_ref().map(Email::of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_body_and_no_value() {
        let mut email = Email {
            text: Some("text-canary".to_owned()),
            html: Some("html-canary".to_owned()),
            ..Email::default()
        };
        let value = Value::from("value-canary");
        email.template_values.insert("link".to_owned(), value);
        let text = format!("{email:?}");
        assert!(!text.contains("canary"), "{text}");
    }
}
