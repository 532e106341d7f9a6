//! Logins with the account of another service.

use backendless::{ErrorCode, ErrorKind, UserStatus};
use backendless_local::Server;
use backendless_tests::{HttpServer, Recorder, Response};
use serde_json::{Value, json};

use super::{code_client, register};
use crate::support::{
    assert_json, assert_rejected, assert_request_line, local_client, recorded_request,
};

const USER: &str = r#"{"objectId":"U1","user-token":"TOKEN-1"}"#;

#[tokio::test]
async fn social_requests_have_the_form_of_the_official_sdk() {
    let request = recorded_request(USER, |client| {
        let client = client.with_user_token("TOKEN-0");
        client
            .users()
            .login_with_oauth("facebook", "test-access-token")
    })
    .await;
    assert_request_line(&request, "POST", "/users/social/facebook/login");
    assert_json(&request, r#"{"accessToken":"test-access-token"}"#);

    let request = recorded_request(USER, |client| {
        let login = client.users().login_with_oauth("twitter", "t");
        login.token_secret("s").map_field("foo", "bar")
    })
    .await;
    assert_request_line(&request, "POST", "/users/social/twitter/login");
    let body = r#"{"accessToken":"t","accessTokenSecret":"s","fieldsMapping":{"foo":"bar"}}"#;
    assert_json(&request, body);

    let request = recorded_request(USER, |client| {
        let login = client.users().login_with_social_sdk("googleplus", "t");
        login.map_field("foo", "bar")
    })
    .await;
    assert_request_line(&request, "POST", "/users/social/googleplus/sdk/login");
    let body = r#"{"accessToken":"t","fieldsMapping":{"foo":"bar"}}"#;
    assert_json(&request, body);

    let request = recorded_request(r#""https://x""#, |client| {
        client.users().authorization_url("google")
    })
    .await;
    assert_request_line(&request, "POST", "/users/oauth/google/request_url");
    assert_json(&request, r#"{"fieldsMapping":{},"permissions":[]}"#);
    let request = recorded_request(r#""https://x""#, |client| {
        let url = client
            .users()
            .authorization_url("google")
            .map_field("a", "b");
        let url = url
            .permission("email")
            .permission("profile")
            .redirect(false);
        url.redirect_after_login("https://y")
            .callback_domain("https://z")
    })
    .await;
    let body = r#"{"fieldsMapping":{"a":"b"},"permissions":["email","profile"],"redirect":false,"redirectAfterLoginUrl":"https://y","callbackUrlDomain":"https://z"}"#;
    assert_json(&request, body);
}

#[tokio::test]
async fn address_of_a_login_page_may_be_text_or_json() {
    for (media_type, body) in [
        ("application/json", r#""https://x/y?z""#),
        ("text/plain", "https://x/y?z"),
    ] {
        let server = HttpServer::plain(move |_| Response::of_type(media_type, 200, body));
        let client = backendless::Client::builder("APP", "KEY").api_url(server.url());
        let users = client.build().unwrap().users();
        assert_eq!(
            users.authorization_url("google").await.unwrap(),
            "https://x/y?z"
        );
    }
}

#[tokio::test]
async fn login_with_a_social_sdk_has_no_token_secret() {
    let server = Recorder::responding(200, USER).await;
    let login = server
        .client()
        .users()
        .login_with_social_sdk("facebook", "t");
    let error = login.token_secret("s").await.unwrap_err();
    assert_rejected(&error, "loginWithSocialSdk", "token_secret ");
    assert_eq!(server.requests().len(), 0);
}

fn google(token: &str) -> Option<Value> {
    let id = token.strip_prefix("token-of-")?;
    Some(json!({"id": id, "email": format!("{id}@example.com"), "given_name": id, "age": 31}))
}

#[tokio::test]
async fn account_of_a_provider_belongs_to_one_user() {
    let server = Server::builder().social_login("google", google);
    let server = server.start().await.unwrap();
    let client = local_client(&server);
    let login = |token: &str| {
        let login = client.users().login_with_oauth("google", token);
        login
            .map_field("given_name", "name")
            .map_field("age", "years")
    };
    let ann = login("token-of-ann").await.unwrap();
    assert_eq!(ann.user().name.as_deref(), Some("ann"));
    assert_eq!(ann.user().properties["years"], 31);
    assert_eq!(ann.user().properties["socialAccount"], "GOOGLE");
    assert!(ann.client().users().is_valid().await.unwrap());
    let roles = ann.client().users().roles().await.unwrap();
    assert_eq!(
        roles,
        [
            "AuthenticatedUser",
            "SocialUser",
            "GooglePlusUser",
            "RestUser"
        ]
    );
    let again = login("token-of-ann").await.unwrap();
    assert_eq!(again.user().object_id, ann.user().object_id);
    let bob = login("token-of-bob").await.unwrap();
    assert_ne!(bob.user().object_id, ann.user().object_id);

    let code = code_client(&server).users();
    let disabled = code.set_status(&ann.user().object_id, UserStatus::Disabled);
    disabled.await.unwrap();
    let error = login("token-of-ann").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::ACCOUNT_DISABLED));
}

#[tokio::test]
async fn unknown_accounts_and_providers_are_rejected() {
    let server = Server::builder().social_login("google", google);
    let server = server.start().await.unwrap();
    let client = local_client(&server);
    register(&client, "ann@example.com").await;
    let users = client.users();
    for (result, kind, number) in [
        (
            users.login_with_oauth("google", "guess").await,
            ErrorKind::Unauthorized,
            3_000,
        ),
        (
            users.login_with_oauth("github", "t").await,
            ErrorKind::Unauthorized,
            3_000,
        ),
        (
            users.login_with_oauth("google", "").await,
            ErrorKind::Api,
            8_007,
        ),
        (
            users
                .login_with_oauth("google", "token-of-ann")
                .map_field("email", "email")
                .await,
            ErrorKind::Conflict,
            3_033,
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(number)), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
    let error = users.authorization_url("github").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(3_000)));
    let url = users
        .authorization_url("google")
        .permission("e mail")
        .await
        .unwrap();
    assert!(
        url.starts_with("https://oauth.example/google/authorize?"),
        "{url}"
    );
    assert!(url.contains("&scope=e%20mail&"), "{url}");
}
