//! Guests.

use backendless::{ErrorCode, Record, Registration};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{assert_no_body, assert_request_line, local_client};

const GUEST: &str = r#"{"objectId":"U1","userStatus":"GUEST","user-token":"TOKEN-1"}"#;

#[tokio::test]
async fn guest_login_is_anonymous_and_its_session_acts_as_the_guest() {
    let server = Recorder::responding(200, GUEST).await;
    let client = server.client().with_user_token("TOKEN-0");
    let session = client.users().login_as_guest().await.unwrap();
    let request = server.request();
    assert_request_line(&request, "POST", "/users/register/guest");
    assert_no_body(&request);
    assert_eq!(session.user().status.as_deref(), Some("GUEST"));
    assert_eq!(session.token().expose_secret(), "TOKEN-1");
    session
        .client()
        .data::<()>("Person")
        .get("B2")
        .await
        .unwrap();
    assert_eq!(server.requests()[1].header("user-token"), Some("TOKEN-1"));
}

#[tokio::test]
async fn guest_owns_its_rows_and_keeps_them_as_a_regular_user() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let session = client.users().login_as_guest().await.unwrap();
    let other = client.users().login_as_guest().await.unwrap();
    let guest = session.user().object_id.clone();
    assert_ne!(other.user().object_id, guest);
    let notes = session.client().data::<Record>("Note");
    let note = notes.create(&json!({"text": "milk"})).await.unwrap();
    assert_eq!(note.owner_id.as_deref(), Some(guest.as_str()));

    let ann = || {
        Registration::new("pa55")
            .email("ann@example.com")
            .name("Ann")
    };
    let user = client.users().register(ann().property("objectId", &guest));
    let user = user.await.unwrap();
    assert_eq!(user.object_id, guest);
    assert_eq!(user.status.as_deref(), Some("ENABLED"));
    let login = client.users().login("ann@example.com", "pa55").await;
    assert_eq!(login.unwrap().user().object_id, guest);

    // A regular user is not registered again.
    let again = Registration::new("pa55").email("eve@example.com");
    let error = client.users().register(again.property("objectId", &guest));
    assert_eq!(error.await.unwrap_err().code(), Some(ErrorCode::new(3_039)));
    // The identity stays unique.
    let second = ann().property("objectId", &other.user().object_id);
    let error = client.users().register(second).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::USER_EXISTS));
}
