//! Messages and `errorData` of the service: shown unchanged, or withheld if they repeat a secret in any encoding or if a
//! secret could be a common text.

use std::collections::HashMap;

use backendless::{Client, Error, ErrorCode, ErrorKind, FileInfo, Method, Record, Registration};
use backendless_tests::{Behaviour, Proxy, Response, ScriptedServer};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::canaries::{assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{Transport, start_server};

const APP_ID: &str = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
const API_KEY: &str = "9C41B2D7-11F0-4E6D-93AB-2A7C0F84D655";
const TOKEN: &str = "5C8A1B7D-2F6E-4C39-9E1A-7D0B3F5A6C2E";
/// With characters that each encoding changes, and one beyond the basic multilingual plane.
const PASSWORD: &str = "Tr0ub4dor&3\n\"ü/😀\\+ <%41>";
const WITHHELD: &str = "the message of the service is withheld";

/// The error of a call to a server that responds with `body` and 400.
async fn error_of<F>(
    body: &str,
    settings: impl FnOnce(backendless::ClientBuilder) -> backendless::ClientBuilder,
    call: impl FnOnce(Client) -> F,
) -> Error
where
    F: Future<Output = Error>,
{
    let body = body.to_owned();
    let server = start_server(Transport::Http1, move |request| {
        match request.uri.path().ends_with("/users/login") && body.contains("at a later call") {
            true => Response::json(
                200,
                json!({"objectId": "B2", "user-token": TOKEN}).to_string(),
            ),
            false => Response::json(400, body.clone()),
        }
    });
    let builder = Client::builder(APP_ID, API_KEY).api_url(server.url());
    call(settings(builder).build().unwrap()).await
}

async fn counter(client: Client) -> Error {
    client.counters().get("visits").await.unwrap_err()
}

fn with_token(builder: backendless::ClientBuilder) -> backendless::ClientBuilder {
    builder.user_token(TOKEN)
}

/// The token is a secret of later requests, however the response to the login was read.
#[tokio::test]
async fn token_of_a_login_by_path_is_withheld_in_later_messages() {
    let capture = Capture::start().await;
    let repeated = json!({"code": 1000, "message": format!("at a later call: {TOKEN}")});
    let repeated = repeated.to_string();
    for (method, path) in [
        ("login", "/users/login"),
        ("ignored", "/users/login"),
        ("bytes", "/users/login"),
        ("not decoded", "/users/login"),
        ("login", "/users/register/guest"),
        ("login", "/users/social/google/login"),
        ("login", "/users/social/facebook/sdk/login"),
    ] {
        let error = error_of_login(&repeated, method, path).await;
        assert!(error.message().contains(WITHHELD), "{path}: {error}");
        assert!(!text_of(&error).contains(TOKEN), "{path}");
        let log = capture.take();
        assert!(!log.contains(TOKEN), "{path}: {log}");
    }
}

/// Logs in by a request to this path, and returns the error of a later call.
async fn error_of_login(body: &str, method: &str, path: &'static str) -> Error {
    let body = body.to_owned();
    let server = start_server(Transport::Http1, move |request| {
        match request.uri.path().ends_with(path) {
            true => {
                let user = json!({"objectId": "B2", "user-token": TOKEN});
                Response::json(200, user.to_string())
            }
            false => Response::json(400, body.clone()),
        }
    });
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client.build().unwrap();
    let login = client.request(Method::POST, path);
    match method {
        "login" => drop(login.fetch::<Record>().await.unwrap()),
        "ignored" => login.fetch_empty().await.unwrap(),
        "bytes" => drop(login.fetch_bytes().await.unwrap()),
        _ => {
            let error = login.fetch::<u8>().await.unwrap_err();
            assert!(!text_of(&error).contains(TOKEN), "{path}");
        }
    }
    counter(client).await
}

/// `secret` in the encodings in which a service may repeat it.
fn encodings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let json = json!(secret).to_string();
    let mut all = vec![
        secret.to_owned(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        bytes.iter().map(|byte| format!("%{byte:02x}")).collect(),
        form_encoded(secret),
        json.clone(),
        json!(json).to_string(),
        json.replace('/', "\\/"),
        secret
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
        secret
            .encode_utf16()
            .map(|unit| format!("\\\\u{unit:04X}"))
            .collect(),
        format!("{secret:?}"),
        secret
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect(),
        secret
            .chars()
            .map(|c| format!("&#x{:X};", u32::from(c)))
            .collect(),
        html(secret),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes.iter().map(|byte| format!("{byte:02X}:")).collect(),
        format!("{bytes:?}"),
        // As Java prints an array of bytes, and one of characters.
        format!(
            "{:?}",
            secret.bytes().map(u8::cast_signed).collect::<Vec<_>>()
        ),
        format!("[{}]", separated(secret.chars(), ", ")),
        separated(bytes.iter(), "\n"),
        format!("{:?}", secret.encode_utf16().collect::<Vec<_>>()),
        format!("{:?}", secret.chars().map(u32::from).collect::<Vec<_>>()),
        secret
            .chars()
            .map(|c| format!("&#{}", u32::from(c)))
            .collect(),
        bytes
            .iter()
            .map(|byte| format!("={byte:02X}=\r\n"))
            .collect(),
    ];
    for before in ["", "x", "xx"] {
        let text = format!("{before}{secret}");
        all.push(STANDARD.encode(&text));
        all.push(URL_SAFE_NO_PAD.encode(&text));
        all.push(STANDARD.encode(STANDARD.encode(text)));
    }
    all
}

fn separated<I: ToString>(items: impl Iterator<Item = I>, separator: &str) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    items.join(separator)
}

