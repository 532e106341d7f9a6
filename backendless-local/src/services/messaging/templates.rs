//! Templates of push notifications and e-mails, which the embedding program registers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// The registered templates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Templates {
    /// By type of device, such as `IOS`, and by name.
    push: BTreeMap<String, BTreeMap<String, Value>>,
    email: BTreeSet<String>,
}

impl Templates {
    pub(crate) fn register_push(&mut self, device_type: String, name: String, template: Value) {
        let templates = self.push.entry(device_type).or_default();
        templates.insert(name, template);
    }

    pub(crate) fn register_email(&mut self, name: String) {
        self.email.insert(name);
    }

    /// Returns the push templates of a type of device, by name.
    pub(crate) fn push(&self, device_type: &str) -> Map<String, Value> {
        let templates = self.push.get(device_type).cloned().unwrap_or_default();
        templates.into_iter().collect()
    }

    pub(super) fn check_push(&self, name: &str) -> Result<(), ServiceError> {
        if self
            .push
            .values()
            .any(|templates| templates.contains_key(name))
        {
            return Ok(());
        }
        let message = format!("Push Template with name '{}' doesn't exist.", shorten(name));
        Err(ServiceError::new(code::INVALID_VALUE, message))
    }

    pub(super) fn check_email(&self, name: &str) -> Result<(), ServiceError> {
        if self.email.contains(name) {
            return Ok(());
        }
        let message = format!(
            "Email Template with name '{}' doesn't exist.",
            shorten(name)
        );
        Err(ServiceError::new(code::UNKNOWN_EMAIL_TEMPLATE, message))
    }
}

impl super::Messaging {
    /// Returns the push templates of a type of device, by name.
    pub(crate) fn push_templates(&self, device_type: &str) -> Map<String, Value> {
        self.templates.push(device_type)
    }
}
