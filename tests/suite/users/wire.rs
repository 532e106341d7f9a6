//! Requests of the user service, byte by byte.

use backendless::Registration;
use backendless_tests::{RecordedRequest, Recorder};

const USER: &str = r#"{"lastLogin":null,"userStatus":"ENABLED","created":1700000000000,
    "name":"Ann","ownerId":"U1","socialAccount":"BACKENDLESS","updated":null,"objectId":"U1",
    "email":"a@b.c","age":30,"___class":"Users","user-token":"TOKEN-1"}"#;

#[track_caller]
fn assert_request_line(request: &RecordedRequest, method: &str, target: &str) {
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        (method, target)
    );
    assert_eq!(request.header("api-version"), None);
    assert_eq!(request.header("referer"), None);
}

#[tokio::test]
async fn register_is_anonymous_and_posts_the_properties() {
    let server = Recorder::responding(200, USER).await;
    let client = server.client().with_user_token("TOKEN-0");
    let ann = Registration::new("pa55")
        .email("a@b.c")
        .name("Ann")
        .property("age", 30);
    let user = client.users().register(ann).await.unwrap();
    assert_eq!(user.object_id, "U1");
    let request = server.request();
    assert_request_line(&request, "POST", "/users/register");
    assert_eq!(
        request.body,
        r#"{"age":30,"email":"a@b.c","name":"Ann","password":"pa55"}"#
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("user-token"), None);
}

#[tokio::test]
async fn login_posts_the_credentials_and_its_session_acts_as_the_user() {
    let server = Recorder::responding(200, USER).await;
    let session = server
        .client()
        .users()
        .login("a@b.c", "pa55")
        .await
        .unwrap();
    let request = server.request();
    assert_request_line(&request, "POST", "/users/login");
    assert_eq!(request.body, r#"{"login":"a@b.c","password":"pa55"}"#);

    let user = session.user();
    assert_eq!(user.email.as_deref(), Some("a@b.c"));
    assert_eq!(user.name.as_deref(), Some("Ann"));
    assert_eq!(user.status.as_deref(), Some("ENABLED"));
    assert_eq!(user.property::<u8>("age").unwrap(), Some(30));
    assert!(!user.properties.contains_key("user-token"));
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
async fn logout_is_a_get_with_the_token() {
    let server = Recorder::responding(200, USER).await;
    let session = server
        .client()
        .users()
        .login("a@b.c", "pa55")
        .await
        .unwrap();
    session.logout().await.unwrap();
    let request = &server.requests()[1];
    assert_request_line(request, "GET", "/users/logout");
    assert_eq!(request.header("user-token"), Some("TOKEN-1"));
    assert_eq!(request.body, "");
}

#[tokio::test]
async fn restore_password_is_anonymous_and_encodes_the_identity() {
    let server = Recorder::responding(200, "").await;
    let client = server.client().with_user_token("TOKEN-0");
    client
        .users()
        .restore_password("o'h+ara@b.c/x")
        .await
        .unwrap();
    let request = server.request();
    assert_request_line(
        &request,
        "GET",
        "/users/restorepassword/o%27h%2Bara%40b.c%2Fx",
    );
    assert_eq!(request.header("user-token"), None);
    assert_eq!(request.body, "");
}
