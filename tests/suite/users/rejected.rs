//! Arguments of the user service that are rejected before anything is sent.

use backendless::Registration;
use backendless_tests::Recorder;

use crate::support::{BAD_SEGMENTS, assert_rejected, value_without_json_form};

#[tokio::test]
async fn invalid_identity_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    for bad in BAD_SEGMENTS {
        let error = server
            .client()
            .users()
            .restore_password(bad)
            .await
            .unwrap_err();
        assert_rejected(&error, "restorePassword", "identity ");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn property_without_a_json_form_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let registration = Registration::new("pa55").property("x", value_without_json_form());
    let error = server
        .client()
        .users()
        .register(registration)
        .await
        .unwrap_err();
    assert_rejected(&error, "registerUser", "property \"x\": ");
    assert_eq!(server.requests().len(), 0);
}
