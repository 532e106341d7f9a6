//! Confirmation of e-mail addresses.

use backendless::ErrorCode;
use backendless_local::Server;

use super::register;
use crate::support::{assert_no_body, assert_request_line, local_client, recorded_request};

#[tokio::test]
async fn confirmation_requests_have_the_form_of_the_official_sdk() {
    let request = recorded_request("", |client| {
        let client = client.with_user_token("TOKEN-0");
        client.users().resend_email_confirmation("a@b.c")
    })
    .await;
    assert_request_line(&request, "POST", "/users/resendconfirmation/a%40b.c");
    assert_no_body(&request);

    let response = r#"{"confirmationURL":"https://example.com/c/1"}"#;
    let request = recorded_request(response, |client| {
        client.users().email_confirmation_url("a@b.c")
    })
    .await;
    assert_request_line(
        &request,
        "POST",
        "/users/createEmailConfirmationURL/a%40b.c",
    );
    assert_no_body(&request);
}

/// The address in the e-mail.
fn address_of(email: &serde_json::Value) -> String {
    let text = email["bodyparts"]["textmessage"].as_str().unwrap();
    text.rsplit(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn user_logs_in_after_the_address_of_an_email_was_opened() {
    let server = Server::builder().email_confirmation(true);
    let server = server.start().await.unwrap();
    let client = local_client(&server);
    let ann = register(&client, "ann@example.com").await;
    assert_eq!(ann.status.as_deref(), Some("EMAIL_CONFIRMATION_PENDING"));
    let login = client.users().login("ann@example.com", "pa55").await;
    assert_eq!(login.unwrap_err().code(), Some(ErrorCode::new(3_087)));
    let resend = client.users().resend_email_confirmation("ann@example.com");
    resend.await.unwrap();
    let created = client.users().email_confirmation_url("ann@example.com");
    let created = created.await.unwrap();

    let outbox = server.outbox().await.unwrap();
    assert_eq!(outbox.len(), 2);
    assert!(
        outbox
            .iter()
            .all(|email| email["to"][0] == "ann@example.com")
    );
    let [first, second] = [address_of(&outbox[0]), address_of(&outbox[1])];
    assert_ne!(first, second);

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |url: &str| http.get(url).send().await.unwrap().status().as_u16();
    assert_eq!(status(&format!("{second}x")).await, 404);
    assert_eq!(status(&second).await, 200);
    // The first use ends the validity of all addresses of the user.
    for used in [&first, &second, &created] {
        assert_eq!(status(used).await, 404);
    }
    let session = client.users().login("ann@example.com", "pa55").await;
    assert_eq!(session.unwrap().user().status.as_deref(), Some("ENABLED"));
}

#[tokio::test]
async fn confirmation_of_an_unknown_user_is_not_found() {
    let server = Server::builder().email_confirmation(true);
    let server = server.start().await.unwrap();
    let users = local_client(&server).users();
    let resend = users.resend_email_confirmation("eve@example.com").await;
    let error = resend.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(3_104)));
    assert!(error.is_not_found());
    let url = users.email_confirmation_url("eve@example.com").await;
    assert!(url.unwrap_err().is_not_found());
    assert!(server.outbox().await.unwrap().is_empty());
}

#[tokio::test]
async fn confirmation_is_sent_again_only_while_it_is_pending() {
    let server = Server::builder().email_confirmation(true);
    let server = server.start().await.unwrap();
    let client = local_client(&server);
    register(&client, "ann@example.com").await;
    let outbox = server.outbox().await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let opened = http.get(address_of(&outbox[0])).send().await.unwrap();
    assert_eq!(opened.status(), 200);
    let resend = client.users().resend_email_confirmation("ann@example.com");
    let error = resend.await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(3_102)));
    assert_eq!(server.outbox().await.unwrap().len(), 1);
}

#[tokio::test]
async fn confirmation_is_not_sent_if_the_application_requires_none() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    register(&client, "ann@example.com").await;
    let resend = client.users().resend_email_confirmation("ann@example.com");
    let error = resend.await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(3_103)));
    assert!(server.outbox().await.unwrap().is_empty());
}
