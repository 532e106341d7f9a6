//! Error responses and undecodable responses that repeat what they received.

use std::collections::HashSet;

use backendless::{ErrorKind, Record};
use backendless_tests::{AddressForm, Response, ServerRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;

use crate::canaries::{API_KEY, APP_ID, PASSWORD, TOKEN, VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{
    CONNECTIONS, TRANSPORTS, builder, builder_of, call_everything, path_of, start_server,
};

/// The secrets of a request in all encodings in which a server may repeat them: plain, URL, form and
/// JSON.
fn echo(request: &ServerRequest) -> String {
    let operation = path_of(request);
    // At a domain, only the URL of a file has them.
    let mut secrets = match request.uri.path().starts_with("/api/") {
        true => Vec::new(),
        false => vec![APP_ID, API_KEY],
    };
    let is_token_check = operation.starts_with("users/isvalidusertoken/");
    if request.headers.contains_key("user-token") || is_token_check {
        secrets.push(TOKEN);
    }
    let with_password = ["users/register", "users/login", "users/verifypassowrd"];
    if with_password.contains(&operation) || operation.starts_with("users/social/") {
        secrets.push(PASSWORD);
    }
    let path = request.uri.path();
    let mut text = format!(
        "not {}",
        path.strip_suffix(path_of(request)).unwrap_or(path)
    );
    for secret in secrets {
        let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let form = url.replace("%20", "+");
        let json = json!(secret).to_string();
        for form in [secret, &url, &lowercase_escapes(&url), &form, &json] {
            text = format!("{text} {form}");
        }
    }
    text
}

/// Percent-encoding with lowercase digits: `%c3` for `%C3`.
fn lowercase_escapes(url: &str) -> String {
    let mut parts = url.split('%');
    let plain = parts.next().unwrap_or_default().to_owned();
    parts.fold(plain, |url, part| {
        let (digits, rest) = part.split_at(2);
        format!("{url}%{}{rest}", digits.to_lowercase())
    })
}

/// An error response that repeats the secrets of the request. The value of a row is not among them, as
/// the service may repeat it.
fn error_response(request: &ServerRequest, status: u16, code: i64) -> Response {
    let echo = echo(request);
    let body = json!({
        "code": code,
        "message": echo,
        "errorData": {"url": &echo, &echo: [1, {"deep": echo}]},
    });
    Response::json(status, body.to_string())
}

#[tokio::test]
async fn errors_that_repeat_secrets_are_withheld() {
    let capture = Capture::start().await;
    let mut kinds = HashSet::new();
    for (transport, address) in CONNECTIONS {
        for (status, code, kind) in [
            (400, 1001, ErrorKind::Api),
            (401, 3064, ErrorKind::Unauthorized),
            (403, 1011, ErrorKind::Forbidden),
            (404, 1000, ErrorKind::NotFound),
            (409, 3033, ErrorKind::Conflict),
            (429, 999, ErrorKind::RateLimited),
            (500, 0, ErrorKind::Api),
            (503, 0, ErrorKind::Api),
        ] {
            let server = start_server(transport, move |request| {
                error_response(request, status, code)
            });
            let client = builder_of(address, server.url()).build().unwrap();
            let context = format!("{transport:?} {address:?} {status}");
            for (method, outcome) in
                call_everything(&context, &capture, &client, server.url()).await
            {
                match outcome {
                    Err(error) => {
                        assert_eq!(error.kind(), kind, "{method}");
                        let is_withheld = error.message().contains("is withheld, because");
                        // Without a token or a password, a request to a domain has no secret.
                        let has_none =
                            address == AddressForm::Domain && error.message() == "not /api/";
                        assert!(is_withheld || has_none, "{method}: {error}");
                        kinds.insert(kind);
                    }
                    Ok(()) => assert!(
                        matches!(
                            (&*method, kind),
                            ("cacheGet", ErrorKind::NotFound)
                                | ("isValidUserToken", ErrorKind::Unauthorized)
                        ),
                        "{method} {kind:?}"
                    ),
                }
            }
        }
    }
    assert_eq!(kinds.len(), 6);
}

#[tokio::test]
async fn pages_of_gateways_are_not_repeated() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        for status in [400, 404, 502] {
            let server = start_server(transport, move |request| {
                let page = format!("<html>{} {VALUE}</html>", echo(request));
                Response::json(status, page)
            });
            let client = builder_of(address, server.url()).build().unwrap();
            call_everything(
                &format!("{transport:?} {address:?} {status}"),
                &capture,
                &client,
                server.url(),
            )
            .await;
        }
    }
}

