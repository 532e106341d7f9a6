//! E-mails, which are recorded in an outbox.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::Messaging;
use crate::id::new_id;
use crate::service_error::{ServiceError, code};
use crate::services::fields;

impl Messaging {
    /// Adds an e-mail to the outbox and returns the id of its message.
    pub(crate) async fn send_email(
        &self,
        body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        check_email(&body)?;
        self.record_email(body).await
    }

    /// Adds an e-mail by a template to the outbox and returns the id of its message.
    pub(crate) async fn send_email_from_template(
        &self,
        body: Map<String, Value>,
    ) -> Result<String, ServiceError> {
        let name = fields::required_text(&body, "template-name")?;
        self.templates.check_email(name)?;
        check_envelope(&body)?;
        self.record_email(body).await
    }

    async fn record_email(&self, body: Map<String, Value>) -> Result<String, ServiceError> {
        let content = Value::from(body);
        let write = self
            .database
            .write(move |transaction| add(transaction, &content));
        write.await?;
        Ok(new_id())
    }

    /// Returns all e-mails in the order in which they were sent, as request bodies.
    pub(crate) async fn outbox(&self) -> Result<Vec<Value>, ServiceError> {
        let sql = "SELECT content FROM email ORDER BY seq";
        self.database.read_json(sql).await
    }
}

/// Adds an e-mail to the outbox.
pub(crate) fn add(connection: &Connection, content: &Value) -> Result<(), ServiceError> {
    connection.execute(
        "INSERT INTO email (content) VALUES (?)",
        [content.to_string()],
    )?;
    Ok(())
}

/// Checks the recipients and the values of an e-mail by a template.
fn check_envelope(body: &Map<String, Value>) -> Result<(), ServiceError> {
    let mut has_recipient = fields::text(body, "criteria")?.is_some();
    for name in ["addresses", "cc-addresses", "bcc-addresses"] {
        let addresses = fields::texts(body, name)?.unwrap_or_default();
        has_recipient |= !addresses.is_empty();
        if !addresses.iter().all(|address| is_address(address)) {
            let message = "a recipient is not an e-mail address";
            return Err(ServiceError::new(code::INVALID_RECIPIENT, message));
        }
    }
    fields::typed(body, "uniqueEmails", "a boolean", Value::as_bool)?;
    fields::object(body, "template-values")?;
    fields::texts(body, "attachment")?;
    match has_recipient {
        true => Ok(()),
        false => {
            let message = "the e-mail has no recipient";
            Err(ServiceError::new(code::RECIPIENT_MISSING, message))
        }
    }
}

fn check_email(body: &Map<String, Value>) -> Result<(), ServiceError> {
    if !body.get("subject").is_some_and(Value::is_string) {
        return Err(fields::missing("subject"));
    }
    let recipients = body
        .get("to")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    if recipients.is_empty() {
        return Err(ServiceError::new(
            code::RECIPIENT_MISSING,
            "the e-mail has no recipient",
        ));
    }
    if !recipients
        .iter()
        .all(|to| to.as_str().is_some_and(is_address))
    {
        return Err(ServiceError::new(
            code::INVALID_RECIPIENT,
            "a recipient is not an e-mail address",
        ));
    }
    for name in ["cc", "bcc", "attachment"] {
        fields::texts(body, name)?;
    }
    let parts = fields::object(body, "bodyparts")?;
    let mut has_body = false;
    for name in ["textmessage", "htmlmessage"] {
        let part = parts.map(|parts| fields::text(parts, name)).transpose()?;
        has_body |= part.flatten().is_some();
    }
    match has_body {
        true => Ok(()),
        false => Err(ServiceError::new(
            code::EMAIL_BODY_MISSING,
            "the e-mail has no body",
        )),
    }
}

/// Whether the text has the form `name@host`.
fn is_address(text: &str) -> bool {
    let is_invalid = |c: char| c.is_whitespace() || c.is_control();
    match text.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !text.contains(is_invalid)
        }
        None => false,
    }
}
