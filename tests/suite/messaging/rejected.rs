//! Arguments of the messaging service that are rejected before anything is sent.

use backendless::{Email, Record};
use backendless_tests::Recorder;

use crate::support::{BAD_SEGMENTS, assert_rejected, value_without_json_form};

#[tokio::test]
async fn invalid_channel_or_subscription_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let messaging = server.client().messaging();
    for bad in BAD_SEGMENTS {
        let error = messaging.publish(bad, "x").await.unwrap_err();
        assert_rejected(&error, "publishMessage", "channel-name ");
        let error = messaging.poll::<Record>(bad, "s").await.unwrap_err();
        assert_rejected(&error, "pollMessages", "channel-name ");
        let error = messaging.poll::<Record>("c", bad).await.unwrap_err();
        assert_rejected(&error, "pollMessages", "subscription-id ");
    }
    let error = messaging.publish("email", "x").await.unwrap_err();
    assert_rejected(
        &error,
        "publishMessage",
        "channel-name is \"email\", which is reserved",
    );
    let error = messaging
        .publish("c", &value_without_json_form())
        .await
        .unwrap_err();
    assert_rejected(
        &error,
        "publishMessage",
        "the message cannot be serialized: ",
    );
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn email_without_recipient_or_body_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let messaging = server.client().messaging();
    for (email, problem) in [
        (
            Email::new("s").text("SECRET"),
            "the e-mail has no recipient",
        ),
        (Email::new("s").to("SECRET"), "the e-mail has no body"),
    ] {
        let error = messaging.send_email(email).await.unwrap_err();
        assert_rejected(&error, "sendEmail", problem);
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}
