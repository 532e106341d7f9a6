//! Calls of the messaging service.

use backendless::{Client, Device, Email, Message, Publish, PushPolicy, TemplateEmail};
use serde_json::{Value, json as object};

use super::{Outcome, json, read, timestamp, to_json};
use crate::arguments::{Arguments, text_of};

pub(super) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let messaging = client.messaging();
    let channel = || arguments.text("channel-name");
    let device = || arguments.text("device-id");
    Some(match operation {
        "publishMessage" => json(publish(client, arguments)),
        "getMessageStatus" => json(messaging.status(channel())),
        "cancelMessage" => json(messaging.cancel(channel())),
        "pollMessages" => {
            let poll = messaging.poll::<Value>(channel(), arguments.text("subscription-id"));
            read(
                poll,
                |messages: Vec<Message<Value>>| object!({"messages": to_json(&messages)}),
            )
        }
        "subscribe" => subscribe(client, arguments),
        "deleteChannel" => json(messaging.delete_channel(channel())),
        "sendEmail" => json(messaging.send_email(email(arguments))),
        "sendEmailFromTemplate" => {
            json(messaging.send_email_from_template(template_email(arguments)))
        }
        "registerDevice" => read(
            messaging.register_device(registration(arguments)),
            |id| object!({"registrationId": id}),
        ),
        "getDeviceRegistration" => json(messaging.device(device())),
        "deleteDeviceRegistration" => json(messaging.unregister_device(device())),
        "pushWithTemplate" => {
            let template = arguments.text("template-name");
            let values = arguments.field("templateValues").unwrap_or(&Value::Null);
            json(messaging.push_with_template(template, values))
        }
        "getPushTemplates" => json(messaging.push_templates(arguments.text("device-type"))),
        _ => return None,
    })
}

fn publish(client: &Client, arguments: &Arguments<'_>) -> Publish {
    let message = arguments.field("message").unwrap_or(&Value::Null);
    let mut publish = client
        .messaging()
        .publish(arguments.text("channel-name"), message);
    let headers = arguments.field("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        publish = publish.message_header(name, text_of(value));
    }
    if let Some(time) = arguments.field("publishAt") {
        publish = publish.publish_at(timestamp(time));
    }
    if let Some(policy) = arguments.field("pushPolicy") {
        publish = publish.push_policy(match text_of(policy).as_str() {
            "ONLY" => PushPolicy::Only,
            "ALSO" => PushPolicy::Also,
            _ => PushPolicy::None,
        });
    }
    match arguments.field("pushBroadcast") {
        Some(Value::String(names)) => publish = publish.push_broadcast_names(names),
        Some(mask) => {
            publish = publish.push_broadcast(mask.as_u64().unwrap_or_default() as u32);
        }
        None => {}
    }
    let devices = arguments.field_texts("pushSinglecast");
    if !devices.is_empty() {
        publish = publish.push_singlecast(devices);
    }
    repeated(publish, arguments)
}

fn repeated(mut publish: Publish, arguments: &Arguments<'_>) -> Publish {
    if arguments.field("publisherId").is_some() {
        publish = publish.publisher_id(arguments.field_text("publisherId"));
    }
    if arguments.field("subtopic").is_some() {
        publish = publish.subtopic(arguments.field_text("subtopic"));
    }
    if arguments.field("segmentQuery").is_some() {
        publish = publish.segment_query(arguments.field_text("segmentQuery"));
    }
    if let Some(seconds) = arguments.field("repeatEvery").and_then(Value::as_u64) {
        publish = publish.repeat_every(std::time::Duration::from_secs(seconds));
    }
    if let Some(time) = arguments.field("repeatExpiresAt") {
        publish = publish.repeat_until(timestamp(time));
    }
    publish
}

fn subscribe(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let mut subscribe = client.messaging().subscribe(arguments.text("channel-name"));
    if arguments.field("subscriberId").is_some() {
        subscribe = subscribe.subscriber_id(arguments.field_text("subscriberId"));
    }
    if arguments.field("subtopic").is_some() {
        subscribe = subscribe.subtopic(arguments.field_text("subtopic"));
    }
    if arguments.field("selector").is_some() {
        subscribe = subscribe.selector(arguments.field_text("selector"));
    }
    read(
        subscribe,
        |subscription: backendless::Subscription| object!({"subscriptionId": subscription.id()}),
    )
}

fn email(arguments: &Arguments<'_>) -> Email {
    let mut email = Email::new(arguments.field_text("subject"));
    for address in arguments.field_texts("to") {
        email = email.to(address);
    }
    let parts = arguments.field("bodyparts").unwrap_or(&Value::Null);
    if let Some(text) = parts.get("textmessage") {
        email = email.text(text_of(text));
    }
    if let Some(html) = parts.get("htmlmessage") {
        email = email.html(text_of(html));
    }
    for path in arguments.field_texts("attachment") {
        email = email.attachment(path);
    }
    email
}

fn template_email(arguments: &Arguments<'_>) -> TemplateEmail {
    let mut email = TemplateEmail::new(arguments.field_text("template-name"));
    for address in arguments.field_texts("addresses") {
        email = email.to(address);
    }
    for address in arguments.field_texts("cc-addresses") {
        email = email.cc(address);
    }
    for address in arguments.field_texts("bcc-addresses") {
        email = email.bcc(address);
    }
    if arguments.field("criteria").is_some() {
        email = email.criteria(arguments.field_text("criteria"));
    }
    if let Some(unique) = arguments.field("uniqueEmails").and_then(Value::as_bool) {
        email = email.unique_emails(unique);
    }
    let values = arguments
        .field("template-values")
        .and_then(Value::as_object);
    for (name, value) in values.into_iter().flatten() {
        email = email.value(name, value.clone());
    }
    for path in arguments.field_texts("attachment") {
        email = email.attachment(path);
    }
    email
}

fn registration(arguments: &Arguments<'_>) -> Device {
    let (id, token) = (
        arguments.field_text("deviceId"),
        arguments.field_text("deviceToken"),
    );
    let mut device = match arguments.field_text("os").as_str() {
        "ANDROID" => Device::android(id, token),
        _ => Device::ios(id, token),
    };
    if arguments.field("osVersion").is_some() {
        device = device.os_version(arguments.field_text("osVersion"));
    }
    for channel in arguments.field_texts("channels") {
        device = device.channel(channel);
    }
    // The only time of the protocol that is in seconds.
    if let Some(seconds) = arguments.field("expiration").and_then(Value::as_i64) {
        device = device.expiration(timestamp(&object!(seconds * 1000)));
    }
    device
}
