//! Messaging beyond the document: requests, and complete exchanges with the local server.

use std::time::Duration;

use backendless::{Device, Email, ErrorKind, TemplateEmail, Timestamp};
use backendless_local::Server;
use backendless_tests::Recorder;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::support::{
    assert_json, assert_no_body, assert_rejected, assert_request_line, error_body, local_client,
    recorded_request, value_without_json_form,
};

const STATUS: &str = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;

#[tokio::test]
async fn subscriptions_have_the_documented_form() {
    let response = r#"{"subscriptionId":"S-1"}"#;
    let request =
        recorded_request(response, |client| client.messaging().subscribe("my news")).await;
    assert_request_line(&request, "POST", "/messaging/my%20news/subscribe");
    assert_json(&request, "{}");
    let request = recorded_request(response, |client| {
        let subscribe = client.messaging().subscribe("news").subscriber_id("me");
        subscribe.subtopic("a.*").selector("city = 'Dallas'")
    })
    .await;
    let body = r#"{"subscriberId":"me","subtopic":"a.*","selector":"city = 'Dallas'"}"#;
    assert_json(&request, body);
    let server = Recorder::responding(200, response).await;
    let subscription = server.client().messaging().subscribe("news").await.unwrap();
    assert_eq!((subscription.channel(), subscription.id()), ("news", "S-1"));
    let server = Recorder::responding(200, "{}").await;
    let error = server
        .client()
        .messaging()
        .subscribe("news")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn messages_have_the_requests_of_the_official_sdk() {
    let request = recorded_request(STATUS, |client| client.messaging().status("M 1")).await;
    assert_request_line(&request, "GET", "/messaging/M%201");
    let request = recorded_request(STATUS, |client| client.messaging().cancel("M-1")).await;
    assert_request_line(&request, "DELETE", "/messaging/M-1");
    assert_no_body(&request);
    let request =
        recorded_request("true", |client| client.messaging().delete_channel("my-ch")).await;
    assert_request_line(&request, "DELETE", "/messaging/channels/my-ch");
    let request = recorded_request(STATUS, |client| {
        let publish = client.messaging().publish("news", "hi").publisher_id("me");
        let publish = publish
            .subtopic("a")
            .segment_query("age > 1")
            .push_broadcast_names("FOR_ALL");
        let until = Timestamp::from_millis(1_700_000_100_000);
        publish
            .repeat_every(Duration::from_millis(59_001))
            .repeat_until(until)
    })
    .await;
    let body = r#"{"message":"hi","pushBroadcast":"FOR_ALL","publisherId":"me","subtopic":"a","segmentQuery":"age > 1","repeatEvery":60,"repeatExpiresAt":1700000100000}"#;
    assert_json(&request, body);
}

#[tokio::test]
async fn devices_have_the_requests_of_the_official_sdk() {
    let request = recorded_request(r#"{"registrationId":"R-1"}"#, |client| {
        let device = Device::android("D-1", "TOKEN")
            .os_version("15")
            .channel("a")
            .channel("b");
        client
            .messaging()
            .register_device(device.expiration(Timestamp::from_millis(1_899_999_999_001)))
    })
    .await;
    assert_request_line(&request, "POST", "/messaging/registrations");
    let body = r#"{"deviceId":"D-1","deviceToken":"TOKEN","os":"ANDROID","osVersion":"15","channels":["a","b"],"expiration":1900000000}"#;
    assert_json(&request, body);
    let device = r#"{"deviceId":"D-1","deviceToken":"t","os":"IOS","osVersion":null}"#;
    let request = recorded_request(device, |client| client.messaging().device("D/1")).await;
    assert_request_line(&request, "GET", "/messaging/registrations/D%2F1");
    let request =
        recorded_request("{}", |client| client.messaging().unregister_device("D-1")).await;
    assert_request_line(&request, "DELETE", "/messaging/registrations/D-1");
}