fn form_encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%20", "+")
}

fn html(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;").replace('ü', "&uuml;")
}

/// Error responses that contain `text` in each part.
fn envelopes(text: &str) -> Vec<Value> {
    vec![
        json!({"code": 1000, "message": format!("no <{text}> here")}),
        json!({"code": 1000, "message": "no", "errorData": text}),
        json!({"code": 1000, "message": "no", "errorData": {"a": [1, {"b": format!("x {text}")}]}}),
        json!({"code": 1000, "message": "no", "errorData": {text: 1}}),
    ]
}

#[track_caller]
fn assert_withheld(error: &Error, context: &str) {
    assert!(error.message().contains(WITHHELD), "{context}: {error}");
    assert!(
        error
            .message()
            .starts_with("the table has no object with that id ("),
        "{error}"
    );
    assert_eq!(error.data(), None, "{context}");
    assert_eq!(error.code(), Some(ErrorCode::OBJECT_NOT_FOUND), "{context}");
    assert_eq!(error.status(), Some(400), "{context}");
    assert!(!error.to_string().contains("<redacted>"), "{error}");
}

#[tokio::test]
async fn message_that_repeats_a_secret_in_any_encoding_is_withheld() {
    let _capture = Capture::start().await;
    for secret in [APP_ID, API_KEY, TOKEN] {
        for text in encodings(secret) {
            for envelope in envelopes(&text) {
                let error = error_of(&envelope.to_string(), with_token, counter).await;
                assert_withheld(&error, &envelope.to_string());
            }
        }
    }
}

/// The password of a service account is a secret of each request, not only of the login.
#[tokio::test]
async fn password_of_the_account_is_withheld_from_the_error_of_another_call() {
    let _capture = Capture::start().await;
    for text in encodings(PASSWORD) {
        for envelope in envelopes(&text) {
            let body = envelope.to_string();
            let server = start_server(Transport::Http1, move |request| {
                match request.uri.path().ends_with("/users/login") {
                    true => Response::json(200, json!({"user-token": TOKEN}).to_string()),
                    false => Response::json(400, body.clone()),
                }
            });
            let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
            let client = client
                .credentials("robot@example.com", PASSWORD)
                .build()
                .unwrap();
            assert_withheld(&counter(client.clone()).await, &text);
            // A handle of the same client with another caller.
            assert_withheld(&counter(client.without_user_token()).await, &text);
        }
    }
}