/// Successful responses with a body that does not fit.
#[tokio::test]
async fn undecodable_responses_are_not_repeated() {
    let capture = Capture::start().await;
    for (transport, address) in CONNECTIONS {
        let mut decode_errors = 0;
        // `messages` is invalid in each body, as a stream of messages would poll forever otherwise.
        let row = json!({"objectId": [VALUE], "user-token": [TOKEN], "created": VALUE,
            "fileURL": [VALUE], "messages": VALUE});
        for body in [
            row.to_string(),
            json!(format!("{VALUE} {TOKEN}")).to_string(),
            json!([VALUE, [TOKEN]]).to_string(),
            json!([{"objectId": {"x": VALUE}, "latitude": VALUE}]).to_string(),
            json!({"objectId": "B2", "user-token": TOKEN, "name": VALUE}).to_string() + VALUE,
            format!(r#"{{"objectId":"{}"#, VALUE.trim_matches('"')),
            format!("<html>{VALUE} {TOKEN} {APP_ID}"),
        ] {
            let response = Response::json(200, body.clone());
            let server = start_server(transport, move |_| response.clone());
            let client = builder_of(address, server.url()).build().unwrap();
            let context = format!("{transport:?} {address:?} {body}");
            let outcomes = call_everything(&context, &capture, &client, server.url()).await;
            let errors = outcomes
                .iter()
                .filter_map(|(_, outcome)| outcome.as_ref().err());
            decode_errors += errors
                .filter(|error| error.kind() == ErrorKind::Decode)
                .count();
        }
        assert!(decode_errors > 100, "{decode_errors}");
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read into")]
struct Strict {
    age: u8,
    #[serde(default)]
    pet: Option<Pet>,
    #[serde(default)]
    home: Option<std::net::IpAddr>,
}

#[derive(Debug, Deserialize)]
enum Pet {
    Cat,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {}

#[tokio::test]
async fn decode_error_has_the_path_and_not_the_value() {
    let capture = Capture::start().await;
    for row in [
        json!({"objectId": "B2", "age": VALUE}),
        json!({"objectId": "B2", "age": 1, "pet": VALUE}),
        json!({"objectId": "B2", "age": 1, "pet": {"Cat": VALUE}}),
        json!({"objectId": "B2", "age": 1, "home": VALUE}),
        json!({"objectId": "B2", "age": [VALUE]}),
    ] {
        let response = Response::json(200, row.to_string());
        let server = start_server(TRANSPORTS[0], move |_| response.clone());
        let client = builder(server.url()).build().unwrap();
        let error = client.data::<Strict>("T").get("B2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_none("row", &text_of(&error));
        let error = client.cache().get::<Strict>("T").await.unwrap_err();
        assert_none("cache", &text_of(&error));
        let invoke = client.cloud_code().invoke::<_, Closed>("S", "m", VALUE);
        assert_none("invoke", &text_of(&invoke.await.unwrap_err()));
        let messages = Response::json(200, json!({"messages": [{"data": row}]}).to_string());
        let server = start_server(TRANSPORTS[0], move |_| messages.clone());
        let client = builder(server.url()).build().unwrap();
        let poll = client.messaging().poll::<Strict>("T", "S");
        assert_none("poll", &text_of(&poll.await.unwrap_err()));
        capture.assert_clean("rows");
    }
}

#[tokio::test]
async fn rejected_arguments_are_reported_without_secrets() {
    let capture = Capture::start().await;
    let server = start_server(TRANSPORTS[0], |_| Response::json(200, "5"));
    let client = builder(server.url()).build().unwrap();
    let bad_token = client.with_user_token(format!("{TOKEN}\n"));
    let rows = bad_token.data::<Record>("T");
    for error in [
        rows.get("B2").await.unwrap_err(),
        rows.create(&json!({"a": VALUE})).await.unwrap_err(),
        bad_token.users().logout().await.unwrap_err(),
        client
            .data::<Record>("T")
            .find()
            .filter(backendless::filter::field("a b").eq(VALUE))
            .await
            .unwrap_err(),
        client
            .data::<Record>("T")
            .find()
            .filter(backendless::filter::field("a").eq(format!("{VALUE}\0")))
            .await
            .unwrap_err(),
        client
            .cloud_code()
            .invoke::<_, u8>("S", "m", VALUE)
            .header("x", format!("{VALUE}\n"))
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert_eq!(error.attempts(), 0);
        assert_none("argument", &text_of(&error));
    }
    capture.assert_clean("arguments");
    assert_eq!(server.requests().len(), 0);
}
