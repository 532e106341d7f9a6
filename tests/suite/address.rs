//! A wrong API URL: the responses of another server are neither data nor the absence of data.

use backendless::{Email, Error, ErrorKind, Record};
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::error_body;

const PAGE: &str = "<!DOCTYPE html><html><title>404</title></html>";

/// Bodies of another server for a path that it does not know.
const FOREIGN: [(&str, &str); 12] = [
    ("text/html", PAGE),
    ("text/html", ""),
    ("text/plain", "404 page not found"),
    ("application/json", ""),
    ("application/json", "{}"),
    ("application/json", "[]"),
    ("application/json", "null"),
    ("application/json", r#"{"message":"Not Found"}"#),
    ("application/json", r#"{"code":null,"message":"no"}"#),
    (
        "application/json",
        r#"{"code":404,"message":"HTTP 404 Not Found"}"#,
    ),
    (
        "application/json",
        r#"{"error":{"code":1000,"message":"no"}}"#,
    ),
    ("application/json", r#"{"status":404,"error":"Not Found"}"#),
];

async fn foreign(status: u16, media_type: &str, body: &str) -> Recorder {
    Recorder::with_headers(status, &[("content-type", media_type)], body).await
}

#[track_caller]
fn assert_foreign(error: &Error, status: u16) {
    assert_eq!(error.kind(), ErrorKind::Api, "{error}");
    assert!(!error.is_not_found(), "{error}");
    assert_eq!(error.status(), Some(status), "{error}");
    assert!(error.message().ends_with("check the API URL"), "{error}");
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_404_of_another_server_is_no_missing_value() {
    for (media_type, body) in FOREIGN {
        for status in [404, 410] {
            let server = foreign(status, media_type, body).await;
            let client = server.client();
            let cache = client.cache();
            assert_foreign(&cache.get::<u8>("k").await.unwrap_err(), status);
            assert_foreign(&cache.contains("k").await.unwrap_err(), status);
            assert_foreign(&cache.put("k", &1).await.unwrap_err(), status);
            assert_foreign(&cache.delete("k").await.unwrap_err(), status);
            let table = client.data::<Record>("Person");
            assert_foreign(&table.get("B2").await.unwrap_err(), status);
            assert_foreign(&table.delete("B2").await.unwrap_err(), status);
            assert_foreign(&table.find().await.unwrap_err(), status);
            assert_foreign(&table.create(&json!({})).await.unwrap_err(), status);
            assert_foreign(&client.counters().get("k").await.unwrap_err(), status);
            assert_foreign(&client.files().delete("a.txt").await.unwrap_err(), status);
            assert_foreign(&client.users().logout().await.unwrap_err(), status);
            let call = client.cloud_code().invoke::<_, u8>("s", "m", &());
            let error = call.await.unwrap_err();
            if !body.contains("404,") {
                assert_foreign(&error, status);
            }
        }
    }
}

#[tokio::test]
async fn a_download_from_a_wrong_address_is_not_missing() {
    let server = foreign(404, "text/html", PAGE).await;
    let file = backendless::FileInfo::from_url(server.url() + "/a.txt");
    let error = server.client().files().download(&file).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api, "{error}");
    assert!(
        error.message().ends_with("check the URL of the file"),
        "{error}"
    );
}

#[tokio::test]
async fn a_409_of_another_server_is_no_conflict() {
    let server = foreign(409, "text/html", PAGE).await;
    let table = server.client().data::<Record>("Person");
    let error = table.create(&json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(409)));
}

#[tokio::test]
async fn a_404_with_the_envelope_is_a_missing_value() {
    for body in [
        error_body(1000),
        r#"{"code":"1000","message":null}"#.to_owned(),
        r#"{"code":123456}"#.to_owned(),
    ] {
        let server = Recorder::responding(404, &body).await;
        let client = server.client();
        assert_eq!(client.cache().get::<u8>("k").await.unwrap(), None);
        let table = client.data::<Record>("Person");
        assert!(table.get("B2").await.unwrap_err().is_not_found());
    }
}

#[tokio::test]
async fn an_html_page_is_not_a_successful_response() {
    for page in [PAGE, "\n <?xml version=\"1.0\"?><a/>"] {
        for status in [200, 201, 202] {
            let server = foreign(status, "text/html; charset=utf-8", page).await;
            let client = server.client();
            let table = client.data::<Record>("Person");
            for error in [
                table.delete("B2").await.unwrap_err(),
                table.get("B2").await.unwrap_err(),
                client.cache().put("k", &1).await.unwrap_err(),
                client.cache().delete("k").await.unwrap_err(),
                client.cache().contains("k").await.unwrap_err(),
                client.counters().reset("k").await.unwrap_err(),
                client.users().logout().await.unwrap_err(),
                client.files().delete("a.txt").await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                assert_eq!(error.status(), Some(status));
                assert!(error.message().ends_with("check the API URL"), "{error}");
                assert!(!error.message().contains('<'), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn json_or_text_of_another_server_is_not_a_successful_response() {
    for (media_type, body) in [
        ("application/json", r#"{"status":"ok"}"#),
        ("application/json", r#"{"error":"no such route"}"#),
        ("application/json", r#"{"message":"Hello"}"#),
        (
            "application/json",
            r#"{"code":3003,"message":"no","errorData":{}}"#,
        ),
        ("application/json", "[]"),
        ("application/json", r#"[{"id":1}]"#),
        ("text/plain", "OK"),
        ("text/html", "{{page}}"),
        ("text/html", "[links]"),
        ("", "It works!"),
    ] {
        let server = foreign(200, media_type, body).await;
        let client = server.client();
        let email = Email::new("s").to("a@example.com").text("t");
        for error in [
            client.users().logout().await.unwrap_err(),
            client.users().restore_password("ann").await.unwrap_err(),
            client.cache().put("k", &1).await.unwrap_err(),
            client.cache().delete("k").await.unwrap_err(),
            client.counters().reset("k").await.unwrap_err(),
            client.files().delete("a.txt").await.unwrap_err(),
            client.messaging().send_email(email).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
            assert_eq!((error.status(), error.attempts()), (Some(200), 1));
            assert!(error.message().contains("check the API URL"), "{error}");
            assert!(!error.is_retryable(), "{error}");
        }
        let table = client.data::<Record>("Person");
        let error = table.delete("B2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
    }
}

#[tokio::test]
async fn bodies_of_the_service_without_a_result_are_a_success() {
    let status = r#"{"errorMessage":null,"messageId":"M1","status":"SCHEDULED"}"#;
    for body in ["{}", "3", status] {
        let server = Recorder::responding(200, body).await;
        let client = server.client();
        client.files().delete("a.txt").await.unwrap();
        let email = Email::new("s").to("a@example.com").text("t");
        client.messaging().send_email(email).await.unwrap();
    }
}

#[tokio::test]
async fn an_empty_or_json_response_without_a_result_is_a_success() {
    for body in ["", "null", "{\"deletionTime\":1}", "\"<a>\"", "true"] {
        let server = Recorder::responding(200, body).await;
        let client = server.client();
        client.cache().put("k", &1).await.unwrap();
        client.files().delete("a.txt").await.unwrap();
    }
}
