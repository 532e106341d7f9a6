//! Responses of the user service.

use backendless::{ErrorCode, ErrorKind};
use backendless_tests::Recorder;

#[tokio::test]
async fn logout_and_restore_password_ignore_the_body() {
    for body in ["", "null", "{\"x\":1}", "true"] {
        let server = Recorder::responding(200, body).await;
        let client = server.client().with_user_token("TOKEN-1");
        client.users().logout().await.unwrap();
        client.users().restore_password("a@b.c").await.unwrap();
    }
}

#[tokio::test]
async fn wrong_login_is_unauthorized() {
    let response = r#"{"code":3003,"message":"Invalid login or password","errorData":{}}"#;
    let server = Recorder::responding(401, response).await;
    let error = server
        .client()
        .users()
        .login("a@b.c", "pa55")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some(ErrorCode::INVALID_LOGIN));
    assert_eq!(error.status(), Some(401));
    // The password may be a part of the service's message.
    let message = "the login or the password is wrong (the message of the service is withheld, because the request \
                   contains a password, which may be any text)";
    assert_eq!(error.message(), message);
    assert_eq!(error.data(), None);
    assert_eq!(
        error.to_string(),
        format!("loginUser: 401, code 3003: {message} (1 attempt; not retried: 401 is final)")
    );
}

#[tokio::test]
async fn login_without_a_token_is_a_decode_error() {
    for row in [
        r#"{"objectId":"U1"}"#,
        r#"{"objectId":"U1","user-token":null}"#,
        r#"{"objectId":"U1","user-token":""}"#,
    ] {
        let server = Recorder::responding(200, row).await;
        let error = server
            .client()
            .users()
            .login("a@b.c", "pa55")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("user-token"), "{error}");
    }
}
