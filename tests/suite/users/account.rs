//! Update, status and properties of users, and checks of tokens and passwords.

use std::time::Duration;

use backendless::{Client, ErrorCode, ErrorKind, Record, UserStatus};
use backendless_local::Server;
use backendless_tests::{HttpServer, Recorder, Response};
use serde_json::json;

use super::{code_client, register};
use crate::support::{
    assert_json, assert_no_body, assert_request_line, local_client, recorded_request,
};

const USER: &str = r#"{"objectId":"U1","email":"a@b.c","name":"Ann","user-token":"TOKEN-1"}"#;

#[tokio::test]
async fn account_requests_have_the_form_of_the_official_sdk() {
    let request = recorded_request(USER, |client| {
        client.users().update("U 1", &json!({"name": "Ann"}))
    })
    .await;
    assert_request_line(&request, "PUT", "/users/U%201");
    assert_json(&request, r#"{"name":"Ann"}"#);

    let request = recorded_request("", |client| {
        client.users().set_status("U1", UserStatus::Disabled)
    })
    .await;
    assert_request_line(&request, "PUT", "/users/U1/status");
    assert_json(&request, r#"{"userStatus":"DISABLED"}"#);

    let request = recorded_request("[]", |client| client.users().describe()).await;
    assert_request_line(&request, "GET", "/users/userclassprops");
    assert_no_body(&request);

    let request = recorded_request(r#"{"valid":true}"#, |client| {
        client.users().verify_password("pa55")
    })
    .await;
    assert_request_line(&request, "POST", "/users/verifypassowrd");
    assert_json(&request, r#"{"password":"pa55"}"#);
}

#[tokio::test]
async fn token_check_sends_the_token_in_the_path_only() {
    let server = Recorder::responding(200, "true").await;
    let client = server.client().with_user_token("t/1+");
    assert!(client.users().is_valid().await.unwrap());
    let request = server.request();
    assert_request_line(&request, "GET", "/users/isvalidusertoken/t%2F1%2B");
    assert_eq!(request.header("user-token"), None);
    assert_no_body(&request);
}

#[tokio::test]
async fn token_is_invalid_if_the_service_rejects_it_and_other_errors_are_errors() {
    for (status, code, expected) in [
        (400, 3064, Some(false)),
        (401, 3048, Some(false)),
        (400, 3090, Some(false)),
        (400, 3091, Some(false)),
        (400, 2002, None),
        (401, 3003, None),
    ] {
        let body = json!({"code": code, "message": "no"}).to_string();
        let server = HttpServer::plain(move |_| Response::json(status, body.clone()));
        let client = Client::builder("APP", "KEY").api_url(server.url());
        let client = client.user_token("TOKEN-1").build().unwrap();
        assert_eq!(client.users().is_valid().await.ok(), expected, "{code}");
    }
}

#[tokio::test]
async fn token_check_without_a_session_is_not_sent() {
    let server = Recorder::responding(200, USER).await;
    let anonymous = server.client();
    let logged_out = anonymous.users().login("a@b.c", "pa55").await.unwrap();
    logged_out.logout().await.unwrap();
    let sent = server.requests().len();
    for client in [&anonymous, logged_out.client()] {
        let error = client.users().is_valid().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert_eq!(error.attempts(), 0);
        assert_eq!(error.operation().unwrap().id(), "isValidUserToken");
    }
    assert_eq!(server.requests().len(), sent);
}

#[tokio::test]
async fn token_is_valid_until_its_session_ends() {
    let hour = Duration::from_secs(3_600);
    let server = Server::builder().session_life(hour).start().await.unwrap();
    let client = local_client(&server);
    let ann = register(&client, "ann@example.com").await;
    let session = client.users().login("ann@example.com", "pa55").await;
    let session = session.unwrap();
    // A client that was created before the logout has another handle of the same token.
    let token = session.token().expose_secret().to_owned();
    let users = client.with_user_token(token).users();
    assert!(users.is_valid().await.unwrap());
    let unknown_token = client.with_user_token("unknown");
    assert!(!unknown_token.users().is_valid().await.unwrap());

    let code = code_client(&server).users();
    code.set_status(&ann.object_id, UserStatus::Disabled)
        .await
        .unwrap();
    assert!(!users.is_valid().await.unwrap());
    code.set_status(&ann.object_id, UserStatus::Enabled)
        .await
        .unwrap();
    assert!(users.is_valid().await.unwrap());

    session.logout().await.unwrap();
    assert!(!users.is_valid().await.unwrap());

    let session = client.users().login("ann@example.com", "pa55").await;
    let users = session.unwrap().into_client().users();
    server.advance_clock(hour);
    assert!(!users.is_valid().await.unwrap());
}

#[tokio::test]
async fn user_updates_itself_and_server_code_updates_all_users() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let ann = register(&client, "ann@example.com").await;
    let bob = register(&client, "bob@example.com").await;
    let session = client.users().login("ann@example.com", "pa55").await;
    let session = session.unwrap();
    let users = session.client().users();
    let changes = json!({"name": "Ann", "age": 31, "userStatus": "DISABLED", "password": "n3w"});
    let updated = users.update(&ann.object_id, &changes).await.unwrap();
    assert_eq!(updated.name.as_deref(), Some("Ann"));
    assert_eq!(updated.properties["age"], 31);
    assert_eq!(updated.status.as_deref(), Some("ENABLED"));
    assert!(updated.updated.is_some());
    let rows = client.data::<Record>("Users");
    assert_eq!(rows.get(&ann.object_id).await.unwrap()["age"], 31);
    client
        .users()
        .login("ann@example.com", "n3w")
        .await
        .unwrap();

    let taken = json!({"email": "bob@example.com"});
    let error = users.update(&ann.object_id, &taken).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    // The official tests of the service change another user, but not its password or identity.
    for changes in [
        json!({"password": "n3w"}),
        json!({"email": "eve@example.com"}),
    ] {
        let error = users.update(&bob.object_id, &changes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{changes}");
        assert_eq!(error.code(), Some(ErrorCode::new(3_029)), "{changes}");
    }
    let changes = json!({"name": "Bob"});
    let anonymous = client.users().update(&bob.object_id, &changes).await;
    assert_eq!(anonymous.unwrap_err().code(), Some(ErrorCode::new(3_028)));
    let code = code_client(&server).users();
    let updated = code.update(&bob.object_id, &changes).await.unwrap();
    assert_eq!(updated.name.as_deref(), Some("Bob"));
}

#[tokio::test]
async fn disabled_user_cannot_log_in_or_use_a_token() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let ann = register(&client, "ann@example.com").await;
    let session = client.users().login("ann@example.com", "pa55").await;
    let session = session.unwrap();

    for status in [UserStatus::Disabled, UserStatus::Enabled] {
        let error = client.users().set_status(&ann.object_id, status).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert_eq!(error.code(), Some(ErrorCode::new(3_054)));
    }
    let code = code_client(&server).users();
    let disabled = code.set_status(&ann.object_id, UserStatus::Disabled);
    disabled.await.unwrap();
    let login = client.users().login("ann@example.com", "pa55").await;
    assert_eq!(login.unwrap_err().code(), Some(ErrorCode::ACCOUNT_DISABLED));
    let wrong = client.users().login("ann@example.com", "guess").await;
    assert_eq!(wrong.unwrap_err().code(), Some(ErrorCode::INVALID_LOGIN));
    let visits = session.client().counters().get("visits").await;
    assert_eq!(
        visits.unwrap_err().code(),
        Some(ErrorCode::ACCOUNT_DISABLED)
    );
    let row = client.data::<Record>("Users").get(&ann.object_id).await;
    assert_eq!(row.unwrap()["userStatus"], "DISABLED");

    let enabled = code.set_status(&ann.object_id, UserStatus::Enabled);
    enabled.await.unwrap();
    assert_eq!(session.client().counters().get("visits").await.unwrap(), 0);
    let unknown = code.set_status("unknown", UserStatus::Enabled).await;
    assert!(unknown.unwrap_err().is_not_found());

    // A disabled user can end its session.
    let disabled = code.set_status(&ann.object_id, UserStatus::Disabled);
    disabled.await.unwrap();
    session.logout().await.unwrap();
}

#[tokio::test]
async fn password_is_verified_for_server_code_only() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    register(&client, "ann@example.com").await;
    let session = client.users().login("ann@example.com", "pa55").await;
    let session = session.unwrap();
    let error = session.client().users().verify_password("pa55").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(error.code(), Some(ErrorCode::new(3_122)));

    let code = code_client(&server);
    let error = code.users().verify_password("pa55").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.code(), Some(ErrorCode::new(3_121)));
    let users = code.with_user_token(session.token()).users();
    assert!(users.verify_password("pa55").await.unwrap());
    assert!(!users.verify_password("guess").await.unwrap());
    let guest = code.users().login_as_guest().await.unwrap().into_client();
    assert!(!guest.users().verify_password("pa55").await.unwrap());
}

#[tokio::test]
async fn properties_of_users_are_described() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let ann = backendless::Registration::new("pa55").email("ann@example.com");
    client
        .users()
        .register(ann.property("location", "Oslo"))
        .await
        .unwrap();
    let properties = client.users().describe().await.unwrap();
    let find = |name: &str| properties.iter().find(|property| property.name == name);
    let email = find("email").unwrap();
    assert!(email.is_identity && email.is_required);
    let location = find("location").unwrap();
    assert_eq!(location.data_type.as_deref(), Some("STRING"));
    assert!(!location.is_identity && !location.is_required);
    for name in ["created", "updated", "objectId", "password"] {
        assert!(find(name).is_some(), "{name}");
    }
}
