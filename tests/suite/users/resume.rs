//! Sessions that are resumed from tokens.

use backendless::{Client, ErrorCode, ErrorKind, Record, UserStatus};
use backendless_local::Server;
use backendless_tests::{Recorder, ScriptedServer};
use serde_json::json;

use crate::support::{assert_no_body, error_body, local_client, log_in_new_user, uncommon_headers};

const TOKEN: &str = "TOKEN-0003";

/// The token is in a header, and not in the URL, which servers and proxies log.
#[tokio::test]
async fn token_is_checked_by_one_request_with_it_in_a_header() {
    let info = json!({"rtURL": "https://rt.example.com"}).to_string();
    let server = Recorder::responding(200, &info).await;
    let session = server.client().users().resume(TOKEN).await.unwrap();
    let request = server.request();
    assert_eq!((&*request.method, &*request.target), ("GET", "/info"));
    assert_eq!(uncommon_headers(&request), [("user-token", TOKEN)]);
    assert_no_body(&request);
    assert_eq!(session.token().expose_secret(), TOKEN);
    let token = session.client().user_token().unwrap();
    assert_eq!(token.expose_secret(), TOKEN);
}

#[tokio::test]
async fn user_is_read_by_one_request_in_the_session() {
    let row = json!({"objectId": "U1", "email": "ann@example.com", "user-token": "other"});
    let server = Recorder::responding(200, &row.to_string()).await;
    let session = server
        .client()
        .users()
        .resume_as(TOKEN, "U 1")
        .await
        .unwrap();
    let request = server.request();
    assert_eq!(
        (&*request.method, &*request.target),
        ("GET", "/data/Users/U%201")
    );
    assert_eq!(uncommon_headers(&request), [("user-token", TOKEN)]);
    assert_eq!(session.user().object_id, "U1");
    assert_eq!(session.token().expose_secret(), TOKEN);
    assert!(!session.user().properties.contains_key("user-token"));
}

async fn logged_in(server: &Server) -> (Client, backendless::Session) {
    let client = local_client(server);
    let session = log_in_new_user(&client, "ann@example.com").await;
    (client, session)
}

#[tokio::test]
async fn resumed_session_acts_as_its_user_until_it_ends() {
    let server = Server::start().await.unwrap();
    let (client, session) = logged_in(&server).await;
    // As stored by another process.
    let token = session.token().expose_secret().to_owned();
    let id = session.user().object_id.clone();

    let resumed = client.users().resume(token.as_str()).await.unwrap();
    let notes = resumed.client().data::<Record>("Note");
    let note = notes.create(&json!({"text": "milk"})).await.unwrap();
    assert_eq!(note.owner_id.as_deref(), Some(&*id));
    let known = client
        .users()
        .resume_as(token.as_str(), id.as_str())
        .await
        .unwrap();
    assert_eq!(known.user().email.as_deref(), Some("ann@example.com"));
    assert!(client.user_token().is_none());

    resumed.logout().await.unwrap();
    for error in [
        client.users().resume(token.as_str()).await.unwrap_err(),
        client
            .users()
            .resume_as(token.as_str(), id)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN), "{error}");
    }
}

#[tokio::test]
async fn session_of_a_disabled_account_and_of_an_unknown_user_are_rejected() {
    let server = Server::start().await.unwrap();
    let (client, session) = logged_in(&server).await;
    let token = session.token().expose_secret();
    let error = client
        .users()
        .resume_as(token, "unknown")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = client.users().resume_as(token, "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);

    let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    let users = code.build().unwrap().users();
    let id = session.user().object_id.as_str();
    users.set_status(id, UserStatus::Disabled).await.unwrap();
    let error = client.users().resume(token).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::ACCOUNT_DISABLED));
    assert!(error.is_unauthorized());
}

/// An unreachable service does not say that the token is invalid.
#[tokio::test]
async fn failure_of_the_service_is_no_invalid_token() {
    let unreachable = ScriptedServer::refusing_connections();
    let client = unreachable.client_builder().build().unwrap();
    let error = client.users().resume(TOKEN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    for (status, body, kind) in [
        (400, error_body(3064), ErrorKind::Unauthorized),
        (400, error_body(3091), ErrorKind::Unauthorized),
        (500, String::new(), ErrorKind::Api),
        (200, "{}".to_owned(), ErrorKind::Decode),
        (400, error_body(2002), ErrorKind::InvalidApplication),
    ] {
        let server = Recorder::responding(status, &body).await;
        let error = server.client().users().resume(TOKEN).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
    }
    let server = Recorder::responding(200, "{}").await;
    for token in ["", "a\nb", " a"] {
        let error = server.client().users().resume(token).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}
