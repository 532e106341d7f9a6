//! The user service from end to end, against the local server.

use std::time::Duration;

use backendless::{Client, ErrorCode, ErrorKind, Record, Registration};
use backendless_local::Server;
use serde_json::json;

use crate::support::local_client;

async fn with_ann() -> (Server, Client) {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let ann = Registration::new("pa55")
        .email("ann@example.com")
        .name("Ann")
        .property("age", 30);
    client.users().register(ann).await.unwrap();
    (server, client)
}

#[tokio::test]
async fn user_registers_logs_in_acts_and_logs_out() {
    let (_server, client) = with_ann().await;
    let session = client
        .users()
        .login("ann@example.com", "pa55")
        .await
        .unwrap();
    let user = session.user();
    assert_eq!(user.email.as_deref(), Some("ann@example.com"));
    assert_eq!(user.name.as_deref(), Some("Ann"));
    assert_eq!(user.status.as_deref(), Some("ENABLED"));
    assert_eq!(user.property::<u8>("age").unwrap(), Some(30));
    assert!(!user.properties.contains_key("password"));

    let diary = session.client().data::<Record>("Diary");
    let entry = diary.create(&json!({"text": "fine day"})).await.unwrap();
    assert_eq!(entry.owner_id.as_deref(), Some(user.object_id.as_str()));

    let token = session.token().expose_secret().to_owned();
    session.logout().await.unwrap();
    let error = diary.get(&entry.object_id).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.attempts(), 0, "the token is given up");
    let diary = client.with_user_token(token).data::<Record>("Diary");
    let error = diary.get(&entry.object_id).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN));
    assert_eq!(client.data::<Record>("Diary").count().await.unwrap(), 1);
}

#[tokio::test]
async fn sessions_of_one_client_are_independent() {
    let (_server, client) = with_ann().await;
    let bob = Registration::new("pa55").email("bob@example.com");
    client.users().register(bob).await.unwrap();
    let ann = client
        .users()
        .login("ann@example.com", "pa55")
        .await
        .unwrap();
    let bob = client
        .users()
        .login("bob@example.com", "pa55")
        .await
        .unwrap();
    for session in [&ann, &bob, &ann] {
        let notes = session.client().data::<Record>("Note");
        let note = notes.create(&json!({})).await.unwrap();
        assert_eq!(
            note.owner_id.as_deref(),
            Some(session.user().object_id.as_str())
        );
    }
    ann.logout().await.unwrap();
    let token = bob.token().clone();
    let notes = client.with_user_token(token).data::<Record>("Note");
    assert_eq!(notes.count().await.unwrap(), 3);
}

#[tokio::test]
async fn session_expires() {
    let life = Duration::from_secs(60);
    let server = Server::builder().session_life(life).start().await.unwrap();
    let client = local_client(&server);
    client
        .users()
        .register(Registration::new("pa55").email("a@b.co"))
        .await
        .unwrap();
    let session = client.users().login("a@b.co", "pa55").await.unwrap();
    let notes = session.client().data::<Record>("Note");
    notes.create(&json!({})).await.unwrap();
    server.advance_clock(2 * life);
    let error = notes.find().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN));
}

#[tokio::test]
async fn service_errors_are_reported_with_kind_and_code() {
    let (_server, client) = with_ann().await;
    let users = client.users();
    let ann = || Registration::new("pa55").email("ann@example.com");
    for (error, kind, code) in [
        (
            users.login("ann@example.com", "guess").await.unwrap_err(),
            ErrorKind::Unauthorized,
            3003,
        ),
        (
            users.login("nobody@example.com", "pa55").await.unwrap_err(),
            ErrorKind::Unauthorized,
            3003,
        ),
        (
            users.register(ann()).await.unwrap_err(),
            ErrorKind::Conflict,
            3033,
        ),
        (
            users.register(Registration::new("pa55")).await.unwrap_err(),
            ErrorKind::Api,
            3013,
        ),
        (
            users
                .register(Registration::new("").email("x@b.co"))
                .await
                .unwrap_err(),
            ErrorKind::Api,
            3011,
        ),
        (
            users
                .restore_password("nobody@example.com")
                .await
                .unwrap_err(),
            ErrorKind::NotFound,
            3020,
        ),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert!(!error.to_string().contains("pa55"));
    }
    users.restore_password("ann@example.com").await.unwrap();
}

#[tokio::test]
async fn unknown_token_is_rejected_and_not_repeated() {
    let (_server, client) = with_ann().await;
    let unknown = client.with_user_token("SECRET-TOKEN");
    let error = unknown.data::<Record>("Users").find().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN));
    assert!(!format!("{error} {error:?}").contains("SECRET-TOKEN"));
}

#[tokio::test]
async fn users_table_hides_passwords() {
    let (_server, client) = with_ann().await;
    let table = client.data::<Record>("Users");
    let rows = table
        .find()
        .filter("email = 'ann@example.com'")
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["age"], 30);
    assert!(!rows[0].contains_key("password"));
    let user = json!({"email": "x@b.co", "password": "pa55"});
    let user = table.create(&user).await.unwrap();
    assert!(!user.contains_key("password"));
    let error = table.create(&json!({"email": "y@b.co"})).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(3011)));
}
