//! Variants of the leaks that the other modules test: other ways in which a password enters a request or a response.

use std::collections::HashMap;

use backendless::{Client, ClientBuilder, Error, ErrorCode, Record, Registration, RetryPolicy};
use backendless_tests::{Behaviour, Response, ScriptedServer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::canaries::text_of;
use crate::capture::Capture;
use crate::fixture::{Transport, start_server};

const APP_ID: &str = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
const API_KEY: &str = "9C41B2D7-11F0-4E6D-93AB-2A7C0F84D655";
const TOKEN: &str = "5C8A1B7D-2F6E-4C39-9E1A-7D0B3F5A6C2E";
const WITHHELD: &str = "withheld, because";

/// The error of `call` to a server that responds with `status` and `body`.
async fn error_of<F>(
    status: u16,
    body: impl Into<String>,
    settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    call: impl FnOnce(Client) -> F,
) -> Error
where
    F: Future<Output = Error>,
{
    let body = body.into();
    let server = start_server(Transport::Http1, move |_| {
        Response::json(status, body.clone())
    });
    let builder = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .retry(RetryPolicy::none());
    call(settings(builder).build().unwrap()).await
}

async fn counter(client: Client) -> Error {
    client.counters().get("visits").await.unwrap_err()
}

fn unchanged(builder: ClientBuilder) -> ClientBuilder {
    builder
}

/// Bodies that contain a password, whatever their spelling.
#[tokio::test]
async fn password_of_a_serialized_body_is_recognized() {
    let _capture = Capture::start().await;
    let echo = json!({"code": 1000, "message": "no row with hunter2"}).to_string();
    for body in [
        r#"{"password":"hunter2"}"#,
        r#"{"password" : "hunter2"}"#,
        r#"{"\u0070assword":"hunter2"}"#,
        r#"{"user":{"pass\u0077ord"
            :"hunter2"}}"#,
    ] {
        let body = RawValue::from_string(body.to_owned()).unwrap();
        let error = error_of(400, &echo, unchanged, |client| async move {
            let users = client.data::<Record>("Users");
            users.update("B2", &body).await.unwrap_err()
        });
        let error = error.await;
        assert!(error.message().contains(WITHHELD), "{error}");
        assert!(!text_of(&error).contains("hunter2"), "{error}");
    }
}

/// A response that is no error can repeat the password, too.
#[tokio::test]
async fn key_of_a_response_to_a_password_is_not_repeated() {
    let _capture = Capture::start().await;
    for password in ["hunter2", "a", "Tr0ub4dor&3-longer"] {
        let body = json!({"objectId": "B2", password: "text"}).to_string();
        let error = error_of(200, &body, unchanged, |client| async move {
            let users = client.data::<HashMap<String, u8>>("Users");
            let changes = json!({"password": password});
            users.update("B2", &changes).await.unwrap_err()
        });
        let error = error.await;
        let described = error.message().contains(&format!(" at {password}"));
        assert!(!described, "{error}");
    }
}