#[tokio::test]
async fn templates_have_the_requests_of_the_official_sdk() {
    let request = recorded_request(STATUS, |client| {
        client
            .messaging()
            .push_with_template("tpl", &json!({"x": "y"}))
    })
    .await;
    assert_request_line(&request, "POST", "/messaging/push/tpl");
    assert_json(&request, r#"{"templateValues":{"x":"y"}}"#);
    let request = recorded_request(STATUS, |client| {
        client.messaging().push_with_template("tpl", &())
    })
    .await;
    assert_json(&request, "{}");
    let request = recorded_request("{}", |client| client.messaging().push_templates("IOS")).await;
    assert_request_line(&request, "GET", "/messaging/pushtemplates/IOS");
    let request = recorded_request("{}", |client| {
        let email = TemplateEmail::new("tpl")
            .to("x@y.z")
            .cc("c@y.z")
            .value("k", "v");
        client
            .messaging()
            .send_email_from_template(email.attachment("a.txt"))
    })
    .await;
    assert_request_line(&request, "POST", "/emailtemplate/send");
    let body = r#"{"template-name":"tpl","addresses":["x@y.z"],"cc-addresses":["c@y.z"],"uniqueEmails":false,"template-values":{"k":"v"},"attachment":["/a.txt"]}"#;
    assert_json(&request, body);
    let request = recorded_request("", |client| {
        let email = Email::new("S").to("x@y.z").text("T");
        client
            .messaging()
            .send_email(email.attachment("/docs/a.txt"))
    })
    .await;
    let sent: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(sent["attachment"], json!(["/docs/a.txt"]));
}

#[tokio::test]
async fn invalid_arguments_are_rejected() {
    let server = Recorder::responding(200, STATUS).await;
    let messaging = server.client().messaging();
    let error = messaging.subscribe("push").await.unwrap_err();
    assert_rejected(&error, "subscribe", "channel-name is");
    let error = messaging.status("").await.unwrap_err();
    assert_rejected(&error, "getMessageStatus", "channel-name is empty");
    let error = messaging
        .push_with_template("tpl", &value_without_json_form())
        .await
        .unwrap_err();
    assert_rejected(
        &error,
        "pushWithTemplate",
        "the values cannot be serialized",
    );
    let error = messaging
        .send_email_from_template(TemplateEmail::new("t"))
        .await
        .unwrap_err();
    assert_rejected(
        &error,
        "sendEmailFromTemplate",
        "the e-mail has no recipient",
    );
    let error = messaging.publish("registrations", "hi").await.unwrap_err();
    assert_rejected(&error, "publishMessage", "channel-name is");
    assert_eq!(server.requests().len(), 0);
    let server = Recorder::responding(400, &error_body(5040)).await;
    let error = server.client().messaging().cancel("M-1").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(5040));
}

#[tokio::test]
async fn a_subscription_of_the_local_server_receives_its_messages() {
    let server = Server::start().await.unwrap();
    let messaging = local_client(&server).messaging();
    let subscription = messaging
        .subscribe("news")
        .subtopic("sport.*")
        .await
        .unwrap();
    messaging
        .publish("news", "golf")
        .subtopic("sport.golf")
        .publisher_id("me")
        .await
        .unwrap();
    messaging
        .publish("news", "opera")
        .subtopic("arts")
        .await
        .unwrap();
    let received = subscription.poll::<String>().await.unwrap();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (
            received[0].data.as_str(),
            received[0].publisher_id.as_deref()
        ),
        ("golf", Some("me"))
    );
    messaging
        .publish("news", "chess")
        .subtopic("sport.chess")
        .await
        .unwrap();
    let mut messages = subscription.messages::<String>();
    assert_eq!(messages.try_next().await.unwrap().unwrap().data, "chess");
}

#[tokio::test]
async fn messages_and_devices_of_the_local_server_are_managed() {
    let server = Server::builder().email_template("bill");
    let server = server
        .push_template("IOS", "welcome", json!({"a": 1}))
        .start()
        .await
        .unwrap();
    let messaging = local_client(&server).messaging();
    let tomorrow = Timestamp::from_millis(Timestamp::now().as_millis() + 24 * 3_600_000);
    let scheduled = messaging
        .publish("news", "hi")
        .publish_at(tomorrow)
        .await
        .unwrap();
    let id = scheduled.message_id.unwrap();
    let status = messaging.status(&id).await.unwrap();
    assert_eq!(status.status.as_deref(), Some("scheduled"));
    messaging.cancel(&id).await.unwrap();
    let status = messaging.status(&id).await.unwrap();
    assert_eq!(status.status.as_deref(), Some("cancelled"));
    messaging.delete_channel("news").await.unwrap();
    assert!(
        messaging
            .delete_channel("news")
            .await
            .unwrap_err()
            .is_not_found()
    );

    let device = Device::ios("D-1", "TOKEN").channel("news");
    assert!(
        messaging
            .register_device(device.clone())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(messaging.device("D-1").await.unwrap(), device);
    messaging
        .publish("news", "hi")
        .push_policy(backendless::PushPolicy::Also)
        .await
        .unwrap();
    messaging.push_with_template("welcome", &()).await.unwrap();
    let pushes = server.pushes().await.unwrap();
    assert_eq!(pushes[0]["devices"], json!(["D-1"]));
    assert_eq!(pushes[1]["template"], "welcome");
    assert_eq!(
        messaging.push_templates("IOS").await.unwrap()["welcome"],
        json!({"a": 1})
    );
    messaging.unregister_device("D-1").await.unwrap();
    let error = messaging.device("D-1").await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(5001));

    let email = TemplateEmail::new("bill").criteria("age > 18");
    messaging.send_email_from_template(email).await.unwrap();
    assert_eq!(server.outbox().await.unwrap()[0]["criteria"], "age > 18");
    let email = TemplateEmail::new("nope").to("a@b.c");
    let error = messaging.send_email_from_template(email).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(24002));
}
