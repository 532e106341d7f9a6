//! Operations of the messaging service.

use std::time::{Duration, SystemTime};

use backendless::operations::*;
use backendless::{Device, Email, PushPolicy, TemplateEmail, Timestamp};
use serde_json::{Value, json};

use super::call::{call, first_of};
use super::{Context, Entry, ResponseBody, Values, object};

/// The name of a push template and of an e-mail template. The local server needs both.
pub const TEMPLATE: &str = "welcome";

pub(super) fn entries() -> Vec<Entry> {
    let mut entries = vec![publish(), subscribe(), poll(), status(), cancel()];
    entries.extend([register_device(), device(), unregister_device()]);
    entries.extend([push_with_template(), push_templates(), send_email()]);
    entries.extend([send_email_from_template(), delete_channel()]);
    entries
}

/// The key of the id of a scheduled message. The parameter of the path has the name of that of a channel.
const MESSAGE: &str = "message-id";
const MESSAGE_ID: &str = "M1";

/// The id of the scheduled message, if there is one, and otherwise the value of the path.
fn message_id(context: &Context) -> String {
    let kept = context.path_value(MESSAGE);
    let kept = kept.filter(|_| context.path(0) == MESSAGE_ID);
    kept.unwrap_or_else(|| context.path(0).to_owned())
}

fn message_status(values: &Values) -> Value {
    json!({"messageId": "M1", "status": "scheduled", "note": values.value})
}

fn subscribe() -> Entry {
    Entry::new(
        &SUBSCRIBE,
        &["default"],
        call!(|context| context.client.messaging().subscribe(context.path(0))),
        ResponseBody::Required,
        |values| json!({"subscriptionId": values.value}),
    )
    .variant(
        "with options",
        call!(|context| context
            .client
            .messaging()
            .subscribe(context.path(0))
            .subscriber_id(context.value())
            .subtopic(context.value())),
    )
}

fn status() -> Entry {
    Entry::new(
        &GET_MESSAGE_STATUS,
        &[MESSAGE_ID],
        call!(|context| context.client.messaging().status(message_id(context))),
        ResponseBody::Nullable,
        message_status,
    )
}

fn cancel() -> Entry {
    Entry::new(
        &CANCEL_MESSAGE,
        &[MESSAGE_ID],
        call!(|context| context.client.messaging().cancel(message_id(context))),
        ResponseBody::Nullable,
        message_status,
    )
}

fn register_device() -> Entry {
    Entry::new(
        &REGISTER_DEVICE,
        &[],
        call!(|context| context.client.messaging().register_device(
            Device::ios("D1", context.value())
                .os_version("18")
                .channel("default")
        )),
        ResponseBody::Nullable,
        |values| json!({"registrationId": values.value}),
    )
}

fn device() -> Entry {
    Entry::new(
        &GET_DEVICE_REGISTRATION,
        &["D1"],
        call!(|context| context.client.messaging().device(context.path(0))),
        ResponseBody::Required,
        |values| json!({"deviceId": "D1", "deviceToken": values.value, "os": "IOS"}),
    )
}

fn unregister_device() -> Entry {
    Entry::new(
        &DELETE_DEVICE_REGISTRATION,
        &["D1"],
        call!(|context| context
            .client
            .messaging()
            .unregister_device(context.path(0))),
        ResponseBody::Any,
        object,
    )
}

fn push_with_template() -> Entry {
    Entry::new(
        &PUSH_WITH_TEMPLATE,
        &[TEMPLATE],
        call!(|context| context
            .client
            .messaging()
            .push_with_template(context.path(0), &context.json())),
        ResponseBody::Nullable,
        message_status,
    )
}

fn push_templates() -> Entry {
    Entry::new(
        &GET_PUSH_TEMPLATES,
        &["IOS"],
        call!(|context| context.client.messaging().push_templates(context.path(0))),
        ResponseBody::Nullable,
        |values| json!({"welcome": {"note": values.value}}),
    )
}

fn send_email_from_template() -> Entry {
    Entry::new(
        &SEND_EMAIL_FROM_TEMPLATE,
        &[],
        call!(
            |context| context.client.messaging().send_email_from_template(
                TemplateEmail::new(TEMPLATE)
                    .to("ann@example.com")
                    .value("name", context.value())
            )
        ),
        ResponseBody::Nullable,
        message_status,
    )
}

fn delete_channel() -> Entry {
    Entry::new(
        &DELETE_CHANNEL,
        &["default"],
        call!(|context| context.client.messaging().delete_channel(context.path(0))),
        ResponseBody::Any,
        object,
    )
}

fn publish() -> Entry {
    Entry::new(
        &PUBLISH_MESSAGE,
        &["default"],
        call!(|context| context
            .client
            .messaging()
            .publish(context.path(0), &context.json())),
        ResponseBody::Nullable,
        message_status,
    )
    .variant(
        "that is scheduled",
        call!(|context| context
            .client
            .messaging()
            .publish(context.path(0), &context.json())
            .publish_at(SystemTime::now() + Duration::from_secs(3600))
            => |status| context.keep_path_value(MESSAGE, status.message_id.unwrap_or_default())),
    )
    .variant(
        "with options",
        call!(|context| context
            .client
            .messaging()
            .publish(context.path(0), &context.json())
            .message_header("topic", context.value())
            .publish_at(Timestamp::now())
            .push_policy(PushPolicy::Also)
            .push_broadcast(3)
            .push_singlecast([context.value()])
            .publisher_id(context.value())
            .subtopic(context.value())
            .segment_query(context.value())
            .repeat_every(Duration::from_secs(60))
            .repeat_until(SystemTime::now() + Duration::from_secs(600))),
    )
    .variant(
        "of a text",
        call!(|context| context.client.messaging().publish("texts", context.value())),
    )
}

fn poll() -> Entry {
    Entry::new(
        &POLL_MESSAGES,
        &["default", "S1"],
        call!(|context| context
            .client
            .messaging()
            .poll::<Value>(context.path(0), context.path(1))),
        ResponseBody::Nullable,
        messages,
    )
    .variant(
        "as a stream",
        first_of!(|context| context
            .client
            .messaging()
            .messages::<Value>(context.path(0), "S2")
            .interval(Duration::ZERO)),
    )
}

fn messages(values: &Values) -> Value {
    let data = object(values);
    json!({"messages": [{"messageId": "M1", "data": data, "headers": {"x": values.value}}]})
}

fn send_email() -> Entry {
    Entry::new(
        &SEND_EMAIL,
        &[],
        call!(|context| context
            .client
            .messaging()
            .send_email(email(&context.values))),
        ResponseBody::Any,
        object,
    )
}

fn email(values: &Values) -> Email {
    Email::new("Hello")
        .to("ann@example.com")
        .text(&values.value)
        .html(format!("<p>{}</p>", values.value))
}
