//! Answers that refuse, or that cannot be read, and repeat whatever they were sent.

use std::collections::HashSet;

use backendless::{ErrorKind, Record};
use backendless_tests::{Answer, HostRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;

use crate::canaries::{API_KEY, APP_ID, PASSWORD, TOKEN, VALUE, assert_none, text_of};
use crate::capture::Capture;
use crate::site::{WAYS, builder, host, make_every_call, path_of};

/// The secrets of a request in all the ways in which a server may repeat them: as they are, in a
/// URL, in a form, and in JSON.
fn echo(request: &HostRequest) -> String {
    let mut secrets = vec![APP_ID, API_KEY];
    if request.headers.contains_key("user-token") {
        secrets.push(TOKEN);
    }
    if matches!(path_of(request), "users/register" | "users/login") {
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
        for form in [secret, &url, &small_digits(&url), &form, &json] {
            text = format!("{text} {form}");
        }
    }
    text
}

/// `%c3` for `%C3`, as some write it.
fn small_digits(url: &str) -> String {
    let mut parts = url.split('%');
    let plain = parts.next().unwrap_or_default().to_owned();
    parts.fold(plain, |url, part| {
        let (digits, rest) = part.split_at(2);
        format!("{url}%{}{rest}", digits.to_lowercase())
    })
}

/// The parts of the secrets that are letters are lost with those that are not, so a redaction
/// leaves nothing to find. A row's value is the service's to repeat.
fn refusal(request: &HostRequest, status: u16, code: i64) -> Answer {
    let echo = echo(request);
    let body = json!({
        "code": code,
        "message": echo,
        "errorData": {"url": &echo, &echo: [1, {"deep": echo}]},
    });
    Answer::json(status, body.to_string())
}

#[tokio::test]
async fn refusals_that_repeat_secrets_are_redacted() {
    let capture = Capture::start().await;
    let mut kinds = HashSet::new();
    for way in WAYS {
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
            let host = host(way, move |request| refusal(request, status, code));
            let client = builder(host.url()).build().unwrap();
            let context = format!("{way:?} {status}");
            for (method, outcome) in make_every_call(&context, &capture, &client, host.url()).await
            {
                match outcome {
                    Err(error) => {
                        assert_eq!(error.kind(), kind, "{method}");
                        assert!(error.message().contains("<redacted>"), "{error}");
                        kinds.insert(kind);
                    }
                    Ok(()) => assert_eq!((&*method, kind), ("cacheGet", ErrorKind::NotFound)),
                }
            }
        }
    }
    assert_eq!(kinds.len(), 6);
}

#[tokio::test]
async fn pages_that_are_none_of_the_service_are_not_repeated() {
    let capture = Capture::start().await;
    for way in WAYS {
        for status in [400, 404, 502] {
            let host = host(way, move |request| {
                let page = format!("<html>{} {VALUE}</html>", echo(request));
                Answer::json(status, page)
            });
            let client = builder(host.url()).build().unwrap();
            make_every_call(&format!("{way:?} {status}"), &capture, &client, host.url()).await;
        }
    }
}

/// Answers that say success and are not what was asked for.
#[tokio::test]
async fn answers_that_cannot_be_read_are_not_repeated() {
    let capture = Capture::start().await;
    for way in WAYS {
        let mut decode = 0;
        // Where an object says nothing of messages, a stream of them would wait for ever.
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
            let answer = Answer::json(200, body.clone());
            let host = host(way, move |_| answer.clone());
            let client = builder(host.url()).build().unwrap();
            let context = format!("{way:?} {body}");
            let outcomes = make_every_call(&context, &capture, &client, host.url()).await;
            let errors = outcomes
                .iter()
                .filter_map(|(_, outcome)| outcome.as_ref().err());
            decode += errors
                .filter(|error| error.kind() == ErrorKind::Decode)
                .count();
        }
        assert!(decode > 100, "{decode}");
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
async fn a_row_that_does_not_fit_is_told_by_its_place_and_not_by_its_value() {
    let capture = Capture::start().await;
    for row in [
        json!({"objectId": "B2", "age": VALUE}),
        json!({"objectId": "B2", "age": 1, "pet": VALUE}),
        json!({"objectId": "B2", "age": 1, "pet": {"Cat": VALUE}}),
        json!({"objectId": "B2", "age": 1, "home": VALUE}),
        json!({"objectId": "B2", "age": [VALUE]}),
    ] {
        let answer = Answer::json(200, row.to_string());
        let host = host(WAYS[0], move |_| answer.clone());
        let client = builder(host.url()).build().unwrap();
        let error = client.data::<Strict>("T").get("B2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_none("row", &text_of(&error));
        let error = client.cache().get::<Strict>("T").await.unwrap_err();
        assert_none("cache", &text_of(&error));
        let poll = client.messaging().poll::<Strict>("T", "S");
        assert_none("poll", &text_of(&poll.await.unwrap_err()));
        let invoke = client.cloud_code().invoke::<_, Closed>("S", "m", VALUE);
        assert_none("invoke", &text_of(&invoke.await.unwrap_err()));
        capture.assert_clean("rows");
    }
}

#[tokio::test]
async fn arguments_that_are_refused_here_are_told_without_secrets() {
    let capture = Capture::start().await;
    let host = host(WAYS[0], |_| Answer::json(200, "5"));
    let client = builder(host.url()).build().unwrap();
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
    assert_eq!(host.requests().len(), 0);
}