#[tokio::test]
async fn secrets_of_other_handles_and_earlier_calls_are_withheld() {
    let _capture = Capture::start().await;
    for secret in [TOKEN, "Tr0ub4dor&3-earlier"] {
        let body =
            json!({"code": 1000, "message": format!("{secret} at a later call")}).to_string();
        let error = error_of(
            &body,
            |builder| builder,
            |client| async move {
                let login = client
                    .users()
                    .login("ann@example.com", "Tr0ub4dor&3-earlier");
                login.await.unwrap();
                counter(client).await
            },
        );
        assert_withheld(&error.await, secret);
    }
    // A password that begins with a common part, and one in a row.
    for secret in [
        "aaaaaaaaaaaaaaaaaaaaaaaa-Tr0ub4dor&3",
        "Tr0ub4dor&3-in-a-row",
    ] {
        let body =
            json!({"code": 1000, "message": format!("{secret} at a later call")}).to_string();
        let error = error_of(
            &body,
            |builder| builder,
            |client| async move {
                let row = json!({"email": "ann@example.com", "password": secret});
                let users = client.data::<Record>("Users");
                users.create(&row).await.unwrap_err();
                counter(client).await
            },
        );
        assert_withheld(&error.await, secret);
    }
    let secret = "Tr0ub4dor&3-registered";
    let body = json!({"code": 1000, "message": format!("{secret} at an earlier call")}).to_string();
    let error = error_of(
        &body,
        |builder| builder,
        |client| async move {
            let ann = Registration::new(secret).email("ann@example.com");
            client.users().register(ann).await.unwrap_err();
            counter(client).await
        },
    );
    assert_withheld(&error.await, secret);
    let body = json!({"code": 1000, "message": format!("the token {TOKEN}")}).to_string();
    let error = error_of(
        &body,
        |builder| builder,
        |client| async move {
            let _other = client.with_user_token(TOKEN);
            counter(client).await
        },
    );
    assert_withheld(&error.await, "another handle");
}

#[tokio::test]
async fn header_of_an_invocation_and_password_of_a_proxy_are_withheld() {
    let _capture = Capture::start().await;
    let secret = "Basic dXNlcjpUcjB1YjRkb3I";
    let body = json!({"code": 1000, "message": format!("bad header {secret}")}).to_string();
    let error = error_of(
        &body,
        |builder| builder,
        |client| async move {
            let cloud_code = client.cloud_code();
            let invocation = cloud_code.invoke_no_args::<u8>("S", "m");
            invocation
                .header("x-authorization", secret)
                .await
                .unwrap_err()
        },
    );
    assert_withheld(&error.await, "header");

    let body = json!({"code": 1000, "message": "proxy user:PROXY-PASSWORD-0005"}).to_string();
    let proxy = Proxy::open().await.url_with("user", "PROXY-PASSWORD-0005");
    let error = error_of(&body, |builder| builder.proxy(proxy), counter).await;
    assert_withheld(&error, "proxy");
}

#[tokio::test]
async fn signature_in_the_url_of_a_file_is_withheld() {
    let _capture = Capture::start().await;
    let signature = "Zx81-kW03/77aQ+9";
    let encoded = utf8_percent_encode(signature, NON_ALPHANUMERIC).to_string();
    for text in [signature, &encoded] {
        for envelope in envelopes(text) {
            let server = start_server(Transport::Http1, move |_| {
                Response::json(404, envelope.to_string())
            });
            let url = format!("{}/files/a?expires=2030&signature={encoded}", server.url());
            let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
            let files = client.build().unwrap().files();
            let download = files.download(&FileInfo::from_url(url)).await;
            let error = download.map(|_| ()).unwrap_err();
            assert!(error.message().contains(WITHHELD), "{error}");
            assert_eq!(error.data(), None);
        }
    }
}

