//! Operations of the application: its log and its description.

use backendless::operations::*;
use backendless::{LogLevel, LogMessage};
use serde_json::json;

use super::call::call;
use super::{Entry, ResponseBody, object};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new(
            &WRITE_LOG,
            &[],
            call!(|context| context.client.logging().write([LogMessage::new(
                "catalogue",
                LogLevel::Info,
                context.value()
            )])),
            ResponseBody::Any,
            object,
        ),
        Entry::new(
            &GET_APPLICATION_INFO,
            &[],
            call!(|context| context.client.application_info()),
            ResponseBody::Required,
            |values| json!({"rtURL": "https://rt.example.com", "loggers": [{"name": values.value}]}),
        )
        .variant("check", call!(|context| context.client.check())),
    ]
}