/// The id of the row is a value of the service, and may be the password.
#[tokio::test]
async fn id_in_the_response_to_a_login_is_not_repeated() {
    let _capture = Capture::start().await;
    for password in ["hunter2", "a", "47110815", "Tr0ub4dor-3-longer"] {
        for row in [
            json!({"objectId": password, "created": "soon", "user-token": "T"}),
            json!({"objectId": password, "created": {}, "user-token": 5}),
        ] {
            let body = row.to_string();
            let login = error_of(200, &body, unchanged, |client| async move {
                client.users().login("ann", password).await.unwrap_err()
            });
            let registration = error_of(200, &body, unchanged, |client| async move {
                let ann = Registration::new(password);
                client.users().register(ann).await.unwrap_err()
            });
            for error in [login.await, registration.await] {
                let text = error.to_string();
                assert!(!text.contains("objectId"), "{text}");
                assert!(text.contains(WITHHELD), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn number_of_six_digits_is_no_code_of_a_request_with_a_password() {
    let _capture = Capture::start().await;
    for pin in ["123456", "654321"] {
        for code in [json!(pin), json!(pin.parse::<u32>().unwrap())] {
            let body = json!({"code": code, "message": "no", "errorData": code}).to_string();
            let error = error_of(400, &body, unchanged, |client| async move {
                client.users().login("ann", pin).await.unwrap_err()
            });
            let error = error.await;
            assert!(!text_of(&error).contains(pin), "{error}");
        }
    }
    let body = json!({"code": 14000, "message": "no"}).to_string();
    let error = error_of(400, &body, unchanged, |client| async move {
        client.users().login("ann", "123456").await.unwrap_err()
    });
    assert_eq!(error.await.code(), Some(ErrorCode::new(14_000)));
}

/// A proxy that forwards requests without TLS reads the password and writes the response.
#[tokio::test]
async fn short_password_of_a_proxy_is_not_repeated() {
    let _capture = Capture::start().await;
    let body = json!({"code": 1000, "message": "the proxy rejects proxyuser:hunter2"}).to_string();
    let server = start_server(Transport::Http1, move |_| Response::json(400, body.clone()));
    let proxy = server.url().replace("http://", "http://proxyuser:hunter2@");
    let client = Client::builder(APP_ID, API_KEY)
        .api_url("http://api.example.com")
        .proxy(proxy)
        .build()
        .unwrap();
    let error = counter(client).await;
    assert!(!text_of(&error).contains("hunter2"), "{error}");
    assert!(error.message().contains(WITHHELD), "{error}");
}

/// Cloud Code writes its own messages, and nested structures.
#[tokio::test]
async fn secret_in_each_place_of_an_envelope_is_withheld() {
    let _capture = Capture::start().await;
    let half = &TOKEN[..18];
    for body in [
        json!({"code": {"nested": TOKEN}, "message": "no"}),
        json!({"code": [TOKEN], "message": "no"}),
        json!({"code": "1000", "message": "no", "errorData": [[[{"a": {half: 1}}]]]}),
        json!({"code": 1000, "message": format!("{half}\u{0}{}", &TOKEN[18..])}),
        json!({"message": format!("a\r\n\t{}", TOKEN.to_lowercase())}),
    ] {
        let token = |builder: ClientBuilder| builder.user_token(TOKEN);
        let error = error_of(418, body.to_string(), token, |client| async move {
            let cloud_code = client.cloud_code();
            cloud_code
                .invoke_no_args::<Value>("Service", "method")
                .await
                .unwrap_err()
        });
        let error = error.await;
        assert!(error.message().contains(WITHHELD), "{body}: {error}");
        assert_eq!(error.data(), None);
    }
}

/// Escapes of JavaScript, C, Python, e-mails and style sheets, and UTF-16 in binary form.
#[tokio::test]
async fn secret_in_an_uncommon_encoding_is_withheld() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let _capture = Capture::start().await;
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        TOKEN.encode_utf16().flat_map(to_bytes).collect()
    };
    let each = |form: fn(u8) -> String| TOKEN.bytes().map(form).collect::<String>();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let wrapped: Vec<String> = STANDARD
        .encode(TOKEN)
        .as_bytes()
        .chunks(16)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    for text in [
        each(|byte| format!("%u{byte:04X}")),
        each(|byte| format!("\\{byte:03o}")),
        each(|byte| format!("\\U{byte:08x}")),
        each(|byte| format!("={byte:02X}")),
        each(|byte| format!("\\{byte:x} ")),
        each(|byte| format!("U+{byte:04X} ")),
        each(|byte| format!("0x{byte:02x}, ")),
        STANDARD.encode(utf16(u16::to_le_bytes)),
        STANDARD.encode(utf16(u16::to_be_bytes)),
        hex(&utf16(u16::to_be_bytes)),
        wrapped.join("\r\n"),
        wrapped.join("\\n"),
        hex(STANDARD.encode(TOKEN).as_bytes()),
    ] {
        let body = json!({"code": 1000, "message": format!("no {text}")}).to_string();
        let error = error_of(400, &body, |b| b.user_token(TOKEN), counter).await;
        assert!(error.message().contains(WITHHELD), "{text}: {error}");
    }
}

/// The description of a value is short, whatever its length and that of a password are.
#[tokio::test]
async fn long_values_and_passwords_give_short_errors() {
    let _capture = Capture::start().await;
    let long = "k".repeat(200_000);
    for body in [
        json!(long),
        json!([long]),
        json!({long.clone(): {long.clone(): long}}),
        json!(vec![json!({"a": long})]),
    ] {
        let error = error_of(200, body.to_string(), unchanged, |client| async move {
            let map = client
                .cache()
                .get::<HashMap<String, HashMap<u8, bool>>>("k");
            map.await.unwrap_err()
        });
        assert!(text_of(&error.await).len() < 4_000);
    }
    let body = json!({"user-token": 1}).to_string();
    let error = error_of(200, body, unchanged, |client| async move {
        let password = "ab1-cd2.".repeat(1_000_000);
        client.users().login("ann", password).await.unwrap_err()
    });
    assert!(text_of(&error.await).len() < 4_000);
}

/// Texts of the protocols: the reason of a proxy, an invalid head, a broken content coding.
#[tokio::test]
async fn texts_of_a_broken_exchange_are_not_repeated() {
    let _capture = Capture::start().await;
    let gzip = format!(
        "HTTP/1.1 200 {TOKEN}\r\ncontent-encoding: gzip\r\ncontent-length: 36\r\n\r\n{TOKEN}"
    );
    for response in [
        gzip,
        format!("HTTP/1.1 407 {TOKEN}\r\nproxy-authenticate: Basic realm=\"{TOKEN}\"\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\n{TOKEN}\r\n\r\n"),
        format!("HTTP/1.1 {TOKEN} OK\r\n\r\n"),
        format!("{TOKEN}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ncontent-length: {TOKEN}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;{TOKEN}\r\n{TOKEN}"),
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {TOKEN}\r\ncontent-length: 1\r\n\r\n1"),
        format!("HTTP/1.1 307 {TOKEN}\r\nlocation: http://{TOKEN}/?{API_KEY}\r\n\r\n"),
    ] {
        let server = ScriptedServer::always(Behaviour::bytes(response.as_bytes())).await;
        let builder = |url: &str| {
            Client::builder(APP_ID, API_KEY)
                .api_url(url)
                .user_token(TOKEN)
                .retry(RetryPolicy::none())
        };
        let direct = builder(server.url());
        let tunnel = builder("https://api.example.com").proxy(server.url());
        for builder in [direct, tunnel] {
            let error = counter(builder.build().unwrap()).await;
            let text = text_of(&error).to_lowercase();
            assert!(!text.contains(&TOKEN.to_lowercase()), "{response}: {text}");
        }
    }
}