#[tokio::test]
async fn number_that_is_a_secret_is_withheld() {
    let _capture = Capture::start().await;
    let digits = "4711081512345678";
    for envelope in [
        json!({"code": 1000, "message": "no", "errorData": {"id": 4_711_081_512_345_678_u64}}),
        json!({"code": 1000, "message": "no", "errorData": [[4_711_081_512_345_678_u64]]}),
        json!({"code": 1000, "message": "no", "errorData": {"id": 4_711_081_512_345_678.0_f64}}),
        json!({"code": 1000, "message": "no", "errorData": -4_711_081_512_345_678_i64}),
    ] {
        let error = error_of(&envelope.to_string(), |b| b.user_token(digits), counter).await;
        assert_withheld(&error, &envelope.to_string());
    }
    for code in [
        "4711081512345678",
        "\"4711081512345678\"",
        "-4711081512345678",
    ] {
        let body = format!(r#"{{"code": {code}, "message": "no"}}"#);
        let error = error_of(&body, |builder| builder.user_token(digits), counter).await;
        assert_eq!(error.code(), None, "{error}");
        assert!(!text_of(&error).contains(digits), "{error}");
    }
    // A code of the service is shown, even if a password is the same number.
    let body = r#"{"code": 3003, "message": "3003 is wrong"}"#;
    let error = error_of(
        body,
        |builder| builder,
        |client| async move { client.users().login("x", "3003").await.unwrap_err() },
    );
    assert_eq!(error.await.code(), Some(ErrorCode::INVALID_LOGIN));
}

#[tokio::test]
async fn part_of_a_secret_is_withheld_wherever_the_message_ends() {
    let _capture = Capture::start().await;
    for shown in [12, 20, 36] {
        for filler in [0, 900, 964, 980, 988, 995, 999] {
            let message = format!("{}{}", ".".repeat(filler), &TOKEN[..shown]);
            let body = json!({"code": 1000, "message": message}).to_string();
            assert_withheld(&error_of(&body, with_token, counter).await, &message);
        }
    }
}

#[tokio::test]
async fn message_without_a_secret_is_unchanged() {
    let _capture = Capture::start().await;
    let message = "Table not found by name 'Todo'. &amp; %41 \\u0041 QUFBQUFBQUFBQUFBQUFBQQ==";
    let data = json!({"columns": ["password", "login"], "n": 4_711_081_512_345_678_u64});
    let body = json!({"code": 1009, "message": message, "errorData": data});
    let error = error_of(&body.to_string(), with_token, counter).await;
    assert_eq!((error.message(), error.data()), (message, Some(&data)));

    let long = json!({"code": 1009, "message": "x".repeat(5_000), "errorData": "y".repeat(9_000)});
    let error = error_of(&long.to_string(), with_token, counter).await;
    assert_eq!(error.message(), format!("{}...", "x".repeat(1_000)));
    assert_eq!(error.data(), None);
}

/// The text names the kind of the secret that cannot be recognized, and does not depend on its value.
#[tokio::test]
async fn secret_that_cannot_be_recognized_is_named_by_its_kind() {
    let _capture = Capture::start().await;
    let body = json!({"code": 1000, "message": "Entity not found", "user-token": TOKEN});
    let proxy = Proxy::open().await;
    for value in ["x", "Entity", "12345678"] {
        let server = start_server(Transport::Http1, {
            let body = body.to_string();
            move |request| match request.uri.path().ends_with("/users/login") {
                true => Response::json(200, body.clone()),
                false => Response::json(400, body.clone()),
            }
        });
        let with_keys =
            |app_id: &str, api_key: &str| Client::builder(app_id, api_key).api_url(server.url());
        let complete = || with_keys(APP_ID, API_KEY);
        for (builder, kind) in [
            (with_keys(value, API_KEY), "application id"),
            (with_keys(APP_ID, value), "REST API key"),
            (complete().user_token(value), "user token"),
            (
                complete().credentials("robot@example.com", value),
                "password of the service account",
            ),
            (
                complete().proxy(proxy.url_with("user", value)),
                "password of the proxy",
            ),
        ] {
            let error = counter(builder.build().unwrap()).await;
            let reason = format!(
                "because the {kind} of this client is too short or too simple to be recognized in it; with a longer one, it is shown)"
            );
            assert!(error.message().ends_with(&reason), "{error}");
            assert_withheld(&error, kind);
        }
    }
}

/// The texts of a login do not depend on its password, so none of them is a hint at it.
#[tokio::test]
async fn errors_of_requests_with_a_password_do_not_depend_on_it() {
    let _capture = Capture::start().await;
    let body = json!({"code": 3003, "message": "Invalid login or password", "errorData": {"a": 1}});
    let mut texts = Vec::new();
    for password in [
        "password",
        "a",
        "letmein",
        "12345678",
        "Invalid login or",
        PASSWORD,
    ] {
        let login =
            |client: Client| async move { client.users().login("x", password).await.unwrap_err() };
        let register = |client: Client| async move {
            let ann = Registration::new(password).email("ann@example.com");
            client.users().register(ann).await.unwrap_err()
        };
        let users_row = |client: Client| async move {
            let users = client.data::<Record>("Users");
            users
                .update("B2", &json!({"password": password}))
                .await
                .unwrap_err()
        };
        let texts_of_password = [
            error_of(&body.to_string(), |builder| builder, login).await,
            error_of(&body.to_string(), |builder| builder, register).await,
            error_of(&body.to_string(), |builder| builder, users_row).await,
        ];
        texts.push(texts_of_password.map(|error| {
            assert_eq!(error.data(), None);
            error.to_string()
        }));
    }
    assert!(texts.iter().all(|other| *other == texts[0]), "{texts:#?}");
    assert_eq!(
        texts[0][0],
        "loginUser: 400, code 3003: the login or the password is wrong (the message of the service is withheld, because \
         the request contains a password, which may be any text) (1 attempt; not retried: 400 is final)"
    );
}

/// With an app id, key or token that may be any word, all messages are withheld, whatever they contain.
#[tokio::test]
async fn messages_do_not_depend_on_a_secret_that_is_a_common_word() {
    let _capture = Capture::start().await;
    for weak in [
        "Todo",
        "a",
        "password",
        "letmein",
        "12345678",
        "aaaaaaaaaaaaaaaaaaaa",
    ] {
        for message in [
            "Table not found by name 'Todo'",
            "password 12345678: letmein",
            "?",
        ] {
            let body = json!({"code": 1000, "message": message, "errorData": {"x": message}});
            let server = start_server(Transport::Http1, move |_| {
                Response::json(400, body.to_string())
            });
            for builder in [
                Client::builder(weak, API_KEY),
                Client::builder(APP_ID, weak),
                Client::builder(APP_ID, API_KEY).user_token(weak),
            ] {
                let client = builder.api_url(server.url()).build().unwrap();
                let error = client.data::<Record>("Todo").get("B2").await.unwrap_err();
                assert_withheld(&error, weak);
                assert!(
                    error.message().ends_with("with a longer one, it is shown)"),
                    "{error}"
                );
                assert_eq!(error.kind(), ErrorKind::NotFound);
            }
        }
    }
}

/// The work has a limit, which the unit tests of the search assert in steps.
#[tokio::test]
async fn long_token_and_long_message_are_withheld() {
    let _capture = Capture::start().await;
    for token in ["a".repeat(16_000), "ab1-".repeat(4_000), TOKEN.repeat(400)] {
        for message in [
            "a".repeat(60_000),
            "ab1-".repeat(15_000),
            TOKEN.repeat(1_600),
        ] {
            let body = json!({"code": 1000, "message": message}).to_string();
            let client = |builder: backendless::ClientBuilder| builder.user_token(token.clone());
            let error = error_of(&body, client, counter).await;
            assert_eq!(error.code(), Some(ErrorCode::OBJECT_NOT_FOUND));
            assert!(error.message().len() < 1_010, "{error}");
            let is_repeated = token.starts_with(&message[..16]) || !token.starts_with(TOKEN);
            assert_eq!(error.message().contains(WITHHELD), is_repeated, "{error}");
        }
    }
}

#[tokio::test]
async fn decode_error_does_not_repeat_keys_that_are_secrets_or_long() {
    let _capture = Capture::start().await;
    use std::collections::HashMap;
    type Map = HashMap<String, HashMap<String, u8>>;
    for key in [TOKEN.to_owned(), format!("x{APP_ID}"), "k".repeat(50_000)] {
        let body = json!({"a": {key.clone(): "text"}}).to_string();
        let response = body.clone();
        let server = start_server(Transport::Http1, move |_| {
            Response::json(200, response.clone())
        });
        let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
        let client = client.user_token(TOKEN).build().unwrap();
        let error = client.cache().get::<Map>("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = text_of(&error);
        assert!(!text.contains(&key) && text.len() < 4_000, "{text}");
        assert!(
            error
                .message()
                .starts_with("the response does not match Option<HashMap<"),
            "{error}"
        );
    }
    let server = start_server(Transport::Http1, |_| {
        Response::json(200, r#"{"a": {"b": "c"}}"#)
    });
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .build()
        .unwrap();
    let error = client.cache().get::<Map>("k").await.unwrap_err();
    assert!(error.message().contains(" at a.b: "), "{error}");
}

/// The description of a syntax error contains only a position, no value of the response.
#[tokio::test]
async fn description_is_withheld_only_from_json_that_does_not_match() {
    let _capture = Capture::start().await;
    for (body, message) in [
        (
            "\"text",
            "the response is not valid JSON: EOF while parsing a string at line 1 column 5",
        ),
        (
            "true",
            "the response does not match Option<String>: at line 1, column 4 (its description is withheld, because the \
             application id of this client is too short or too simple to be recognized in it; with a longer one, it is \
             shown)",
        ),
    ] {
        let server = start_server(Transport::Http1, move |_| Response::json(200, body));
        let client = Client::builder("x", API_KEY).api_url(server.url());
        let cache = client.build().unwrap().cache();
        let error = cache.get::<String>("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.message(), message);
    }
}

/// A key of the response may be the password, which is too short to be recognized later.
#[tokio::test]
async fn decode_error_of_a_login_whose_body_is_the_callers_does_not_repeat_the_password() {
    let _capture = Capture::start().await;
    let body = json!({"login": "ann@example.com", "password": "pa55word"});
    let response = r#"{"pa55word":"x"}"#;
    let server = start_server(Transport::Http1, move |_| Response::json(200, response));
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client.build().unwrap();
    let by_path = client.request(Method::POST, "/users/login").json(&body);
    let by_path = by_path.fetch::<HashMap<String, u32>>().await;
    let login = serde_json::from_value(body).unwrap();
    let raw = backendless::raw::login_user::<HashMap<String, u32>>(&login).unwrap();
    let raw = client.send(raw).await;
    for error in [by_path.unwrap_err(), raw.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = text_of(&error);
        assert!(!text.contains("pa55word"), "{text}");
        let reason = "because the request contains a password, which may be any text)";
        assert!(error.message().ends_with(reason), "{error}");
    }
}

/// A description with a value is withheld: the value may be the password, or the token, which is not known yet.
#[tokio::test]
async fn decode_error_of_a_login_is_described_if_it_has_no_value() {
    let _capture = Capture::start().await;
    let mismatch = "the response does not match LoggedIn: the response contains no user-token";
    for (body, is_shown) in [
        (r#"{"objectId":"B2"}"#, true),
        (
            r#"{"objectId":"B2","created":18446744073709551615,"user-token":"T"}"#,
            false,
        ),
    ] {
        let server = start_server(Transport::Http1, move |_| Response::json(200, body));
        let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
        let users = client.build().unwrap().users();
        for (error, reason) in [
            (
                users.login("ann@example.com", "pa55").await.unwrap_err(),
                "the request contains a password, which may be any text",
            ),
            (
                users.login_as_guest().await.unwrap_err(),
                "the response contains a token",
            ),
        ] {
            let message = error.message();
            match is_shown {
                true => assert_eq!(message, mismatch),
                false => assert!(
                    message.ends_with(&format!("(its description is withheld, because {reason})")),
                    "{error}"
                ),
            }
        }
    }
}

/// Everything of a response that is not its envelope.
#[tokio::test]
async fn headers_of_a_response_are_not_repeated() {
    let _capture = Capture::start().await;
    let head = format!(
        "HTTP/1.1 502 {TOKEN}\r\ncontent-type: text/{TOKEN}; x={APP_ID}\r\nlocation: /{APP_ID}\r\n\
         retry-after: {TOKEN}\r\ncontent-length: 4\r\nx-{APP_ID}: {API_KEY}\r\n\r\noops"
    );
    let server = ScriptedServer::always(Behaviour::bytes(head.as_bytes())).await;
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client
        .user_token(TOKEN)
        .retry(backendless::RetryPolicy::none());
    let error = counter(client.build().unwrap()).await;
    assert!(
        error.message().contains("4 bytes of another media type"),
        "{error}"
    );
    let text = text_of(&error);
    for secret in [APP_ID, API_KEY, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_none("headers", &text);
}
