//! Operations of the messaging service.

use std::time::Duration;

use backendless::operations::*;
use backendless::{Email, PushPolicy, Timestamp};
use serde_json::{Value, json};

use super::call::{call, first_of};
use super::{Entry, ResponseBody, Values, object};

pub(super) fn entries() -> Vec<Entry> {
    vec![publish(), poll(), send_email()]
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
        |values| json!({"messageId": "M1", "status": "scheduled", "note": values.value}),
    )
    .variant(
        "with options",
        call!(|context| context
            .client
            .messaging()
            .publish(context.path(0), &context.json())
            .header("topic", context.value())
            .publish_at(Timestamp::now())
            .push_policy(PushPolicy::Also)
            .push_broadcast(3)
            .push_singlecast([context.value()])),
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
        ResponseBody::Ignored,
        object,
    )
}

fn email(values: &Values) -> Email {
    Email::new("Hello")
        .to("ann@example.com")
        .text(&values.value)
        .html(format!("<p>{}</p>", values.value))
}
